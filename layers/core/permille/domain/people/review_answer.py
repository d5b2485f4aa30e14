"""Decides on support's answer to a review request: a trial on one day, no, or the confirmation of a trial."""

from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.second_chance import FURTHEST_DAY, Review, ReviewState, Trial, TrialState
from permille.domain.people.review import open_review, review_before_trial
from permille.domain.people.staff_commands import ApproveReview, ConfirmTrial, DeclineReview
from permille.domain.policy.policy import SecondChance
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.review import ReviewApproved, ReviewDeclined
from permille.domain.timeline.kinds.trial_outcome import TrialConfirmed
from permille.domain.timeline.timeline import entry
from permille.domain.values.calendar import DAY, midnight, today
from permille.domain.values.errors import ConfirmationNeeded, DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words import wording


def approve(account: Account, command: ApproveReview, zone: tzinfo, chance: SecondChance, now: datetime) -> Outcome:
    """Schedules the trial for a day, or moves one that has not begun. `zone`: the account's. Raises ConfirmationNeeded
    where little of the day is left."""
    review, day = review_before_trial(account), command.day
    agreed = account.scheduled_trial.day if account.scheduled_trial else None
    _check_day(account, day, agreed, today(zone, now))
    trial = _trial(day, review.batch, zone, chance, now)
    is_short = trial.begins_at == now and trial.ends_at - now < timedelta(hours=chance.least_hours)
    if is_short and not command.short_day:
        left = _duration(trial.ends_at - trial.begins_at)
        raise ConfirmationNeeded(f"only {left} of {wording.day(day)} are left in {account.timezone}")
    approved = replace(review, state=ReviewState.APPROVED, decided_at=now, decided_by=command.by, reason=command.note)
    facts = ReviewApproved(
        begins_at=trial.begins_at.astimezone(zone),
        ends_at=trial.ends_at.astimezone(zone),
        note=command.note,
        by=command.by,
        instead_of=agreed or "",
        **trial.numbers,
    )
    due_at = trial.begins_at if account.in_sync else now  # a credential that is still on is switched before that day
    scheduled = replace(account, review=approved, trial=trial, recheck=None, decided_at=now, due_at=due_at)
    return Outcome(scheduled, [entry(account.id, now, facts)])


def _check_day(account: Account, day: date, agreed: date | None, first: date) -> None:
    """`agreed`: the trial's day so far; `first`: today, where the account is."""
    if day == agreed:
        raise DecisionRefused(f"the trial is agreed on for {wording.day(day)} already; choose another day to move it")
    if day < first:
        raise DecisionRefused(f"{wording.day(day)} is over in {account.timezone}; choose a day to come")
    if day > first + FURTHEST_DAY:
        raise DecisionRefused(f"{wording.day(day)} is more than {FURTHEST_DAY.days} days ahead")


def _trial(day: date, batch: int, zone: tzinfo, chance: SecondChance, now: datetime) -> Trial:
    """From 00:00 to 24:00 of the day in the zone; today, from now on. Its instants and numbers do not change later."""
    begins_at, ends_at = max(midnight(day, zone), now), midnight(day + DAY, zone)
    return Trial(
        TrialState.SCHEDULED,
        day,
        begins_at,
        ends_at,
        verdict_at=ends_at + timedelta(hours=chance.observing_hours),
        least_delivered=chance.least_delivered(batch),
        most_sent=chance.most_sent(batch),
        ratio_above=chance.ratio_above if chance.decides_by_ratio(batch) else 0,
    )


def decline(account: Account, command: DeclineReview, zone: tzinfo, chance: SecondChance, now: datetime) -> Outcome:
    """Declines the open request. The owner can ask again after a cooldown, which may grow with the strikes."""
    days = chance.cooldown_days + chance.cooldown_days_per_strike * max(0, account.strikes - 1)
    ask_again_on = today(zone, now) + timedelta(days=days)
    declined: Review = replace(
        open_review(account),
        state=ReviewState.DECLINED,
        decided_at=now,
        decided_by=command.by,
        reason=command.reason,
        ask_again_on=ask_again_on,
    )
    facts = ReviewDeclined(reason=command.reason, by=command.by, ask_again_on=ask_again_on)
    return Outcome(replace(account, review=declined, recheck=None, decided_at=now), [entry(account.id, now, facts)])


def confirm(account: Account, command: ConfirmTrial, now: datetime) -> Outcome:
    """Confirms a trial that went well. Enforce judges it once more, at once, and reinstates the account."""
    trial = account.trial
    if trial is None or account.status is not Status.OBSERVING or now < trial.verdict_at:
        raise DecisionRefused(f"{account.id} has no trial that waits to be confirmed")
    confirmed = replace(trial, confirmed=True)
    facts = TrialConfirmed(reason=command.reason, by=command.by)
    return Outcome(replace(account, trial=confirmed, decided_at=now, due_at=now), [entry(account.id, now, facts)])


def _duration(left: timedelta) -> str:
    """`5 hours and 3 minutes`"""
    hours, minutes = divmod(left // timedelta(minutes=1), 60)
    return " and ".join([wording.times(hours, "hour")] * bool(hours) + [wording.times(minutes, "minute")])
