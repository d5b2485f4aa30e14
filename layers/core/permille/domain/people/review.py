"""Decides on the owner's review request: made, amended, withdrawn."""

from dataclasses import replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from permille.domain.account.account import Account
from permille.domain.account.owner_acts import AskedMail, CountedAct, OwnerActs
from permille.domain.account.second_chance import FURTHEST_DAY, RequestedDay, Review, ReviewState
from permille.domain.people.owner_commands import DeleteReview, ReviewRequest, WithdrawReview
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.review import ReviewAmended, ReviewRequested, ReviewWithdrawn
from permille.domain.timeline.timeline import entry
from permille.domain.values.calendar import DAY, midnight, today
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words.wording import day


class ReviewStage(StrEnum):
    """How far an account is on the way back: what its owner sees, and can do."""

    NOT_NEEDED = "not_needed"
    DENIED = "denied"  # by hand; support can enable it
    MAY_ASK = "may_ask"
    OPEN = "open"  # the request can be amended or withdrawn
    DECLINED = "declined"  # a cooldown runs
    SCHEDULED = "scheduled"
    RUNNING = "running"
    OBSERVING = "observing"
    CONFIRMATION = "confirmation"  # support has to confirm the trial
    CLOSED = "closed"


_STAGES = {
    Status.ACTIVE: ReviewStage.NOT_NEEDED,
    Status.TRIAL: ReviewStage.RUNNING,
    Status.OBSERVING: ReviewStage.OBSERVING,
    Status.CLOSED: ReviewStage.CLOSED,
}


def stage(account: Account, zone: tzinfo, now: datetime) -> ReviewStage:
    """`zone`: the account's."""
    if account.denied_by_hand:
        return ReviewStage.DENIED
    if account.status is not Status.DISABLED:
        return ReviewStage.CONFIRMATION if account.awaits_confirmation else _STAGES[account.status]
    if account.scheduled_trial:
        return ReviewStage.SCHEDULED
    if account.review and account.review.state is ReviewState.OPEN:
        return ReviewStage.OPEN
    return ReviewStage.DECLINED if _cooldown_ends(account.review, zone, now) else ReviewStage.MAY_ASK


def _cooldown_ends(review: Review | None, zone: tzinfo, now: datetime) -> date | None:
    """From which day on the owner can ask again, where the last request was declined and that day is to come."""
    if review is None or review.state is not ReviewState.DECLINED or review.ask_again_on is None:
        return None
    return review.ask_again_on if today(zone, now) < review.ask_again_on else None


def request(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> Outcome:
    """Opens a request, for a disabled account that has none open. Repeating an open request changes nothing. `zone`:
    the account's."""
    if account.status is not Status.DISABLED:
        raise DecisionRefused(f"{account.id} is {account.status}: only a disabled account asks for a review")
    review = account.review
    if review and review.state is ReviewState.OPEN:
        if _request_fields(command) == _request_fields(review):
            return Outcome(account, [])
        raise DecisionRefused("a request is open already; amend it, or withdraw it first")
    if trial := account.scheduled_trial:
        raise DecisionRefused(f"a trial is agreed on for {day(trial.day)} already; withdraw it to ask for another day")
    if again := _cooldown_ends(review, zone, now):
        raise DecisionRefused(f"the last request was declined; ask again from {day(again)} on")
    acts = _acts(account, command, zone, now)
    mailed = acts.mailed(AskedMail.RECEIPT, zone, now)
    opened = Review(ReviewState.OPEN, **_review_fields(command, zone), requested_at=now)
    facts = ReviewRequested(**_request_fields(opened), receipt=mailed != acts, by=command.by)
    return _changed(replace(account, owner_acts=mailed), opened, facts, now)


def amend(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> Outcome:
    """Changes the open request, which keeps its place in the queue. Repeating it changes nothing. `zone`: the
    account's."""
    review = open_review(account)
    if _request_fields(command) == _request_fields(review):
        return Outcome(account, [])
    acts = _acts(account, command, zone, now)
    amended = replace(review, **_review_fields(command, zone))
    if command.day != review.day:  # there was no reminder of this day yet
        amended = replace(amended, last_reminder=RequestedDay.AHEAD)
    facts = ReviewAmended(**_request_fields(amended), by=command.by)
    return _changed(replace(account, owner_acts=acts), amended, facts, now)


def put(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> Outcome:
    """Amends the request if one is open, else opens one. Idempotent."""
    is_open = account.review is not None and account.review.state is ReviewState.OPEN
    return (amend if is_open else request)(account, command, zone, now)


def delete(account: Account, command: DeleteReview, now: datetime) -> Outcome:
    """As `withdraw`, but idempotent."""
    if account.review and account.review.state is ReviewState.WITHDRAWN:
        return Outcome(account, [])
    return withdraw(account, command, now)


def withdraw(account: Account, command: WithdrawReview | DeleteReview, now: datetime) -> Outcome:
    """Withdraws the open request, or the approved one together with its trial if that has not begun. It writes the
    request alone: owners and host platforms may not write the trial, which the next run of Enforce removes."""
    review, trial = review_before_trial(account), account.scheduled_trial
    withdrawn = replace(review, state=ReviewState.WITHDRAWN, decided_at=now, decided_by="", reason="")
    facts = ReviewWithdrawn(day=trial.day if trial else review.day, by=command.by)
    return _changed(account, withdrawn, facts, now)


def answer_token(review: Review | None) -> str:
    """An optimistic lock for the owner's form: it changes with each answer of support, and not with reminders."""
    return f"{review.state} {(review.decided_at or review.requested_at).isoformat()}" if review else ""


def _review_fields(command: ReviewRequest, zone: tzinfo) -> dict[str, Any]:
    instants = {"begins_at": midnight(command.day, zone), "ends_at": midnight(command.day + DAY, zone)}
    return _request_fields(command) | instants


def _request_fields(request: Review | ReviewRequest) -> dict[str, Any]:
    return {"day": request.day, "batch": request.batch, "cause": request.cause, "change": request.change}


def _changed(account: Account, review: Review, facts: Facts, now: datetime) -> Outcome:
    """The account is due at once, so that Enforce computes the next reminder."""
    return Outcome(replace(account, review=review, decided_at=now, due_at=now), [entry(account.id, now, facts)])


def open_review(account: Account) -> Review:
    """The open request. Raises DecisionRefused where there is none."""
    if account.review is None or account.review.state is not ReviewState.OPEN:
        trial = account.scheduled_trial
        agreed = f": a trial is agreed on for {day(trial.day)}" if trial else ""
        raise DecisionRefused(f"no request of {account.id} is open{agreed}")
    return account.review


def review_before_trial(account: Account) -> Review:
    """The request that is open, or whose trial has not begun. Raises DecisionRefused where there is none."""
    if account.review and account.scheduled_trial:
        return account.review
    if account.status in (Status.TRIAL, Status.OBSERVING):
        raise DecisionRefused(
            f"no request of {account.id} is open: its trial has begun, and cannot be moved or withdrawn"
        )
    return open_review(account)


def _acts(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> OwnerActs:
    """The owner's acts with this one, unless staff request. Raises DecisionRefused where the day is out of range, or
    the owner made too many changes today."""
    first = today(zone, now)
    if not first <= command.day <= first + FURTHEST_DAY:
        raise DecisionRefused(
            f"{day(command.day)} is not within the next {FURTHEST_DAY.days} days (today is {day(first)})"
        )
    return account.owner_acts if command.by_staff else account.owner_acts.counted(CountedAct.CHANGE, zone, now)
