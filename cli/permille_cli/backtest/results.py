"""The results of a back-test: each account under each policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Rule
from permille.domain.values.tally import Tally
from permille_cli.backtest.consequences import Consequences, consequences_of, total_of
from permille_cli.backtest.history import FeedbackHistory, instant_of
from permille_cli.backtest.replay import Replayed, Stop, replayed
from permille_cli.backtest.truth import MatureRatio, Sending, mature_ratio
from permille_cli.backtest.way_back import WayBack

HOURS = 3600


@dataclass(frozen=True, slots=True)
class AccountUnderPolicy:
    """An account that a policy disables.

    replayed: its disablings, and when it was off
    delay_hours: from the arrival of its first complaint or, where bounces disabled it, bounce to `stop`
    """

    account_id: str
    truth: MatureRatio
    replayed: Replayed
    consequences: Consequences
    delay_hours: float

    @property
    def stop(self) -> Stop:
        """Its first disabling that the recheck did not reverse or, where it reversed all, the last one."""
        return self.replayed.decisive

    @property
    def is_disabled(self) -> bool:
        """Whether a disabling was not reversed. With a way back it may be on again by the end."""
        return self.stop.reversed_at is None

    @property
    def is_for_bounces(self) -> bool:
        """Whether it was disabled for bounces: its complaints say nothing about that."""
        return self.stop.rule is Rule.BOUNCE_BURST


@dataclass(slots=True)
class PolicyResult:
    """What one policy does. `disabled`: every account that it disables, also where the recheck reverses it."""

    policy: Policy
    disabled: list[AccountUnderPolicy] = field(default_factory=list)

    @property
    def stopped(self) -> list[AccountUnderPolicy]:
        """The accounts of which a disabling was not reversed."""
        return [one for one in self.disabled if one.is_disabled]

    def stopped_for_complaints(self, sending: Sending) -> list[AccountUnderPolicy]:
        """Those of them that are good, bad or undetermined senders, without those that are off for bounces."""
        return [one for one in self.stopped if one.truth.sending is sending and not one.is_for_bounces]


@dataclass(slots=True)
class Results:
    """The results of a back-test.

    sweep: the results of the sweep's policies
    accounts: how many there are, of each sending
    totals: what was counted of all of them
    """

    policies: list[PolicyResult]
    sweep: list[PolicyResult] = field(default_factory=list)
    accounts: dict[Sending, int] = field(default_factory=lambda: dict.fromkeys(Sending, 0))
    totals: Tally = field(default_factory=Tally)

    @property
    def number_of_accounts(self) -> int:
        return sum(self.accounts.values())


def backtest(
    histories: Iterable[FeedbackHistory],
    policies: Sequence[Policy],
    ends_at: int,
    sweep: Sequence[Policy] = (),
    way_back: WayBack | None = None,
) -> Results:
    """Replays each history under each policy. `ends_at`: the end of the archive, in seconds; `way_back`: how disabled
    accounts come back; None where they do not."""
    results = Results([PolicyResult(policy) for policy in policies], [PolicyResult(policy) for policy in sweep])
    every = [*results.policies, *results.sweep]
    for history in histories:
        ratio = mature_ratio(history, ends_at)
        results.accounts[ratio.sending] += 1
        results.totals += total_of(history)
        for result in every:
            replay = replayed(history, result.policy, ends_at, way_back)
            if replay.stops:
                result.disabled.append(_under_policy(history, ratio, replay))
    for result in every:
        result.disabled.sort(key=lambda one: (one.stop.at, one.account_id))
    return results


def _under_policy(history: FeedbackHistory, truth: MatureRatio, replay: Replayed) -> AccountUnderPolicy:
    stop = replay.decisive
    first = _first_bounce(history) if stop.rule is Rule.BOUNCE_BURST else _first_complaint(history)
    delay = (stop.at - instant_of(first)).total_seconds() / HOURS
    return AccountUnderPolicy(history.account_id, truth, replay, consequences_of(history, replay.off), delay)


def _first_bounce(history: FeedbackHistory) -> int:
    return history.bounces.at[0]


def _first_complaint(history: FeedbackHistory) -> int:
    return next(history.counting_complaints).at
