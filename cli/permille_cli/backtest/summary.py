"""The figures of a back-test, by policy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from permille_cli.backtest.intervals import wilson
from permille_cli.backtest.results import AccountUnderPolicy, PolicyResult, Results
from permille_cli.backtest.truth import Sending


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some numbers: median, 90th percentile and sum. The first two are None where there are no numbers."""

    median: float | None
    p90: float | None
    total: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(percentile(values, 50), percentile(values, 90), sum(values))


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` per cent of the values do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1] if values else None


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the accounts that are disabled for complaints and whose truth is clear, the share that is bad.

    least, most: its 95 % interval, by Wilson
    """

    share: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one policy. An account is disabled if the recheck did not reverse it.

    disabled, reversed: how many accounts are disabled, and how many only were until the recheck
    reinstated, trials: how many accounts are on again after a trial, and how many trials began
    for_bounces: how many of these are disabled for bounces
    caught, blocked_good, undetermined: bad, good and other senders that are disabled for complaints
    missed: bad senders that are not disabled
    precision: None where no sender is clear
    delivered_before, complaints_before: of each disabled account, about mail that was sent before
    delivered_after, complaints_after: of all disabled accounts, about mail that would not have been sent
    delay_hours: see `AccountUnderPolicy`
    breaker_bound: how many disablings the breaker lets pass in an hour
    hours_over_bound: in how many hours there were more; there the breaker would have held the rest
    """

    policy: str
    disabled: int
    reversed: int
    reinstated: int
    trials: int
    for_bounces: int
    caught: int
    blocked_good: int
    undetermined: int
    missed: int
    precision: Precision | None
    delivered_before: Spread
    complaints_before: Spread
    delivered_after: int
    complaints_after: int
    delay_hours: Spread
    breaker_bound: int
    hours_over_bound: int

    @property
    def blocked_per_avoided(self) -> float | None:
        """Good mail (without a complaint) that was blocked for each complaint that was avoided; None without any."""
        good = self.delivered_after - self.complaints_after
        return good / self.complaints_after if self.complaints_after else None


def summary_of(result: PolicyResult, results: Results) -> Summary:
    """The figures of one of the policies."""
    stopped = result.stopped
    caught, good, unclear = (
        len(result.stopped_for_complaints(sending)) for sending in (Sending.BAD, Sending.GOOD, Sending.UNDETERMINED)
    )
    bound = result.policy.breaker.bound(results.number_of_accounts)
    return Summary(
        policy=result.policy.id,
        disabled=len(stopped),
        reversed=len(result.disabled) - len(stopped),
        reinstated=sum(one.replayed.stops[-1].reinstated_at is not None for one in stopped),
        trials=sum(one.replayed.trials for one in result.disabled),
        for_bounces=sum(one.is_for_bounces for one in stopped),
        caught=caught,
        blocked_good=good,
        undetermined=unclear,
        missed=results.accounts[Sending.BAD] - sum(one.truth.sending is Sending.BAD for one in stopped),
        precision=Precision(caught / (caught + good), *wilson(caught, caught + good)) if caught + good else None,
        delivered_before=Spread.of([one.consequences.let_out.delivered for one in stopped]),
        complaints_before=Spread.of([one.consequences.let_out.complaints for one in stopped]),
        delivered_after=sum(one.consequences.blocked.delivered for one in stopped),
        complaints_after=sum(one.consequences.blocked.complaints for one in stopped),
        delay_hours=Spread.of([one.delay_hours for one in stopped]),
        breaker_bound=bound,
        hours_over_bound=_hours_over(bound, result.disabled),
    )


def _hours_over(bound: int, disabled: Sequence[AccountUnderPolicy]) -> int:
    hours = Counter(
        stop.at.replace(minute=0, second=0, microsecond=0) for one in disabled for stop in one.replayed.stops
    )
    return sum(number > bound for number in hours.values())


@dataclass(frozen=True, slots=True)
class Flip:
    """The accounts that another policy decides otherwise about.

    kept: disabled under `before` alone
    disabled: disabled under `after` alone
    """

    before: str
    after: str
    kept: Sequence[AccountUnderPolicy]
    disabled: Sequence[AccountUnderPolicy]


def flips_of(policies: Sequence[PolicyResult]) -> list[Flip]:
    """Each policy compared with the first."""
    return [_flip(policies[0], other) for other in policies[1:]]


def _flip(before: PolicyResult, after: PolicyResult) -> Flip:
    ids_before, ids_after = ({one.account_id for one in result.stopped} for result in (before, after))
    return Flip(
        before.policy.id,
        after.policy.id,
        kept=[one for one in before.stopped if one.account_id not in ids_after],
        disabled=[one for one in after.stopped if one.account_id not in ids_before],
    )
