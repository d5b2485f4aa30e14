"""`permille review`: requests to get an SMTP account back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF, TODAY, a_complaint_entry, an_account, an_entry, corrected
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.account import Account
from permille.domain.account.second_chance import Review, Trial, TrialState
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

CAUSE, CHANGE = "We mailed an [old] list :fire:", "We took it off"
ASKED = ("--batch", "800", "--cause", CAUSE, "--change", CHANGE)


def day(ahead: int) -> str:
    return str(TODAY + timedelta(days=ahead))


@pytest.fixture(autouse=True)
def _disabled(stack: FakeStack) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED)
    stack.rows.entries.clear()


def request(terminal: Terminal, ahead: int = 5) -> str:
    return terminal.text("review", "request", ACCOUNT, "--day", day(ahead), *ASKED)


def is_agreed_on(terminal: Terminal, ahead: int = 5) -> None:
    request(terminal, ahead)
    terminal.text("review", "approve", ACCOUNT, "--day", day(ahead))


def review_of(account: Account) -> Review:
    assert account.review is not None
    return account.review


def trial_of(account: Account) -> Trial:
    assert account.trial is not None
    return account.trial


def has_begun(stack: FakeStack) -> None:
    account = stack.get(ACCOUNT)
    running = replace(trial_of(account), state=TrialState.RUNNING)
    stack.rows.accounts[ACCOUNT] = replace(account, status=Status.TRIAL, trial=running)


def test_a_request_is_open_and_can_be_amended(stack: FakeStack, terminal: Terminal) -> None:
    said = request(terminal)
    amended = terminal.text("review", "amend", ACCOUNT, "--day", day(6), *ASKED[2:], "--batch", "900")

    assert said == f"bakery: the request for 800 e-mails on {day(5)} is open.\n"
    assert amended == f"bakery: the request for 900 e-mails on {day(6)} is open.\n"
    assert review_of(stack.get(ACCOUNT)).batch == 900
    assert stack.kinds(ACCOUNT) == ["review_requested", "review_amended"]


def test_a_request_can_be_withdrawn(stack: FakeStack, terminal: Terminal) -> None:
    request(terminal)

    said = terminal.text("review", "withdraw", ACCOUNT)

    assert said == f"bakery: the request for 800 e-mails on {day(5)} is withdrawn.\n"
    assert stack.kinds(ACCOUNT)[-1] == "review_withdrawn"


def test_an_approved_request_names_the_trial_and_who_approved_it(stack: FakeStack, terminal: Terminal) -> None:
    request(terminal)

    said = terminal.text("review", "approve", ACCOUNT, "--day", day(5), "--note", "Begin slowly")

    assert said == (
        f"bakery: the request for 800 e-mails on {day(5)} is approved.\n"
        "The trial is from 15 March 2026, 00:00 (UTC) to 16 March 2026, 00:00 (UTC).\n"
    )
    assert trial_of(stack.get(ACCOUNT)).day == date(2026, 3, 15)
    assert stack.last_facts(ACCOUNT).by == STAFF


def test_machines_get_the_request_and_the_trial(terminal: Terminal) -> None:
    request(terminal)

    answer = terminal.answer("review", "approve", ACCOUNT, "--day", day(5))

    assert (answer["account_id"], answer["status"]) == (ACCOUNT, "disabled")
    assert (answer["review"]["state"], answer["review"]["cause"]) == ("approved", CAUSE)
    assert (answer["trial"]["state"], answer["trial"]["day"]) == ("scheduled", day(5))


def test_a_declined_request_has_its_reason(stack: FakeStack, terminal: Terminal) -> None:
    request(terminal)

    said = terminal.text("review", "decline", ACCOUNT, "--reason", "The list is still bought")

    assert said == f"bakery: the request for 800 e-mails on {day(5)} is declined.\n"
    assert review_of(stack.get(ACCOUNT)).reason == "The list is still bought"


def test_an_agreed_trial_is_moved_cancelled_and_withdrawn(stack: FakeStack, terminal: Terminal) -> None:
    is_agreed_on(terminal)
    terminal.text("review", "approve", ACCOUNT, "--day", day(9), "--note", "Later, as you asked")
    moved = trial_of(stack.get(ACCOUNT))
    cancelled = terminal.text("review", "cancel", ACCOUNT, "--reason", "It was the wrong account")
    is_agreed_on(terminal)
    terminal.text("review", "withdraw", ACCOUNT)

    assert str(moved.day) == day(9)
    assert cancelled == "bakery: no request is open, and no trial is scheduled.\n"
    assert stack.get(ACCOUNT).current_trial is None
    answered = ["review_requested", "review_approved"]
    assert stack.kinds(ACCOUNT) == [
        *answered,
        "review_approved",
        "trial_cancelled",
        *answered,
        "review_withdrawn",
    ]


def test_disabling_an_account_that_waits_for_its_day_cancels_the_trial(stack: FakeStack, terminal: Terminal) -> None:
    is_agreed_on(terminal)

    terminal.text("account", "disable", ACCOUNT, "--reason", "It was the wrong account")

    assert stack.get(ACCOUNT).trial is None


def test_a_trial_that_waits_for_staff_is_confirmed(stack: FakeStack, terminal: Terminal) -> None:
    is_agreed_on(terminal)
    account = stack.get(ACCOUNT)
    waiting = replace(trial_of(account), state=TrialState.OBSERVING, confirmation_requested=True)
    stack.rows.accounts[ACCOUNT] = replace(account, status=Status.OBSERVING, trial=waiting)
    terminal.stack = stack.at(waiting.verdict_at)

    listed = terminal.text("review", "list")
    terminal.text("review", "confirm", ACCOUNT)

    assert "  the trial went well, and needs confirmation\n" in listed
    assert trial_of(stack.get(ACCOUNT)).confirmed
    assert stack.last_facts(ACCOUNT).by == STAFF


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("cancel", ACCOUNT, "--reason", "Why"), "no trial of bakery is agreed on"),
        (("cancel", ACCOUNT, "--reason", " "), "--reason: say why"),
        (("decline", ACCOUNT, "--reason", ""), "--reason: say why"),
        (("decline", ACCOUNT, "--reason", "Why"), "no request"),
        (("approve", ACCOUNT, "--day", day(5)), "no request"),
        (("approve", ACCOUNT, "--day", "friday"), "--day: takes a day such as 2026-12-31"),
        (("confirm", ACCOUNT), "no trial"),
        (("withdraw", ACCOUNT), "no request of bakery is open"),
        (("amend", ACCOUNT, "--day", day(5), *ASKED), "no request"),
        (("request", ACCOUNT, "--day", day(-1), *ASKED), "is not within the next 60 days (today is 10 March 2026)"),
        (
            ("request", ACCOUNT, "--day", day(5), *ASKED[2:], "--batch", "0"),
            "--batch: a batch has 1 to",
        ),
        (("request", ACCOUNT, "--day", day(5)), "Missing option '--batch'"),
        (("withdraw", "nobody"), "there is no account 'nobody'"),
    ],
    ids=lambda typed: " ".join(typed[:2]) if isinstance(typed, tuple) else "",
)
def test_what_does_not_suit_the_account_changes_nothing(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    before = stack.get(ACCOUNT)

    assert says in terminal.refused("review", *typed)

    assert stack.get(ACCOUNT) == before


def test_a_trial_that_has_begun_is_not_cancelled(stack: FakeStack, terminal: Terminal) -> None:
    is_agreed_on(terminal, 0)
    has_begun(stack)

    said = terminal.refused("review", "cancel", ACCOUNT, "--reason", "Why")

    assert said == "the trial of bakery has begun; disable the account to end it"


def test_a_trial_that_has_begun_is_not_approved_once_more(stack: FakeStack, terminal: Terminal) -> None:
    is_agreed_on(terminal, 0)
    has_begun(stack)

    said = terminal.refused("review", "approve", ACCOUNT, "--day", day(3))

    assert said == "no request of bakery is open: its trial has begun, and cannot be moved or withdrawn"


@pytest.mark.parametrize(("ahead", "says"), [(1, " (that day is today or tomorrow)\n"), (9, "\n")])
def test_the_queue_says_whose_day_is_near(terminal: Terminal, ahead: int, says: str) -> None:
    request(terminal, ahead)

    assert f"  wants to send 800 e-mails on {day(ahead)}{says}" in terminal.text("review", "list")


def test_the_queue_shows_the_evidence_and_the_owners_words_as_they_are(terminal: Terminal) -> None:
    request(terminal)

    said = terminal.text("review", "list")

    assert said.startswith("bakery  waits for less than a minute; 0 disablings by the rules so far\n")
    assert f"  what went wrong: {CAUSE}\n  what was changed: {CHANGE}\n" in said


def test_the_days_of_the_evidence_are_those_where_the_owner_is(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), timezone="Europe/Vienna")
    request(terminal)
    late = NOW.replace(hour=23, minute=30) - timedelta(days=1)
    stack.rows.put(an_entry("disabled", late), an_entry("trial_unused", late))

    said = terminal.text("review", "list")

    assert "  when it was disabled, 2026-03-10: " in said
    assert "  earlier trial, 2026-03-10: " in said


def test_complaints_at_the_disabling_and_now_are_distinguished(stack: FakeStack, terminal: Terminal) -> None:
    request(terminal)
    complaints = [a_complaint_entry(f"m-{number}", NOW + timedelta(seconds=number)) for number in range(3)]
    stack.rows.put(an_entry("disabled"), *complaints)

    said = terminal.text("review", "list")

    assert "  when it was disabled, 2026-03-10: " in said
    assert "  3 complaints by now about " in said


def test_if_the_account_cannot_be_judged_json_has_null(stack: FakeStack, terminal: Terminal) -> None:
    request(terminal)
    complaint = a_complaint_entry()
    stack.rows.put(an_entry("disabled"), complaint, corrected(complaint, NOW + timedelta(seconds=1)))
    stack.rows.tallies[ACCOUNT, 1, TODAY] = Tally(1000, 1)
    listed = ("review", "list")

    assert terminal.answer(*listed)["requests"][0]["kept_now"] is True
    stack.faults.fail("tallies.days")
    assert terminal.answer(*listed)["requests"][0]["kept_now"] is None


def test_the_queue_for_machines(terminal: Terminal) -> None:
    request(terminal)

    (case,) = terminal.answer("review", "list")["requests"]

    assert (case["account_id"], case["review"]["cause"]) == (ACCOUNT, CAUSE)


def test_an_empty_queue_says_so(terminal: Terminal) -> None:
    assert terminal.text("review", "list") == "No account waits for support.\n"
    assert terminal.answer("review", "list") == {"requests": []}


def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("accounts.save", error=PermissionDenied("writing bakery: AWS does not allow it"))

    said = terminal.failed("review", "request", ACCOUNT, "--day", day(5), *ASKED)

    assert said == "writing bakery: AWS does not allow it"
