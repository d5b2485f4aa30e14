"""Runs the real decide() on a tenant's mail as Enforce does: when a complaint is counted, and when the last decision
marked it as due. The feedback queue is empty, the breaker closed, and the mode `enforce`."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from permille.domain.account.account import Account
from permille.domain.policy.policy import Policy
from permille.domain.rules.decide import decide
from permille.domain.rules.evidence import Rules
from permille.domain.rules.needs import days_needed_from, evidence_of_tallies, needs
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import TimelineEntry, entry
from permille.domain.values.status import Mode
from permille.domain.values.tally import Tally
from permille_cli.simulation.mailings import Mail
from permille_cli.simulation.population import PLATFORM

TICK = timedelta(minutes=1)  # of the schedule
NAME = "tenant"


@dataclass(frozen=True, slots=True)
class Stop:
    """When the rules disabled the tenant, and what it had sent by then: `complaints` are all about that mail, whenever
    they come. `by_time`: no complaint was counted since the look before, which had kept it."""

    at: datetime
    delivered: int
    complaints: int
    by_time: bool


def stopped(mail: Mail, policy: Policy, *, every_look: bool = False) -> Stop | None:
    """None where the tenant is not disabled by the time at which its last complaint can have come. Until the window
    leaves mail behind, a look to which no complaint is new finds more deliveries alone, and disables nobody: such looks
    would take nearly all of the time, and are made where `every_look` is asked for."""
    if not mail:
        return None
    rules, counted = Rules(policy, Mode.ENFORCE), _Counted(mail)
    account = Account(NAME, owner_email="owner@tenant.example", senders=(f"permille-{NAME}",))
    time_alone_from = mail[0].sent_at if every_look else _window_moves_at(mail, policy)
    ends_at = mail[-1].sent_at + PLATFORM.complaint_delay.at_most
    now = counted.next_complaint_at
    while now and now <= ends_at:
        new = counted.until(now)
        account = _look(account, counted, rules, now)
        if not account.status.may_send:
            return counted.stop(now, by_time=not new)
        again_at = max(account.due_at, now + TICK, time_alone_from) if account.due_at else None
        now = min((at for at in (again_at, counted.next_complaint_at) if at), default=None)
    return None


def _window_moves_at(mail: Mail, policy: Policy) -> datetime:
    """When the first mail leaves the window."""
    first = datetime.combine(mail[0].sent_at.date(), time(), UTC)
    return first + timedelta(days=policy.window_days)


def _look(account: Account, counted: "_Counted", rules: Rules, now: datetime) -> Account:
    """One decision, as in Enforce."""
    now = account.after_last_decision(now)
    first = days_needed_from(account, rules, now)
    days = {day: tally for day, tally in counted.days.items() if first and day >= first}
    evidence = evidence_of_tallies(account, days, rules, now)
    if since := needs(account, evidence, rules, now).complaints_since:
        evidence = replace(evidence, complaints=counted.complaints_since(since))
    return decide(account, evidence, rules, now).account


@dataclass
class _Counted:
    """The counts at an instant."""

    mail: Mail
    days: dict[date, Tally] = field(default_factory=dict)
    complaints: list[TimelineEntry[CountedComplaint]] = field(default_factory=list)

    def __post_init__(self) -> None:
        arriving = sorted((at, batch.sent_at) for batch in self.mail for at in batch.complaints)
        self._arriving = iter(arriving)
        self._sent = iter(self.mail)
        self._next_complaint = next(self._arriving, None)
        self._next_batch = next(self._sent, None)

    @property
    def next_complaint_at(self) -> datetime | None:
        return self._next_complaint[0] if self._next_complaint else None

    def until(self, now: datetime) -> int:
        """The number of new complaints."""
        before = len(self.complaints)
        while self._next_batch and self._next_batch.sent_at <= now:
            self._add(self._next_batch.sent_at.date(), Tally(delivered=self._next_batch.delivered))
            self._next_batch = next(self._sent, None)
        while self._next_complaint and self._next_complaint[0] <= now:
            at, sent_at = self._next_complaint
            self._add(sent_at.date(), Tally(complaints=1))
            self.complaints.append(_complaint(at, sent_at, len(self.complaints)))
            self._next_complaint = next(self._arriving, None)
        return len(self.complaints) - before

    def _add(self, day: date, tally: Tally) -> None:
        self.days[day] = self.days.get(day, Tally()) + tally

    def complaints_since(self, at: datetime) -> list[TimelineEntry[CountedComplaint]]:
        return self.complaints[bisect_left(self.complaints, at, key=lambda one: one.at) :]

    def stop(self, now: datetime, *, by_time: bool) -> Stop:
        sent = [batch for batch in self.mail if batch.sent_at <= now]
        delivered, complaints = sum(one.delivered for one in sent), sum(len(one.complaints) for one in sent)
        return Stop(now, delivered, complaints, by_time)


def _complaint(at: datetime, sent_at: datetime, number: int) -> TimelineEntry[CountedComplaint]:
    """Complaints, each of another recipient."""
    facts = CountedComplaint(
        identity=f"message-{number}",
        message_id=f"message-{number}",
        subject="",
        campaign="",
        feedback_type="abuse",
        recipient=f"recipient-{number}@inbox.example",
        sent_at=sent_at,
        reported_at=at,
        epoch=1,
        why_not_counted="",
    )
    return entry(NAME, at, facts, distinguisher=facts.identity)
