"""Replays an account's feedback under a policy. The real decide() judges, when Enforce would have looked: when a
complaint is counted, and at the full minutes at which the account is due. The feedback queue is empty, the breaker is
closed, and the mode is `enforce`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from permille.domain.account.account import Account
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Rule, judge
from permille.domain.rules.decide import LONG_HOLD, decide
from permille.domain.rules.evidence import Rules
from permille.domain.rules.needs import days_needed_from, evidence_of_tallies, needs
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.trial import TrialBegan
from permille.domain.timeline.kinds.trial_outcome import Reinstated
from permille.domain.timeline.kinds.verdicts import Disabled, DisablingReversed
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally
from permille_cli.backtest.counted import Counted, tick_from
from permille_cli.backtest.history import SECONDS_OF_A_DAY, FeedbackHistory, instant_of, send_day
from permille_cli.backtest.way_back import WayBack


@dataclass(frozen=True, slots=True)
class Stop:
    """A disabling.

    rule: the rule that was broken
    delivered, complaints, bounces: the counts of the window
    by_time: no complaint or bounce was counted since the look before, which had kept the account
    reversed_at: when the recheck enabled the account again; None where it did not
    reinstated_at: when the account was enabled again after a trial; None where it was not
    """

    at: datetime
    rule: Rule
    delivered: int
    complaints: int
    bounces: int
    by_time: bool = False
    reversed_at: datetime | None = None
    reinstated_at: datetime | None = None

    @property
    def lasts(self) -> bool:
        """Whether the account is still disabled by it, or in a trial."""
        return self.reversed_at is None and self.reinstated_at is None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of an account.

    stops: its disablings, in order
    off: when it was off: mail sent after the first second of such an interval, up to the last, counts as not sent
    trials: how many trials began
    """

    stops: Sequence[Stop] = ()
    off: Sequence[tuple[int, float]] = ()
    trials: int = 0

    @property
    def decisive(self) -> Stop:
        """The first disabling that the recheck did not reverse or, where it reversed all, the last one. There has to
        be one."""
        return next((stop for stop in self.stops if stop.reversed_at is None), self.stops[-1])


def can_be_disabled(history: FeedbackHistory, policy: Policy) -> bool:
    """Whether a rule would be broken if all complaints and bounces were of one send day without deliveries."""
    day = send_day(history.ends_at)
    worst = Tally(complaints=len(history.complaints), bounces=history.bounces.total)
    return judge(policy, {day: worst}, day).breaks


def replayed(history: FeedbackHistory, policy: Policy, until: int, way_back: WayBack | None = None) -> Replayed:
    """Replays a history. `until`: the end of the archive, in seconds: what would have happened later is not known;
    `way_back`: how disabled accounts come back; None where they do not."""
    if not can_be_disabled(history, policy):
        return Replayed()
    replay = Replay(history, policy, way_back)
    while (now := replay.next_look_at()) is not None and now <= until:
        replay.look(now)
    return Replayed(replay.stops, replay.off, replay.trials)


class Replay:
    """One account under one policy."""

    def __init__(self, history: FeedbackHistory, policy: Policy, way_back: WayBack | None = None) -> None:
        self._history, self._chance, self._way_back = history, policy.second_chance, way_back
        self._counted = Counted(history, policy.one_recipient_days)
        self._rules = Rules(policy, Mode.ENFORCE)
        self.account = Account(history.account_id, owner_email="", senders=())
        self._window = timedelta(days=policy.window_days)
        self._now = 0
        self.stops: list[Stop] = []
        self.trials = 0

    @property
    def off(self) -> Sequence[tuple[int, float]]:
        """As in Replayed."""
        return self._counted.off

    def next_look_at(self) -> int | None:
        """When Enforce would look next; None where it would not, or could change nothing. Looks are left out that
        change nothing (`tests/backtest/test_replay.py` compares with every look)."""
        if self.account.status is Status.DISABLED:
            return self._due_tick
        if self.account.status is not Status.ACTIVE:  # a trial, or observing
            return self._sooner(self._due_tick)
        return self._next_of_held() if self.account.hold else self._next_of_active()

    @property
    def _due_tick(self) -> int | None:
        due = self.account.due_at
        return tick_from(max(ceil(due.timestamp()), self._now + 1)) if due else None

    @property
    def _feedback_at(self) -> int | None:
        """A complaint starts Enforce at once; for a bounce the account becomes due."""
        bounce, complaint = self._counted.next_bounce_at, self._counted.next_complaint_at
        ticks = (None if bounce is None else tick_from(bounce), complaint)
        return min((at for at in ticks if at is not None), default=None)

    def _next_of_active(self) -> int | None:
        """Time alone disables no account, so that of the looks before the next feedback the last one is enough: it
        leaves the assessment with which the feedback is compared. Those looks are a day apart, and end with the last
        complaint in the window."""
        feedback, due = self._feedback_at, self._due_tick
        if feedback is None or due is None or due >= feedback:
            return feedback
        last_day = self._counted.last_complaint_day
        out_of_window = (last_day + self._window - send_day(due)).days if last_day else 0
        days = min((feedback - 1 - due) // SECONDS_OF_A_DAY, max(out_of_window, 0))
        return due + days * SECONDS_OF_A_DAY

    def _next_of_held(self) -> int | None:
        """A held account is due at each minute. After LONG_HOLD only new feedback or a new day changes anything."""
        hold = self.account.hold
        if hold and instant_of(self._now) - hold.since <= LONG_HOLD:
            return self._sooner(tick_from(self._now + 1))
        arrival = self._counted.next_arrival_at
        midnight = (self._now // SECONDS_OF_A_DAY + 1) * SECONDS_OF_A_DAY
        return self._sooner(midnight if arrival is None else min(midnight, tick_from(arrival)))

    def _sooner(self, tick: int | None) -> int | None:
        """The tick or the next feedback, whichever is sooner."""
        return min((at for at in (tick, self._feedback_at) if at is not None), default=None)

    def look(self, second: int) -> None:
        """Counts what has arrived, and decides once, as Enforce does."""
        is_news = self._counted.until(second)
        now = self.account.after_last_decision(instant_of(second))
        could_send = self.account.status.may_send
        outcome = self._decide(now)
        self._now, self.account = second, _switched(outcome.account)
        if could_send and not self.account.status.may_send:
            self._counted.switched_off(second)
        elif not could_send and self.account.status.may_send:
            self._counted.switched_on(second, self.account)
        self._note(outcome, by_time=not is_news)
        if self._way_back:
            decided = self._way_back.decide(self.account, self._history, self._chance, now)
            self.account = decided or self.account

    def _decide(self, now: datetime) -> Outcome:
        first = days_needed_from(self.account, self._rules, now)
        days = self._counted.days_since(first) if first else {}
        evidence = evidence_of_tallies(self.account, days, self._rules, now)
        if since := needs(self.account, evidence, self._rules, now).complaints_since:
            evidence = replace(evidence, complaints=self._counted.complaints_since(since))
        return decide(self.account, evidence, self._rules, now)

    def _note(self, outcome: Outcome, *, by_time: bool) -> None:
        for entry in outcome.entries:
            match entry.facts:
                case Disabled() as facts:
                    counts = (facts.delivered, facts.complaints, facts.bounces)
                    self.stops.append(Stop(entry.at, Rule(facts.rule), *counts, by_time))
                case DisablingReversed():
                    self.stops[-1] = replace(self.stops[-1], reversed_at=entry.at)
                case Reinstated():
                    self.stops[-1] = replace(self.stops[-1], reinstated_at=entry.at)
                case TrialBegan():
                    self.trials += 1


def _switched(account: Account) -> Account:
    """IAM agrees at once."""
    if account.in_sync:
        return account
    generation = account.switch_generation
    return replace(account, credential=replace(account.credential, applied=generation, observed=generation))
