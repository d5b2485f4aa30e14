"""The embedded stack's SMTP endpoint answers as Amazon SES does."""

import smtplib
import ssl

import pytest
from tests.stack.conftest import Stack, eventually
from tests.stack.sending import Sender, a_mail, a_sender, refusal_of, submit

UNVERIFIED = (
    "Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1:"
)


@pytest.fixture
def sender(stack: Stack) -> Sender:
    return a_sender(stack)


# ---------------------------------------------------------------- logging in


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_an_access_key_logs_in_with_the_password_derived_from_its_secret(sender: Sender, mechanism: str) -> None:
    session = smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20)
    session.ehlo()
    session.user, session.password = sender.key, sender.password

    with session:
        code, _ = session.auth(mechanism, getattr(session, f"auth_{mechanism.lower()}"))

    assert code == 235


def test_starttls_is_offered_with_a_certificate_of_the_stack(sender: Sender) -> None:
    context = ssl.create_default_context(cafile=sender.stack.smtp.certificate)

    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        session.starttls(context=context)
        session.login(sender.key, sender.password)
        message_id = submit(session, a_mail(sender.address, "ann@example.com"))

    assert message_id


def test_a_wrong_password_is_refused(sender: Sender) -> None:
    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        refusal = refusal_of(lambda: session.login(sender.key, "B" + sender.password[:-1]))

    assert refusal == (535, "Authentication Credentials Invalid")


def test_an_unknown_key_is_refused(sender: Sender) -> None:
    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        refusal = refusal_of(lambda: session.login("AKIAAAAAAAAAAAAAAAAA", sender.password))

    assert refusal == (535, "Authentication Credentials Invalid")


def test_an_inactive_key_is_refused(sender: Sender) -> None:
    _switch(sender, "Inactive")

    refusal = refusal_of(sender.session)

    assert refusal == (535, "Authentication Credentials Invalid")


def test_a_key_that_is_active_again_logs_in(sender: Sender) -> None:
    _switch(sender, "Inactive")
    _switch(sender, "Active")

    message_id = sender.send("ann@example.com")

    assert message_id


def test_nobody_sends_without_logging_in(sender: Sender) -> None:
    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        session.ehlo()
        answer = session.mail(sender.address)

    assert answer == (530, b"Authentication required")


# ---------------------------------------------------------------- sending


def test_what_is_accepted_is_answered_with_its_id(sender: Sender) -> None:
    message_id = sender.send("ann@example.com")

    (event,) = sender.events(1)
    assert event["mail"]["messageId"] == message_id


def test_a_deny_group_stops_an_open_session(sender: Sender) -> None:
    with sender.session() as session:
        submit(session, a_mail(sender.address, "ann@example.com"))
        sender.stack.client("iam").add_user_to_group(
            UserName=sender.user, GroupName=sender.stack.outputs["DenyGroupName"]
        )
        refusal = refusal_of(lambda: submit(session, a_mail(sender.address, "bea@example.com")))

    assert refusal == (554, _denied(sender, f"identity/{sender.domain}"))


def test_an_inactive_key_stops_an_open_session(sender: Sender) -> None:
    session = sender.session()
    _switch(sender, "Inactive")

    refusal = refusal_of(lambda: submit(session, a_mail(sender.address, "ann@example.com")))

    assert refusal == (535, "Authentication Credentials Invalid")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        session.noop()


def test_sending_needs_the_right_to_the_identity(sender: Sender) -> None:
    other = sender.arn("identity/another.example")
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": other})

    refusal = refusal_of(lambda: sender.send("ann@example.com"))

    assert refusal == (554, _denied(sender, f"identity/{sender.domain}"))


def test_sending_needs_the_right_to_the_configuration_set(sender: Sender) -> None:
    identity = sender.arn(f"identity/{sender.domain}")
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": identity})

    refusal = refusal_of(lambda: sender.send("ann@example.com"))

    assert refusal == (554, _denied(sender, f"configuration-set/{sender.configuration_set}"))


def test_an_unverified_sender_is_refused(sender: Sender) -> None:
    with sender.session() as session:
        refusal = refusal_of(lambda: submit(session, a_mail("bob@unverified.example", "ann@example.com")))

    assert refusal == (554, f"{UNVERIFIED} bob@unverified.example")


def test_more_than_fifty_recipients_are_refused(sender: Sender) -> None:
    recipients = [f"reader-{number}@example.com" for number in range(51)]

    refusal = refusal_of(lambda: sender.send(*recipients))

    assert refusal == (554, "Transaction failed: Recipient count exceeds 50")


def test_more_than_forty_megabytes_are_refused(sender: Sender) -> None:
    with sender.session() as session:
        session.ehlo()
        code, _ = session.mail(sender.address, [f"SIZE={40 * 1024 * 1024 + 1}"])

    assert code == 552


def test_a_subdomain_sends_with_the_domains_identity(sender: Sender) -> None:
    with sender.session() as session:
        submit(session, a_mail(f"news@mail.{sender.domain}", "ann@example.com"))

    (event,) = sender.events(1)
    assert event["mail"]["sourceArn"] == sender.arn(f"identity/{sender.domain}")


def test_of_a_thousand_mails_in_one_session_none_is_lost(sender: Sender) -> None:
    mail = a_mail(sender.address, "ann@example.com")

    with sender.session() as session:
        for _ in range(1000):
            submit(session, mail)

    eventually(lambda: sender.events_waiting() == 1000)


def _denied(sender: Sender, resource: str) -> str:
    user = f"arn:aws:iam::{sender.stack.account_id}:user/{sender.user}"
    return (
        f"Access denied: User `{user}' is not authorized to perform `ses:SendRawEmail' "
        f"on resource `{sender.arn(resource)}'"
    )


def _switch(sender: Sender, status: str) -> None:
    sender.stack.client("iam").update_access_key(UserName=sender.user, AccessKeyId=sender.key, Status=status)
