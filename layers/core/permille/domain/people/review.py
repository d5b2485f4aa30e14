"""What comes of the owner's request to get the SMTP account back, and of what support says to it."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from permille.domain.account.account import Account
from permille.domain.account.owner_acts import AskedMail, OwnerActs
from permille.domain.account.second_chance import RequestedDay, Review, ReviewState, Trial, TrialState
from permille.domain.people.commands import (
    ApproveReview,
    ConfirmTrial,
    DeclineReview,
    DeleteReview,
    ReviewRequest,
    WithdrawReview,
)
from permille.domain.policy.policy import SecondChance
from permille.domain.rules.decision import Outcome
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds import review as told
from permille.domain.timeline.kinds.trial_outcome import TrialConfirmed
from permille.domain.timeline.timeline import entry
from permille.domain.values.calendar import DAY, midnight, today
from permille.domain.values.errors import ConfirmationNeeded, DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words.wording import times

FURTHEST_DAY = timedelta(days=60)


class ReviewStage(StrEnum):
    """Where an account is on the way back: what its owner is shown, and may do."""

    NOT_NEEDED = "not_needed"
    DENIED = "denied"  # by hand, and back when support enables it
    MAY_ASK = "may_ask"
    OPEN = "open"  # may be amended or withdrawn
    DECLINED = "declined"  # and it is too early to ask again
    SCHEDULED = "scheduled"
    RUNNING = "running"
    OBSERVING = "observing"
    CONFIRMATION = "confirmation"  # of the trial by support is waited for
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
        asked = account.trial is not None and account.trial.asked and not account.trial.confirmed
        return ReviewStage.CONFIRMATION if asked else _STAGES[account.status]
    if account.scheduled_trial:
        return ReviewStage.SCHEDULED
    if account.review and account.review.state is ReviewState.OPEN:
        return ReviewStage.OPEN
    return ReviewStage.DECLINED if _too_early(account.review, zone, now) else ReviewStage.MAY_ASK


def _too_early(review: Review | None, zone: tzinfo, now: datetime) -> bool:
    """Whether the last request was declined, and its cooldown is not over."""
    if review is None or review.state is not ReviewState.DECLINED or review.ask_again_on is None:
        return False
    return today(zone, now) < review.ask_again_on


def request(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> Outcome:
    """Only for a disabled account, one open request at a time. The same once more changes nothing. `zone`: the
    account's."""
    if account.status is not Status.DISABLED:
        raise DecisionRefused(f"{account.id} is {account.status}: only a disabled account asks for a review")
    review = account.review
    if review and review.state is ReviewState.OPEN:
        if _asked(command) == _asked(review):
            return Outcome(account, [])
        raise DecisionRefused("a request is open already; amend it, or withdraw it first")
    if trial := account.scheduled_trial:
        agreed = f"a trial is agreed on for {trial.day} already"
        raise DecisionRefused(f"{agreed}; withdraw it to ask for another day")
    if review and _too_early(review, zone, now):
        raise DecisionRefused(f"the last request was declined; ask again from {review.ask_again_on} on")
    acts = _acts(account, command, zone, now)
    mailed = acts.mailed(AskedMail.RECEIPT, zone, now)
    opened = Review(ReviewState.OPEN, **_fields(command, zone), requested_at=now)
    facts = told.ReviewRequested(**_asked(opened), receipt=mailed != acts, by=command.by)
    return _changed(replace(account, owner_acts=mailed), opened, facts, now)


def amend(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> Outcome:
    """The request keeps its place in the queue. The same once more changes nothing."""
    review = _waiting(account)
    if _asked(command) == _asked(review):
        return Outcome(account, [])
    acts = _acts(account, command, zone, now)
    amended = replace(review, **_fields(command, zone))
    if command.day != review.day:  # support and owner have not heard of this one
        amended = replace(amended, last_reminder=RequestedDay.AHEAD)
    return _changed(
        replace(account, owner_acts=acts), amended, told.ReviewAmended(**_asked(amended), by=command.by), now
    )


def put(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> Outcome:
    """What is asked for, whether a request is open already or not. Repeated, it changes nothing."""
    is_open = account.review is not None and account.review.state is ReviewState.OPEN
    return (amend if is_open else request)(account, command, zone, now)


def delete(account: Account, command: DeleteReview, now: datetime) -> Outcome:
    """As `withdraw`. Repeated, it changes nothing."""
    if account.review and account.review.state is ReviewState.WITHDRAWN:
        return Outcome(account, [])
    return withdraw(account, command, now)


def withdraw(account: Account, command: WithdrawReview | DeleteReview, now: datetime) -> Outcome:
    """Takes back the open request, or with it the trial that was agreed on, if that has not begun. Only the request is
    changed: a trial is nothing that an owner, or a host platform, may write."""
    review, trial = _before_trial(account), account.scheduled_trial
    withdrawn = replace(review, state=ReviewState.WITHDRAWN, decided_at=now, decided_by="", reason="")
    facts = told.ReviewWithdrawn(day=trial.day if trial else review.day, by=command.by)
    return _changed(account, withdrawn, facts, now)


def answer_token(review: Review | None) -> str:
    """Another one after each answer of support's, the same after a reminder: an owner's form names the one that it was
    made with."""
    return f"{review.state} {(review.decided_at or review.requested_at).isoformat()}" if review else ""


def _fields(command: ReviewRequest, zone: tzinfo) -> dict[str, Any]:
    """Of the review."""
    return _asked(command) | {"begins_at": midnight(command.day, zone), "ends_at": midnight(command.day + DAY, zone)}


def _asked(asked: Review | ReviewRequest) -> dict[str, Any]:
    return {"day": asked.day, "batch": asked.batch, "cause": asked.cause, "change": asked.change}


def _changed(account: Account, review: Review, facts: Facts, now: datetime) -> Outcome:
    """The next look, at once, says when there is something to remind of."""
    return Outcome(replace(account, review=review, decided_at=now, due_at=now), [entry(account.id, now, facts)])


def approve(account: Account, command: ApproveReview, zone: tzinfo, chance: SecondChance, now: datetime) -> Outcome:
    """The trial begins at 00:00 of that day in the account's zone and ends at 24:00, both fixed now; today, at once.
    One that was agreed on and has not begun moves to that day. Raises ConfirmationNeeded where little of it is left."""
    review, day = _before_trial(account), command.day
    agreed = account.scheduled_trial.day if account.scheduled_trial else None
    if day == agreed:
        raise DecisionRefused(f"the trial is agreed on for {day} already; choose another day to move it")
    if day < today(zone, now):
        raise DecisionRefused(f"{day} is over in {account.timezone}; choose a day to come")
    if day > today(zone, now) + FURTHEST_DAY:
        raise DecisionRefused(f"{day} is more than {FURTHEST_DAY.days} days ahead")
    begins_at, ends_at = max(midnight(day, zone), now), midnight(day + DAY, zone)
    verdict_at = ends_at + timedelta(hours=chance.observing_hours)
    is_short = begins_at == now and ends_at - now < timedelta(hours=chance.least_hours)
    if is_short and not command.short_day:
        raise ConfirmationNeeded(f"only {_spelled(ends_at - begins_at)} of {day} are left in {account.timezone}")
    trial = Trial(
        TrialState.SCHEDULED,
        day,
        begins_at,
        ends_at,
        verdict_at,
        least_delivered=chance.least_delivered(review.batch),
        most_sent=chance.most_sent(review.batch),
        ratio_above=chance.ratio_above if chance.decides_by_ratio(review.batch) else 0,
    )
    approved = replace(review, state=ReviewState.APPROVED, decided_at=now, decided_by=command.by, reason=command.note)
    begins, ends = begins_at.astimezone(zone), ends_at.astimezone(zone)
    facts = told.ReviewApproved(
        begins_at=begins,
        ends_at=ends,
        note=command.note,
        by=command.by,
        instead_of=agreed or "",
        **trial.numbers,
    )
    due_at = begins_at if account.in_sync else now  # a credential that is still on is seen to before that day
    waiting = replace(account, review=approved, trial=trial, recheck=None, decided_at=now, due_at=due_at)
    return Outcome(waiting, [entry(account.id, now, facts)])


def decline(account: Account, command: DeclineReview, zone: tzinfo, chance: SecondChance, now: datetime) -> Outcome:
    """The owner can ask again after a cooldown, which grows with the strikes where the policy says so."""
    days = chance.cooldown_days + chance.cooldown_days_per_strike * max(0, account.strikes - 1)
    again = today(zone, now) + timedelta(days=days)
    declined = replace(
        _waiting(account),
        state=ReviewState.DECLINED,
        decided_at=now,
        decided_by=command.by,
        reason=command.reason,
        ask_again_on=again,
    )
    facts = told.ReviewDeclined(reason=command.reason, by=command.by, ask_again_on=again)
    return Outcome(replace(account, review=declined, recheck=None, decided_at=now), [entry(account.id, now, facts)])


def confirm(account: Account, command: ConfirmTrial, now: datetime) -> Outcome:
    """Support agrees that the trial went well; enforce looks once more, and reinstates."""
    trial = account.trial
    if trial is None or account.status is not Status.OBSERVING or now < trial.verdict_at:
        raise DecisionRefused(f"{account.id} has no trial that waits to be confirmed")
    confirmed = replace(trial, confirmed=True)
    facts = TrialConfirmed(reason=command.reason, by=command.by)
    return Outcome(replace(account, trial=confirmed, decided_at=now, due_at=now), [entry(account.id, now, facts)])


def _spelled(left: timedelta) -> str:
    """`5 hours and 3 minutes`"""
    hours, minutes = divmod(left // timedelta(minutes=1), 60)
    return " and ".join([times(hours, "hour")] * bool(hours) + [times(minutes, "minute")])


def _waiting(account: Account) -> Review:
    """The request that waits for support's answer."""
    if account.review is None or account.review.state is not ReviewState.OPEN:
        trial = account.scheduled_trial
        agreed = f": a trial is agreed on for {trial.day}" if trial else ""
        raise DecisionRefused(f"no request of {account.id} is open{agreed}")
    return account.review


def _before_trial(account: Account) -> Review:
    """The request that is open, or was approved for a day that has not begun."""
    if account.review and account.scheduled_trial:
        return account.review
    if account.status in (Status.TRIAL, Status.OBSERVING):
        raise DecisionRefused(
            f"no request of {account.id} is open: its trial has begun, and cannot be moved or withdrawn"
        )
    return _waiting(account)


def _acts(account: Account, command: ReviewRequest, zone: tzinfo, now: datetime) -> OwnerActs:
    """With this request, if it is the owner's own. Raises DecisionRefused where it cannot be."""
    first = today(zone, now)
    if not first <= command.day <= first + FURTHEST_DAY:
        raise DecisionRefused(
            f"the day {command.day} is not within the next {FURTHEST_DAY.days} days ({first} is today)"
        )
    return account.owner_acts if command.by_staff else account.owner_acts.changed(zone, now)
