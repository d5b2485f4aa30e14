"""The way back, with real logins: refused, accepted on the day, refused after it, and accepted again two days later."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually

DAY = timedelta(days=1)
ASKED = ["--batch", "800", "--cause", "We mailed an old list", "--change", "We took it off"]


@pytest.fixture
def business(stack: Stack) -> Iterator[Business]:
    """A business that has lost its SMTP account. Afterwards it is the real time again."""
    business = a_business(stack)
    business.send(3, complaints=2)
    eventually(business.login_is_refused)
    yield business
    stack.run("local", "tick")


def midnight() -> datetime:
    """At which today ends."""
    return datetime.combine(datetime.now(UTC).date() + DAY, datetime.min.time(), UTC)


def ticked(stack: Stack, at: datetime) -> None:
    stack.answer("local", "tick", "--at", at.isoformat())


def can_log_in(business: Business) -> bool:
    try:
        business.session().quit()
    except smtplib.SMTPException:
        return False
    return True


def approved_for_today(business: Business, stack: Stack) -> None:
    today = str(datetime.now(UTC).date())
    stack.answer("review", "request", business.id, "--day", today, *ASKED)
    stack.answer("review", "approve", business.id, "--day", today, "--note", "Begin with your best customers")
    eventually(lambda: can_log_in(business))


def status(business: Business) -> str:
    return str(business.standing()["status"])


def test_who_sends_a_clean_batch_on_the_day_is_back_two_days_later(business: Business, stack: Stack) -> None:
    approved_for_today(business, stack)
    assert status(business) == "trial"
    business.send(5)
    eventually(lambda: business.standing()["window"]["delivered"] == 5)

    ticked(stack, midnight() + timedelta(seconds=30))
    assert (status(business), business.login_is_refused()) == ("observing", True)

    ticked(stack, midnight() + 2 * DAY - timedelta(minutes=1))
    assert (status(business), business.login_is_refused()) == ("observing", True)

    ticked(stack, midnight() + 2 * DAY + timedelta(minutes=1))
    assert (status(business), can_log_in(business)) == ("active", True)
    told = [entry["kind"] for entry in business.timeline()]
    happened = ["disabled", "review_requested", "review_approved", "trial_began", "trial_ended", "reinstated"]
    assert [kind for kind in told if kind in happened] == happened
    eventually(lambda: len([mail for mail in business.mails() if "Welcome back" in str(mail["Subject"])]) == 1)


def test_one_complaint_about_the_days_mail_ends_it_within_seconds(business: Business, stack: Stack) -> None:
    approved_for_today(business, stack)

    business.send(3, complaints=1)

    eventually(business.login_is_refused)
    eventually(lambda: status(business) == "disabled")
    assert business.standing()["strikes"] == 2
    assert business.standing()["trial"] is None
    assert "stays_suspended" in [entry["kind"] for entry in business.timeline()]


def test_a_day_without_mail_proves_nothing(business: Business, stack: Stack) -> None:
    approved_for_today(business, stack)

    ticked(stack, midnight() + timedelta(seconds=30))
    ticked(stack, midnight() + 2 * DAY + timedelta(minutes=1))

    assert (status(business), business.login_is_refused()) == ("disabled", True)
    assert business.timeline()[-1]["kind"] == "trial_unused"


def test_a_day_that_goes_by_while_nobody_looks_opens_the_request_again(business: Business, stack: Stack) -> None:
    tomorrow = midnight().date()
    stack.answer("review", "request", business.id, "--day", str(tomorrow), *ASKED)
    stack.answer("review", "approve", business.id, "--day", str(tomorrow))
    assert business.login_is_refused()

    ticked(stack, midnight() + DAY + timedelta(minutes=1))

    assert business.standing()["review"]["state"] == "open"
    assert business.login_is_refused()


def test_support_sees_the_evidence_and_of_two_who_decide_one_is_told_that_it_is_late(
    business: Business, stack: Stack
) -> None:
    tomorrow = str(midnight().date())
    stack.answer("review", "request", business.id, "--day", tomorrow, *ASKED)

    (case,) = [case for case in stack.answer("review", "list")["requests"] if case["account_id"] == business.id]
    assert case["disabled"]["complaints"] == 2
    assert case["campaigns"] == [{"campaign": "Fresh rye bread", "complaints": 2}]
    assert (case["strikes"], case["trials"], case["review"]["cause"]) == (1, [], "We mailed an old list")

    declined = stack.answer("review", "decline", business.id, "--reason", "The list is still a bought one")
    assert declined["review"]["decided_by"].startswith("arn:aws:iam::")
    late = stack.run("review", "approve", business.id, "--day", tomorrow)
    assert (late.returncode, late.stderr) == (2, f"permille: no request of {business.id} is open\n")
    again = stack.run("review", "request", business.id, "--day", tomorrow, *ASKED)
    assert again.returncode == 2
    assert "ask again from" in again.stderr


def test_what_says_nothing_is_refused_in_one_line(business: Business, stack: Stack) -> None:
    for wrong in (["--day", "soon"], ["--day", "2020-01-01"], ["--day", str(midnight().date()), "--batch", "0"]):
        refused = stack.run("review", "request", business.id, *ASKED, *wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
