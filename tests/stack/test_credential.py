"""A credential is renewed, and an account closed, on the deployed stack under enforced IAM, seen from SMTP."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.coming_back import A_MINUTE, WayBack
from tests.stack.conftest import Stack, eventually

REASON = ("--reason", "It was stolen")


@pytest.fixture
def business(ahead: Stack) -> Business:
    return a_business(ahead)


def with_the_new(business: Business, answer: dict[str, Any]) -> Business:
    """The same one, with what the command has shown."""
    key, password, secret = answer["access_key_id"], answer["smtp"]["password"], answer["secret_access_key"]
    return replace(business, key=key, password=password, secret=secret)


def renewed(business: Business, *options: str) -> Business:
    shown = business.stack.answer("account", "credential", business.id, *options, "--show-secret")
    return with_the_new(business, shown)


def test_the_old_login_works_until_the_grace_is_over_and_the_new_one_from_the_start(business: Business) -> None:
    new = renewed(business, "--grace", "48")
    assert (business.can_log_in(), new.can_log_in()) == (True, True)
    refused = business.stack.run("account", "credential", business.id)
    assert (refused.returncode, "IAM allows two keys" in refused.stderr) == (2, True)

    over = datetime.fromisoformat(business.standing()["old_credential_works_until"])
    clock = WayBack(business.stack, business, "UTC", over.date())
    clock.it_is(over - A_MINUTE)
    assert business.can_log_in()
    clock.it_is(over)
    assert (business.login_is_refused(), new.can_log_in()) == (True, True)
    clock.it_is(over + A_MINUTE)

    assert business.told("credential_renewed", "old_credential_ended") == [
        "credential_renewed",
        "old_credential_ended",
    ]
    (mail,) = eventually(lambda: [one for one in business.mails() if "password was renewed" in one["Subject"]])
    body = str(mail.get_body(("plain",)))
    assert new.key in body
    assert not {new.password, new.secret} & set(body.split())

    newest = renewed(new)
    eventually(new.login_is_refused)
    assert newest.can_log_in()
    keys = {one["access_key_id"] for one in business.standing()["senders"][0]["keys"]}
    assert keys == {new.key, newest.key}


def test_whom_a_leak_brought_down_is_enabled_with_a_new_login_alone(business: Business) -> None:
    stack = business.stack
    stack.answer("account", "disable", business.id, *REASON)
    eventually(business.login_is_refused)
    eventually(business.is_switched)

    shown = stack.answer("account", "enable", business.id, *REASON, "--new-credential", "--show-secret")

    new = with_the_new(business, shown)
    eventually(new.can_log_in)
    new.send(1)
    assert business.login_is_refused()
    eventually(business.is_read_back)
    assert business.login_is_refused()
    assert business.told("drift") == []


def test_a_closed_accounts_login_and_user_are_gone_and_its_id_is_not_given_again(business: Business) -> None:
    stack, caller = business.stack, f"permille-{business.id}"

    closed = stack.answer("account", "close", business.id, "--reason", "They left", "--yes")

    assert closed["deleted_senders"] == [caller]
    eventually(business.login_is_refused)
    with pytest.raises(stack.client("iam").exceptions.NoSuchEntityException):
        stack.client("iam").get_user(UserName=caller)
    add = ("account", "add", business.id, "--owner-email", business.owner, "--identity", f"{business.id}.example")
    again = stack.run(*add)
    assert (again.returncode, "was closed, and an id is never given again" in again.stderr) == (2, True)
    enabled = stack.run("account", "enable", business.id, "--reason", "Again")
    assert (enabled.returncode, "closed, and that is final" in enabled.stderr) == (2, True)


def test_late_feedback_about_a_closed_accounts_mail_counts_for_it_and_it_settles(business: Business) -> None:
    sent_at = datetime.fromisoformat(business.timeline()[0]["at"]) + timedelta(milliseconds=1)
    business.stack.answer("account", "close", business.id, "--reason", "They left", "--yes")

    business.is_complained_about("late", sent_at)

    eventually(lambda: business.told("complaint"))
    eventually(business.is_switched)
    eventually(business.is_read_back)
    assert business.told("sender_missing", "drift") == []
