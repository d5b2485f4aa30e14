"""One business's sending account, and what is decided about it by the rules; what support decides is in staff.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from permille.domain import timeline
from permille.domain.policy import Policy, Verdict, judge
from permille.domain.reputation import Days
from permille.domain.timeline import Entry, Kind

# An entry can be committed this long after the instant in its id: ingest's time limit, and then some.
COMMIT_LAG = timedelta(minutes=2)
INSTANT = timedelta(microseconds=1)
DAILY_LOOK_WITHIN = timedelta(hours=6)


class Status(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    CLOSED = "closed"

    @property
    def may_send(self) -> bool:
        return self is Status.ACTIVE


class Mode(StrEnum):
    OBSERVE = "observe"
    ENFORCE = "enforce"


class Held(StrEnum):
    """Why a broken rule is not acted on yet."""

    NO = ""
    FEEDBACK = "feedback"  # waits to be counted, and could still turn the verdict
    BREAKER = "breaker"


class Brake(StrEnum):
    """How the breaker stands for one more disabling: `full` where it has to open now."""

    FREE = "free"
    FULL = "full"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Exemption:
    """No rule disables the account until then: who said so, and why."""

    until: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Account:
    """`epochs`: the starts of the second and later ones. `asleep`: the keys that Permille put to sleep, by sender.
    `settled`: the credential was read back as agreeing when it was last switched. `told`: recent complaint entries
    told by an alert. `would_disable`: a rule is broken, and observing or an exemption spares the account. `missing`:
    senders whose IAM user was found to be gone. `owner_mail`: empty, or why the owner is not written to any more
    (`bounced`, `complained`)."""

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
    held: Held = Held.NO
    exemption: Exemption | None = None
    decided_at: datetime | None = None
    alerted_at: datetime | None = None
    told: frozenset[str] = frozenset()
    settled: bool = True
    asleep: Mapping[str, frozenset[str]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    version: int = 1
    nudges: int = 0
    due_at: datetime | None = None

    @property
    def epoch(self) -> int:
        return 1 + len(self.epochs)

    def after_last_decision(self, now: datetime) -> datetime:
        """Whatever the clock of the run says, a decision comes after the one before it, and so do their entries."""
        return max(now, self.decided_at + INSTANT) if self.decided_at else now

    def exempt_at(self, now: datetime) -> bool:
        return self.exemption is not None and now < self.exemption.until

    def judged_by(self, verdict: Verdict, complaints: Sequence[Entry]) -> list[Entry]:
        """Those of the complaints that the verdict is about: on mail of this epoch, sent in the window."""
        first = str(verdict.first_day)
        return [one for one in complaints if one.facts["epoch"] == self.epoch and one.facts["sent_at"][:10] >= first]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision is made of: the send days of the epoch within the window, and the entries of the counted
    complaints since `complaints_needed_since`; where a rule is broken, also how much feedback waits to be counted, and
    how the breaker stands."""

    days: Days
    complaints: list[Entry]
    waiting: int = 0
    brake: Brake = Brake.FREE
    bound: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision is made by. Without a policy nobody is judged: it could not be read."""

    policy: Policy | None
    mode: Mode
    code: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account and what is told of it, to be written in one transaction. `passes_breaker`: only if the breaker
    lets one more disabling pass; `opens_breaker`: together with opening it."""

    account: Account
    entries: list[Entry]
    passes_breaker: bool = False
    opens_breaker: bool = False


def complaints_needed_since(account: Account, verdict: Verdict) -> datetime:
    """From when on the complaints' entries are needed: the whole window for the record of a broken rule, else those
    that no alert may have told yet, whatever mail they are about."""
    if not verdict.breaks and account.alerted_at:
        return account.alerted_at - COMMIT_LAG
    return datetime.combine(verdict.first_day, time(), UTC)


def decide(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """What becomes of the account at `now`; the wanted state of its switch is the status's `may_send`. Deciding again
    on the same evidence changes nothing but `due_at`."""
    match account.status:
        case Status.ACTIVE:
            outcome = _decide_active(account, evidence, rules, now)
        case Status.DISABLED | Status.CLOSED:
            outcome = Outcome(replace(account, due_at=None), [])
    if not outcome.account.settled:  # stays due until the credential agrees
        return replace(outcome, account=replace(outcome.account, due_at=now))
    return outcome


def _decide_active(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    if rules.policy is None:
        return Outcome(replace(account, due_at=now), [])
    verdict = judge(rules.policy, evidence.days, now.date())
    if rules.mode is Mode.OBSERVE:
        return _spare(account, verdict, evidence, rules, now)
    if account.exempt_at(now):
        spared = _spare(account, verdict, evidence, rules, now)
        alerted = _alert(spared.account, verdict, evidence, now)
        return Outcome(alerted.account, spared.entries + alerted.entries)
    if verdict.breaks:
        return _act(account, verdict, evidence, rules, now)
    return _alert(replace(account, would_disable=False, held=Held.NO), verdict, evidence, now)


def _act(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    # no ratio is judged that waiting feedback could still turn, even if all of it were deliveries
    firm = judge(verdict.policy, evidence.days, now.date(), waiting=evidence.waiting)
    if evidence.brake is not Brake.FREE:
        return _hold(account, Held.BREAKER, verdict, evidence, now)
    if not firm.breaks:
        return _hold(account, Held.FEEDBACK, verdict, evidence, now)
    return _disable(account, replace(verdict, rule=firm.rule), evidence, rules, now)


def _hold(account: Account, held: Held, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """The account stays due, behind those that have waited longer; staff read it once."""
    opens = held is Held.BREAKER and evidence.brake is Brake.FULL
    entries = [] if held is account.held else [timeline.held(account.id, now, verdict, held, evidence.waiting)]
    entries += [timeline.breaker_opened(account.id, now, evidence.bound)] if opens else []
    decided_at = now if entries else account.decided_at
    return Outcome(replace(account, held=held, decided_at=decided_at, due_at=now), entries, opens_breaker=opens)


def _disable(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    disabled = replace(
        account,
        status=Status.DISABLED,
        strikes=account.strikes + 1,
        would_disable=False,
        held=Held.NO,
        decided_at=now,
        alerted_at=now,
        told=frozenset(),
        settled=False,
    )
    record = _record(account, Kind.DISABLED, verdict, evidence, rules, now)
    return Outcome(disabled, [record], passes_breaker=True)


def _spare(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Nothing is switched; staff read once that the verdict has changed."""
    account = replace(account, held=Held.NO, due_at=_next_look(account, verdict, now))
    if verdict.breaks == account.would_disable:
        return Outcome(account, [])
    kind = Kind.WOULD_DISABLE if verdict.breaks else Kind.WOULD_KEEP
    record = _record(account, kind, verdict, evidence, rules, now)
    return Outcome(replace(account, would_disable=verdict.breaks, decided_at=now), [record])


def _record(account: Account, kind: Kind, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Entry:
    """The decision record."""
    judged = account.judged_by(verdict, evidence.complaints)
    spared = "" if kind is Kind.DISABLED else "only observed" if rules.mode is Mode.OBSERVE else "exempt"
    return timeline.judged(account.id, kind, now, verdict, evidence.days, judged, rules.code, spared)


def _alert(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """The first complaint is told at once; those that follow within the hour are collected in the next alert."""
    next_look = _next_look(account, verdict, now)
    new = [entry for entry in evidence.complaints if entry.id not in account.told]
    if not new:
        return Outcome(replace(account, due_at=next_look), [])
    waits_until = (account.alerted_at or now) + timedelta(minutes=verdict.policy.alert_every_minutes)
    if account.alerted_at and now < waits_until:
        return Outcome(replace(account, due_at=min(waits_until, next_look or waits_until)), [])
    told = frozenset(entry.id for entry in evidence.complaints if entry.at >= now - COMMIT_LAG)
    alerted = replace(account, alerted_at=now, told=told, decided_at=now, due_at=next_look)
    exempt_until = account.exemption.until.isoformat() if account.exemption and account.exempt_at(now) else ""
    return Outcome(alerted, [timeline.alert(account.id, now, verdict, new, exempt_until)])


def _next_look(account: Account, verdict: Verdict, now: datetime) -> datetime | None:
    """While the window holds complaints, some moment early in the next UTC day: as the window moves on, clean mail can
    leave it before a complaint does. A hash spreads the accounts over the hours. And when an exemption ends."""
    looks = [account.exemption.until] if account.exemption and account.exempt_at(now) else []
    if verdict.counts.complaints:
        spread = int.from_bytes(sha256(account.id.encode()).digest()[:4]) / 2**32
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        looks.append(midnight + spread * DAILY_LOOK_WITHIN)
    return min(looks, default=None)
