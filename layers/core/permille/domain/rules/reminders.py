"""Reminders about the requested day of an unanswered request: staff get one when it is near, the owner when it is
over."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.second_chance import RequestedDay, Review, ReviewState
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.review_day import ReviewDayPassed, ReviewDue
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.words.wording import REQUESTED_DAYS

NEAR_BEFORE = timedelta(days=1)


def requested_day(review: Review, now: datetime) -> RequestedDay:
    """How far off the requested day is; AHEAD where its instants are unknown, as in older rows."""
    if review.begins_at is None or review.ends_at is None or now < review.begins_at - NEAR_BEFORE:
        return RequestedDay.AHEAD
    return RequestedDay.NEAR if now < review.ends_at else RequestedDay.OVER


def day_note(review: Review, now: datetime) -> str:
    """A note for staff that the day of an open request is near or over; empty where it is neither."""
    return REQUESTED_DAYS.get(requested_day(review, now), "") if review.state is ReviewState.OPEN else ""


def remind(account: Account, now: datetime) -> Outcome:
    """Writes the reminder that is due for a disabled account without a trial, at most once for each kind and day. A
    reminder that was missed during an outage is left out. The account is due for the next one."""
    review = account.review
    if review is None or review.state is not ReviewState.OPEN:
        return Outcome(replace(account, due_at=None), [])
    account = replace(account, due_at=next_reminder_at(review, now))
    reminder = _reminder(account.id, review, now)
    if reminder is None:
        return Outcome(account, [])
    reminded = replace(review, last_reminder=requested_day(review, now))
    return Outcome(replace(account, review=reminded, decided_at=now), [reminder])


def next_reminder_at(review: Review, now: datetime) -> datetime | None:
    """When the next reminder of an open request is due; None where there is none."""
    if review.begins_at is None:
        return None
    instants = {RequestedDay.AHEAD: review.begins_at - NEAR_BEFORE, RequestedDay.NEAR: review.ends_at}
    return instants.get(requested_day(review, now))


def _reminder(account_id: str, review: Review, now: datetime) -> Entry | None:
    if review.last_reminder is RequestedDay.OVER:
        return None
    match requested_day(review, now):
        case RequestedDay.NEAR if review.begins_at and review.last_reminder is RequestedDay.AHEAD:
            return entry(account_id, now, ReviewDue(day=review.day, batch=review.batch, begins_at=review.begins_at))
        case RequestedDay.OVER:
            return entry(account_id, now, ReviewDayPassed(day=review.day))
        case _:
            return None


def open_again(review: Review, missed: date, now: datetime) -> Review:
    """The request, reopened after the approved day was `missed`. The owner gets no second mail about the requested day
    if that is over as well."""
    is_over = review.day <= missed or requested_day(review, now) is RequestedDay.OVER
    last_reminder = RequestedDay.OVER if is_over else review.last_reminder
    return replace(
        review, state=ReviewState.OPEN, decided_at=None, decided_by="", reason="", last_reminder=last_reminder
    )
