"""How the desk's pages put numbers and times."""

from datetime import UTC, datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.account.restrictions import Exemption
from permille.domain.policy.ses_review import Level, bounce_percent
from permille.domain.rules import reminders
from permille.domain.timeline.kinds.credential import Difference
from permille.domain.timeline.kinds.numbers import Numbers
from permille.domain.values.calendar import today
from permille.domain.values.status import Status
from permille.domain.values.tally import PER_MILLE, Tally
from permille.domain.words import wording
from permille.ports.desk import SELF_DRAINING, QueueStatus
from permille.usecases.views.review_queue import ReviewCase
from permille.zones import shown_zone_of

_TONES = {
    Status.ACTIVE: "good",
    Status.TRIAL: "warn",
    Status.OBSERVING: "warn",
    Status.DISABLED: "bad",
    Status.CLOSED: "plain",
}
_LEVELS = {Level.FINE: "good", Level.CLOSE: "warn", Level.REVIEW: "bad", Level.PAUSE: "bad"}
bounced = bounce_percent
BY_HAND, DENIED_BY_HAND = wording.BY_HAND, wording.DENIED_BY_HAND
FEWER_DELIVERIES, WAITS_FOR = wording.FEWER_DELIVERIES, wording.WAITS_FOR
rate = wording.rate
subject_line = wording.subject_line
day_note = reminders.day_note
HALF = 50  # of a bar's width: where the limit is drawn


def tone(status: Status) -> str:
    return _TONES[status]


def level_tone(level: Level) -> str:
    return _LEVELS[level]


def filled(counts: Tally, limit: int) -> int:
    """How much of a bar of 100. Below 1,000 e-mails one complaint is still allowed."""
    return min(100, counts.complaints * PER_MILLE * HALF // (limit * max(counts.delivered, PER_MILLE)))


def level(counts: Tally, over: bool, limit: int) -> str:  # noqa: FBT001 - templates name no arguments
    if over or filled(counts, limit) > HALF:
        return "bad"
    return "warn" if filled(counts, limit) >= HALF // 2 else "good"


def counts_of(facts: Numbers) -> Tally:
    """What an entry says was counted."""
    return Tally(facts.delivered, facts.complaints)


def local(at: datetime, account: Account) -> str:
    """As it is where the account is."""
    return wording.local(at.astimezone(shown_zone_of(account)))


def exempt_until(one: Account | ListedAccount, exemption: Exemption) -> str:
    """A list of many accounts has one zone, UTC."""
    return local(exemption.until, one) if isinstance(one, Account) else in_utc(exemption.until)


def in_utc(at: datetime) -> str:
    """Of what is about no single account."""
    return wording.local(at.astimezone(UTC))


def lasting(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return wording.times(seconds // length, name)
    return "less than a minute"


def first_day(case: ReviewCase, now: datetime) -> str:
    """The day that the owner asks for, where it is still to come."""
    from_now = today(shown_zone_of(case.account), now)
    return str(max(case.review.day, from_now) if case.review else from_now)


def drifted(found: Difference) -> str:
    return f"{found.words()}."


def queue_tone(queue: QueueStatus) -> str:
    """Dead letters and failures wait for a person, however few; feedback that waits is on its way."""
    if not queue.messages:
        return "good"
    return "plain" if queue.name in SELF_DRAINING else "bad"
