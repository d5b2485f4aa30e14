"""A preview of a policy before it is set: which accounts it would affect, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.kinds.numbers import PlainNumbers
from permille.domain.values.status import Mode, Status


class Effect(StrEnum):
    """The effect of the candidate, the policy that is not in force yet, on an account."""

    WOULD_DISABLE = "would_disable"  # it is active
    WOULD_END_TRIAL = "would_end_trial"  # it is on trial, or observed after one
    EXEMPT = "exempt"  # it is active, and would be disabled if it were not exempt
    WOULD_KEEP = "would_keep"  # it is active, and the policy in force breaks
    WOULD_HAVE_KEPT = "would_have_kept"  # a rule disabled it; no policy enables it again


_WHERE_BROKEN = {
    Status.ACTIVE: Effect.WOULD_DISABLE,
    Status.TRIAL: Effect.WOULD_END_TRIAL,
    Status.OBSERVING: Effect.WOULD_END_TRIAL,
}
_WHERE_KEPT_ANEW = {Status.ACTIVE: Effect.WOULD_KEEP, Status.DISABLED: Effect.WOULD_HAVE_KEPT}


@dataclass(frozen=True, slots=True)
class Affected:
    """An account that the candidate would affect.

    account: its present state
    effect: the candidate's effect
    candidate: the candidate's verdict
    present: the verdict of the policy in force; None where that cannot be parsed
    """

    account: Account
    effect: Effect
    candidate: Verdict
    present: Verdict | None

    @property
    def broken(self) -> Verdict:
        """The verdict to show: the candidate's if it breaks a rule, else the present one."""
        return self.candidate if self.candidate.breaks or self.present is None else self.present

    @property
    def breaks_present(self) -> bool:
        """Whether the policy in force is broken."""
        return self.present is not None and self.present.breaks

    @property
    def risk(self) -> tuple[int, int]:
        """A key that sorts accounts by risk: higher is worse."""
        return Assessment.at(self.broken, Mode.ENFORCE).risk, self.broken.counts.bounces

    @property
    def why(self) -> str:
        """The numbers that break the rule, in one or two sentences."""
        return PlainNumbers.of(self.broken).broken()


def affected(account: Account, candidate: Verdict, present: Verdict | None, now: datetime) -> Affected | None:
    """The account with the candidate's effect; None where it has none."""
    effect = _effect(account, candidate, present)
    if effect is Effect.WOULD_DISABLE and account.exempt_at(now):
        effect = Effect.EXEMPT
    return Affected(account, effect, candidate, present) if effect else None


def _effect(account: Account, candidate: Verdict, present: Verdict | None) -> Effect | None:
    if candidate.breaks:
        return _WHERE_BROKEN.get(account.status)
    return _WHERE_KEPT_ANEW.get(account.status) if present and present.breaks else None


@dataclass(frozen=True, slots=True)
class Preview:
    """The effects of the candidate on all accounts, by the stored tallies.

    candidate: the policy to be set
    present: the policy in force; None where it cannot be parsed
    mode: whether rules are enforced
    bound: how many disablings the breaker lets pass in an hour
    judged: how many accounts were judged
    affected: the accounts that it would affect, the worst first
    """

    candidate: Policy
    present: Policy | None
    mode: Mode
    bound: int
    judged: int
    affected: Sequence[Affected]

    def of(self, effect: Effect) -> list[Affected]:
        """The accounts with this effect."""
        return [account for account in self.affected if account.effect is effect]

    @property
    def is_in_force(self) -> bool:
        """Whether the candidate is in force already, so that setting it changes nothing."""
        return self.present is not None and self.present.id == self.candidate.id

    @property
    def exceeds_bound(self) -> bool:
        """Whether it would disable more accounts than the breaker's bound, so that a person has to confirm it."""
        switches = self.mode is Mode.ENFORCE and not self.is_in_force
        return switches and len(self.of(Effect.WOULD_DISABLE)) > self.bound
