"""Nobody waits for an answer that cannot come: support is told a day before, the owner when the day has passed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, STAFF, TODAY, a_request, an_account, decided
from tests.support.deciding import decide

from permille.domain.account.account import Account
from permille.domain.account.second_chance import RequestedDay
from permille.domain.people.owner_commands import AmendReview, WithdrawReview
from permille.domain.people.staff_commands import ApproveReview, DeclineReview
from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Mode, Status
from permille.domain.words.wording import OWNER

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
DENVER = ZoneInfo("America/Denver")
DAY = TODAY + 5 * A_DAY
BEGINS, ENDS = datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)
NEAR, LAST_HOUR = BEGINS - A_DAY, ENDS - AN_HOUR


def request(day: date = DAY, now: datetime = NOW, zone: ZoneInfo | None = None) -> Account:
    account = an_account(status=Status.DISABLED, timezone=str(zone or "UTC"))
    return decided(account, a_request(day=day), now, zone or UTC).account


def look(account: Account, now: datetime) -> Outcome:
    return decide(account, Evidence({}, []), Rules(DEFAULT, Mode.ENFORCE), now)


def looked_at(account: Account, *instants: datetime) -> tuple[Account, list[Entry]]:
    """The account after a look at each of them, and what was told."""
    told = list[Entry]()
    for at in instants:
        outcome = look(account, at)
        account, told = outcome.account, told + outcome.entries
    return account, told


def kinds(account: Account, *instants: datetime) -> list[str]:
    return [str(entry.kind) for entry in looked_at(account, *instants)[1]]


@pytest.mark.parametrize(
    ("instants", "told"),
    [
        ([NOW], []),
        ([NEAR - AN_HOUR], []),
        ([NEAR], ["review_due"]),
        ([NEAR, NEAR + AN_HOUR, BEGINS, LAST_HOUR], ["review_due"]),
        ([NEAR, ENDS], ["review_due", "review_day_passed"]),
        ([NEAR, ENDS, ENDS + AN_HOUR, ENDS + 90 * A_DAY], ["review_due", "review_day_passed"]),
        ([ENDS + A_DAY], ["review_day_passed"]),  # nobody looked before
        ([NEAR, NOW, NEAR], ["review_due"]),  # a clock was behind
        ([ENDS, NEAR, ENDS], ["review_day_passed"]),
    ],
)
def test_each_is_told_once_of_the_day_that_is_asked_for(instants: list[datetime], told: list[str]) -> None:
    assert kinds(request(), *instants) == told


def test_what_is_asked_for_tomorrow_is_told_to_support_at_once() -> None:
    account = request(TODAY + A_DAY)

    assert account.due_at == NOW
    assert kinds(account, NOW) == ["review_due"]


@pytest.mark.parametrize(
    ("now", "due_at"),
    [(NOW, NEAR), (NEAR - AN_HOUR, NEAR), (NEAR, ENDS), (LAST_HOUR, ENDS), (ENDS, None), (ENDS + A_DAY, None)],
)
def test_the_account_is_due_when_there_is_something_to_tell_next(now: datetime, due_at: datetime | None) -> None:
    assert look(request(), now).account.due_at == due_at
    assert look(look(request(), now).account, now).account.due_at == due_at


def test_support_reads_the_day_and_the_owner_is_mailed_that_it_passed() -> None:
    _, (due, passed) = looked_at(request(), NEAR, ENDS)

    assert (due.audience, due.is_mailed) == ("staff", False)
    assert due.data == {"day": str(DAY), "batch": 800, "begins_at": BEGINS.isoformat()}
    assert (passed.audience, passed.is_mailed, passed.data) == ("owner", True, {"day": str(DAY)})


def test_a_day_is_that_day_where_the_owner_is() -> None:
    account = request(zone=DENVER)

    assert account.review is not None
    assert account.review.begins_at == datetime(2026, 3, 15, 6, tzinfo=UTC)
    assert kinds(account, NEAR, NEAR + 5 * AN_HOUR) == []
    assert kinds(account, NEAR + 6 * AN_HOUR, ENDS + 5 * AN_HOUR) == ["review_due"]


def test_after_the_day_the_request_is_open_and_can_be_amended_approved_and_declined() -> None:
    account, _ = looked_at(request(), ENDS)

    assert account.waiting_for_support_since == NOW
    later = a_request(AmendReview, day=DAY + 3 * A_DAY)
    assert decided(account, later, ENDS).account.due_at == ENDS
    assert decided(account, ApproveReview(day=later.day, by=STAFF), ENDS).account.trial
    assert decided(account, DeclineReview(reason="No", by=STAFF), ENDS).entries


def test_another_day_is_told_of_anew_and_another_batch_is_not() -> None:
    told, _ = looked_at(request(), NEAR)
    larger = decided(told, a_request(AmendReview, day=DAY, batch=900), NEAR).account
    later = decided(told, a_request(AmendReview, day=DAY + A_DAY), NEAR).account

    assert kinds(larger, NEAR, ENDS) == ["review_day_passed"]
    assert kinds(later, NEAR, BEGINS, ENDS, ENDS + A_DAY) == ["review_due", "review_day_passed"]


@pytest.mark.parametrize("state", ["approved", "declined", "withdrawn", "closed"])
def test_of_what_is_answered_or_withdrawn_nobody_is_reminded(state: str) -> None:
    account = request()
    answered = {
        "approved": lambda: decided(account, ApproveReview(day=DAY + 9 * A_DAY, by=STAFF)).account,
        "declined": lambda: decided(account, DeclineReview(reason="No", by=STAFF)).account,
        "withdrawn": lambda: decided(account, WithdrawReview(by=OWNER)).account,
        "closed": lambda: replace(account, status=Status.CLOSED),
    }[state]()

    assert kinds(answered, NEAR, ENDS) == []


@pytest.mark.parametrize(
    ("agreed", "told"),
    [
        (DAY, []),  # the owner hears of it by the reopening
        (DAY + A_DAY, []),
        (DAY - 3 * A_DAY, ["review_due", "review_day_passed"]),  # the day that was asked for is still to come
    ],
)
def test_an_owner_whose_trial_was_missed_is_not_told_once_more_that_the_day_passed(
    agreed: date, told: list[str]
) -> None:
    approved = decided(request(), ApproveReview(day=agreed, by=STAFF)).account
    assert approved.trial is not None
    over = approved.trial.ends_at

    reopened, entries = looked_at(approved, over)

    assert [entry.kind for entry in entries] == ["review_reopened"]
    assert reopened.due_at == over  # and is looked at once more: another day may be near
    assert kinds(reopened, over, NEAR, ENDS, ENDS + 9 * A_DAY) == told


def test_of_a_request_whose_instants_were_not_kept_nobody_is_reminded() -> None:
    older = request()
    assert older.review is not None
    older = replace(older, review=replace(older.review, begins_at=None, ends_at=None))

    assert kinds(older, NEAR, ENDS) == []
    assert look(older, ENDS).account.due_at is None


def test_an_amended_older_request_is_reminded_of() -> None:
    older = request()
    assert older.review is not None
    older = replace(older, review=replace(older.review, begins_at=None, ends_at=None))

    amended = decided(older, a_request(AmendReview, day=DAY, batch=900)).account

    assert kinds(amended, NEAR, ENDS) == ["review_due", "review_day_passed"]


hours = st.lists(st.integers(0, 200), max_size=12)


@given(hours, st.integers(0, 7))
def test_whenever_looks_come_each_is_told_once_and_by_the_last_due_look_all_is_told(at: list[int], days: int) -> None:
    account = request(TODAY + days * A_DAY)
    told = list[str]()
    for hour in sorted(at):
        account, entries = looked_at(account, NOW + hour * AN_HOUR)
        told += [str(entry.kind) for entry in entries]

    while account.due_at:  # as the ticks go on
        assert account.review is not None
        assert account.review.last_reminder is not RequestedDay.OVER
        account, entries = looked_at(account, max(account.due_at, NOW + max(at, default=0) * AN_HOUR))
        told += [str(entry.kind) for entry in entries]

    assert told in (["review_due", "review_day_passed"], ["review_day_passed"])
