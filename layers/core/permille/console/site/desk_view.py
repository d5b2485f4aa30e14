"""How the desk's pages show numbers, times and states."""

from collections.abc import Iterator
from datetime import UTC, datetime

from permille.domain.account.account import Account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.account.restrictions import Exemption
from permille.domain.doctor.check import CheckResult, CheckState, Finding, Severity
from permille.domain.doctor.checkup import Checkup
from permille.domain.policy.ses_review import Level, bounce_percent
from permille.domain.rules import reminders
from permille.domain.timeline.kinds.credential import Difference
from permille.domain.timeline.kinds.numbers import Numbers
from permille.domain.values.calendar import today
from permille.domain.values.status import Status
from permille.domain.values.tally import PER_MILLE, Tally
from permille.domain.words import actors, durations, wording
from permille.ports.desk import CONSUMED_QUEUES, QueueStatus
from permille.reading import asked_provider, decided_by
from permille.usecases.views.review_queue import ReviewCase
from permille.zones import shown_zone_of

_TONES = {
    Status.ACTIVE: "good",
    Status.TRIAL: "warn",
    Status.OBSERVING: "warn",
    Status.DISABLED: "bad",
    Status.CLOSED: "plain",
}
_LEVEL_TONES = {Level.FINE: "good", Level.CLOSE: "warn", Level.REVIEW: "bad", Level.PAUSE: "bad"}
_SEVERITY_TONES = {Severity.BROKEN: "bad", Severity.WARNING: "warn", Severity.INFO: "plain"}
HALF = 50  # of a bar's width, where the limit is drawn

# Templates take all that they show from here.
BY_HAND, DENIED_BY_HAND = wording.BY_HAND, wording.DENIED_BY_HAND
FATES, FEWER_DELIVERIES, WAITS_FOR = wording.FATES, wording.FEWER_DELIVERIES, wording.WAITS_FOR
bounced_percent = bounce_percent
lasting = durations.lasting
exposed = wording.exposed
day = wording.day
day_note = reminders.day_note
rate = wording.rate
subject_line = wording.subject_line
who = actors.who
decided_by_line = decided_by.decided_by_line


def tone(status: Status) -> str:
    """The colour of a status: good, warn, bad, plain."""
    return _TONES[status]


def level_tone(level: Level) -> str:
    """The colour of a level of SES's rates."""
    return _LEVEL_TONES[level]


def filled(counts: Tally, limit: int) -> int:
    """How much of a bar is filled, in percent. Below 1,000 e-mails the bar shows complaints of 1,000, since the rules
    allow one complaint there."""
    return min(100, counts.complaints * PER_MILLE * HALF // (limit * max(counts.delivered, PER_MILLE)))


def level(counts: Tally, breaks: bool, limit: int) -> str:  # noqa: FBT001 - templates name no arguments
    """The colour of a bar. `breaks`: whether a rule is broken, whatever the bar shows."""
    if breaks or filled(counts, limit) > HALF:
        return "bad"
    return "warn" if filled(counts, limit) >= HALF // 2 else "good"


def counts_of(facts: Numbers) -> Tally:
    """The deliveries and complaints that an entry names."""
    return Tally(facts.delivered, facts.complaints)


def local(at: datetime, account: Account) -> str:
    """The instant in the account's time zone."""
    return wording.local(at.astimezone(shown_zone_of(account)))


def asked_line(account: Account, now: datetime) -> str:
    """The provider that waits for the owner's confirmation; empty where none does."""
    request = account.provider_request
    return asked_provider.asked_line(request, shown_zone_of(account), now) if request else ""


def exempt_until(account: Account | ListedAccount, exemption: Exemption) -> str:
    """The end of an exemption, on a page of one account in its time zone, in lists in UTC."""
    return local(exemption.until, account) if isinstance(account, Account) else in_utc(exemption.until)


def in_utc(at: datetime) -> str:
    """The instant in UTC, for what concerns no single account."""
    return wording.local(at.astimezone(UTC))


def first_day(case: ReviewCase, now: datetime) -> str:
    """The day that the owner asks for; today where that is over."""
    earliest = today(shown_zone_of(case.account), now)
    return str(max(case.review.day, earliest) if case.review else earliest)


def drifted(difference: Difference) -> str:
    """A difference between IAM and the account's status, as a sentence."""
    return f"{difference.words()}."


def queue_tone(queue: QueueStatus) -> str:
    """The colour of a queue: dead letters and failures wait for a person, feedback and retries do not."""
    if not queue.messages:
        return "good"
    return "plain" if queue.name in CONSUMED_QUEUES else "bad"


def broken(checkup: Checkup | None) -> list[tuple[CheckResult, Finding]]:
    """What the last checks found broken."""
    return list(checkup.of(Severity.BROKEN)) if checkup else []


def findings(checkup: Checkup) -> Iterator[tuple[CheckResult, Finding, str]]:
    """All findings with their colours, the worst first; then what could not be checked."""
    for severity, colour in _SEVERITY_TONES.items():
        yield from ((result, finding, colour) for result, finding in checkup.of(severity))
    for result in checkup.in_state(CheckState.UNCHECKED):
        yield from ((result, finding, "warn") for finding in result.findings)
