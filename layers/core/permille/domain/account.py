"""One business's sending account, and what is decided about it: every change of its life is made in this file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from permille.domain import timeline
from permille.domain.policy import Decision, Policy, Verdict, judge
from permille.domain.reputation import Days
from permille.domain.timeline import Entry, Kind

# An entry can be committed this long after the instant in its id: ingest's time limit, and then some.
COMMIT_LAG = timedelta(minutes=2)
DAILY_LOOK_WITHIN = timedelta(hours=6)


class Status(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"

    @property
    def may_send(self) -> bool:
        return self is Status.ACTIVE


class Mode(StrEnum):
    OBSERVE = "observe"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Account:
    """`epochs`: the starts of the second and later ones. `asleep`: the keys that Permille put to sleep, by sender.
    `settled`: the credential was read back as agreeing when it was last switched. `told`: recent complaint entries
    told by an alert. `owner_mail`: empty, or why the owner is not written to any more (`bounced`, `complained`)."""

    id: str
    owner_email: str
    senders: tuple[str, ...]
    owner_name: str = ""
    timezone: str = "UTC"
    owner_mail: str = ""
    status: Status = Status.ACTIVE
    epochs: tuple[datetime, ...] = ()
    strikes: int = 0
    would_disable: bool = False
    decided_at: datetime | None = None
    alerted_at: datetime | None = None
    told: frozenset[str] = frozenset()
    settled: bool = True
    asleep: Mapping[str, frozenset[str]] = field(default_factory=dict)
    version: int = 1
    nudges: int = 0
    due_at: datetime | None = None

    @property
    def epoch(self) -> int:
        return 1 + len(self.epochs)

    def not_before_last_decision(self, now: datetime) -> datetime:
        """Time never runs backwards for an account, whatever the clock of the run says."""
        return max(now, self.decided_at) if self.decided_at else now


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision is made of: the send days of the epoch within the window, and the entries of the counted
    complaints since `complaints_needed_since`."""

    days: Days
    complaints: list[Entry]


@dataclass(frozen=True, slots=True)
class Outcome:
    account: Account
    entries: list[Entry]


def complaints_needed_since(account: Account, days: Days, policy: Policy, now: datetime) -> datetime | None:
    """From when on the complaints' entries are needed: the whole window for the record of a broken rule, else those
    that no alert may have told yet, whatever mail they are about. None where nothing is to be told."""
    if not account.status.may_send:
        return None
    verdict = judge(policy, days, now.date())
    if verdict.decision is not Decision.DISABLE and account.alerted_at:
        return account.alerted_at - COMMIT_LAG
    return datetime.combine(verdict.first_day, time(), UTC)


def decide(account: Account, evidence: Evidence, policy: Policy, mode: Mode, now: datetime) -> Outcome:
    """What becomes of the account at `now`. Deciding again on the same evidence changes nothing but `due_at`."""
    match account.status:
        case Status.ACTIVE:
            outcome = _decide_active(account, evidence, policy, mode, now)
        case Status.DISABLED:
            outcome = Outcome(replace(account, due_at=None), [])
    if not outcome.account.settled:  # stays due until the credential agrees
        return replace(outcome, account=replace(outcome.account, due_at=now))
    return outcome


def _decide_active(account: Account, evidence: Evidence, policy: Policy, mode: Mode, now: datetime) -> Outcome:
    verdict = judge(policy, evidence.days, now.date())
    if mode is Mode.OBSERVE:
        return _observe(account, verdict, evidence, now)
    if verdict.decision is Decision.DISABLE:
        return _disable(account, verdict, evidence, now)
    return _alert(replace(account, would_disable=False), verdict, evidence, policy, now)


def _disable(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    disabled = replace(
        account,
        status=Status.DISABLED,
        strikes=account.strikes + 1,
        would_disable=False,
        decided_at=now,
        alerted_at=now,
        told=frozenset(),
        settled=False,
    )
    return Outcome(disabled, [_record(account, Kind.DISABLED, verdict, evidence, now)])


def _observe(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """Nothing is switched and no owner is written to; staff read once that the verdict has changed."""
    breaks = verdict.decision is Decision.DISABLE
    account = replace(account, due_at=_daily_look(account, verdict, now))
    if breaks == account.would_disable:
        return Outcome(account, [])
    kind = Kind.WOULD_DISABLE if breaks else Kind.WOULD_KEEP
    record = _record(account, kind, verdict, evidence, now)
    return Outcome(replace(account, would_disable=breaks, decided_at=now), [record])


def _record(account: Account, kind: Kind, verdict: Verdict, evidence: Evidence, now: datetime) -> Entry:
    """The decision record. Of the complaints it names those that were judged: about mail of this epoch and window."""
    first = str(verdict.first_day)
    judged = [
        entry
        for entry in evidence.complaints
        if entry.facts["epoch"] == account.epoch and entry.facts["sent_at"][:10] >= first
    ]
    return timeline.judged(account.id, kind, now, verdict, evidence.days, judged)


def _alert(account: Account, verdict: Verdict, evidence: Evidence, policy: Policy, now: datetime) -> Outcome:
    """The first complaint is told at once; those that follow within the hour are collected in the next alert."""
    daily = _daily_look(account, verdict, now)
    new = [entry for entry in evidence.complaints if entry.id not in account.told]
    if not new:
        return Outcome(replace(account, due_at=daily), [])
    waits_until = (account.alerted_at or now) + timedelta(minutes=policy.alert_every_minutes)
    if account.alerted_at and now < waits_until:
        return Outcome(replace(account, due_at=min(waits_until, daily or waits_until)), [])
    told = frozenset(entry.id for entry in evidence.complaints if entry.at >= now - COMMIT_LAG)
    alerted = replace(account, alerted_at=now, told=told, decided_at=now, due_at=daily)
    return Outcome(alerted, [timeline.alert(account.id, now, verdict, new)])


def _daily_look(account: Account, verdict: Verdict, now: datetime) -> datetime | None:
    """Some moment early in the next UTC day while the window holds complaints: as the window moves on, clean mail can
    leave it before a complaint does. A hash spreads the accounts over the hours."""
    if verdict.counts.complaints == 0:
        return None
    spread = int.from_bytes(sha256(account.id.encode()).digest()[:4]) / 2**32
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return midnight + spread * DAILY_LOOK_WITHIN
