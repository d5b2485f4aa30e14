"""`permille account change` on the deployed stack, under enforced IAM, by mail over SMTP."""

import json
import re
import smtplib
import uuid
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Web

from permille.usecases.senders.smtp_password import smtp_password

WHY = ("--reason", "They sold the shop")


@pytest.fixture
def business(stack: Stack) -> Business:
    return a_business(stack)


def change(business: Business, *changed: str) -> dict[str, object]:
    answer: dict[str, object] = business.stack.answer("account", "change", business.id, *WHY, *changed)
    return answer


def mails_to(stack: Stack, address: str) -> list[EmailMessage]:
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(stack.mails.glob("*.eml"))]
    return [mail for mail in mails if isinstance(mail, EmailMessage) and mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def another_credential(business: Business) -> tuple[str, Business]:
    """Of an IAM user that may be adopted, and its name."""
    stack, name = business.stack, f"permille-{business.id}-{uuid.uuid4().hex[:6]}"
    ses = f"arn:aws:ses:{stack.region}:{stack.account_id}"
    resources = [f"{ses}:identity/{business.id}.example", f"{ses}:configuration-set/permille"]
    statement = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": resources}
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="sending", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    password = smtp_password(key["SecretAccessKey"], stack.region)
    return name, Business(stack, business.id, key["AccessKeyId"], key["SecretAccessKey"], password)


def can_send(business: Business) -> bool:
    try:
        business.send(1)
    except smtplib.SMTPException:
        return False
    return True


def test_a_new_owner_gets_a_link_and_the_old_one_hears_that_theirs_is_gone(business: Business, stack: Stack) -> None:
    old, new, web = business.owner, f"new@{business.id}.example", Web(stack)
    link = stack.answer("link", "owner", business.id)["link"]
    web.follows(link)

    change(business, "--owner-email", new, "--owner-name", "Nell")

    assert web.get(f"/report/{business.id}").status == 401
    [told] = eventually(lambda: mails_to(stack, new))
    [new_link] = re.findall(rf"{re.escape(web.origin)}/enter\S+", text_of(told))
    assert Web(stack).follows(new_link).status == 200
    [dropped] = eventually(lambda: mails_to(stack, old))
    assert not any(word in str(dropped) for word in (new, "Nell", web.origin))
    assert "We no longer write to this address" in dropped["Subject"]


def test_mail_through_a_new_identity_goes_out_and_counts_and_through_a_removed_one_does_not(
    business: Business, stack: Stack
) -> None:
    new = f"bread-{business.id}.example"
    mail = business.a_mail()
    mail.replace_header("From", f"news@{new}")

    change(business, "--add-identity", new)
    with business.session() as session:
        session.send_message(mail)
    eventually(lambda: business.standing()["window"]["delivered"] == 1)
    change(business, "--remove-identity", new)

    with business.session() as session, pytest.raises(smtplib.SMTPException):
        session.send_message(mail)
    assert can_send(business)


def test_a_sender_that_comes_to_an_account_that_is_off_sends_nothing_until_it_is_enabled(
    business: Business, stack: Stack
) -> None:
    stack.answer("account", "disable", business.id, "--reason", "They asked us to")
    eventually(business.is_switched)
    name, other = another_credential(business)
    assert can_send(other)  # it is nobody's yet

    change(business, "--add-sender", name)

    assert not can_send(other)
    stack.answer("local", "tick")
    eventually(other.login_is_refused)
    stack.answer("account", "enable", business.id, "--reason", "They mended it")
    eventually(other.can_log_in)
    other.send(1)
    eventually(lambda: business.standing()["window"]["delivered"] == 1)


def test_a_sender_that_goes_sends_nothing_any_more_and_what_it_sent_still_counts(
    business: Business, stack: Stack
) -> None:
    name, other = another_credential(business)
    change(business, "--add-sender", name)
    other.send(1)
    eventually(lambda: business.standing()["window"]["delivered"] == 1)

    change(business, "--remove-sender", name)

    assert other.login_is_refused()
    assert business.can_log_in()
    stack.answer("account", "disable", business.id, "--reason", "They asked us to")
    eventually(business.is_switched)
    stack.answer("account", "enable", business.id, "--reason", "They mended it")
    eventually(business.can_log_in)
    assert other.login_is_refused()
    row = {"caller_identity": {"S": name}}
    item = stack.client("dynamodb").get_item(TableName=stack.outputs["SendersTable"], Key=row)["Item"]
    assert item["account_id"]["S"] == business.id
    assert business.told("senders_changed") == ["senders_changed"] * 2
