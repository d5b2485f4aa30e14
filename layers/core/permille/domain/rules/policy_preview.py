"""What another policy would change, before it is set."""

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
    """What becomes of an account by the candidate, the policy that is not in force yet."""

    WOULD_DISABLE = "would_disable"  # active
    WOULD_END_TRIAL = "would_end_trial"  # on trial, or off after it and observed
    EXEMPT = "exempt"  # active, would break a rule, and is exempt
    WOULD_KEEP = "would_keep"  # active, and breaks the policy in force
    WOULD_HAVE_KEPT = "would_have_kept"  # disabled by a rule; no policy enables it again


_WHERE_BROKEN = {
    Status.ACTIVE: Effect.WOULD_DISABLE,
    Status.TRIAL: Effect.WOULD_END_TRIAL,
    Status.OBSERVING: Effect.WOULD_END_TRIAL,
}
_WHERE_KEPT_ANEW = {Status.ACTIVE: Effect.WOULD_KEEP, Status.DISABLED: Effect.WOULD_HAVE_KEPT}


@dataclass(frozen=True, slots=True)
class Affected:
    """An account for which the candidate would change something. `present`: the verdict of the policy in force, None
    where that cannot be understood."""

    account: Account
    effect: Effect
    candidate: Verdict
    present: Verdict | None

    @property
    def broken(self) -> Verdict:
        """The verdict to tell of: of the two the one that breaks a rule, the candidate's first."""
        return self.candidate if self.candidate.breaks or self.present is None else self.present

    @property
    def breaks_present(self) -> bool:
        return self.present is not None and self.present.breaks

    @property
    def risk(self) -> tuple[int, int]:
        """To list the worst first."""
        return Assessment.at(self.broken, Mode.ENFORCE).risk, self.broken.counts.bounces

    @property
    def why(self) -> str:
        """The numbers that broke the rule, in a sentence or two."""
        return PlainNumbers.of(self.broken).broken()


def affected(account: Account, candidate: Verdict, present: Verdict | None, now: datetime) -> Affected | None:
    """None where the candidate changes nothing for it."""
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
    """What the candidate would change by the tallies as they are stored.

    present: the policy in force; None where it cannot be understood
    bound: how many disablings by the rules the breaker lets pass in an hour
    judged: how many accounts were judged
    affected: the worst first
    """

    candidate: Policy
    present: Policy | None
    mode: Mode
    bound: int
    judged: int
    affected: Sequence[Affected]

    def of(self, effect: Effect) -> list[Affected]:
        return [one for one in self.affected if one.effect is effect]

    @property
    def is_in_force(self) -> bool:
        """Setting it once more judges nobody anew."""
        return self.present is not None and self.present.id == self.candidate.id

    @property
    def exceeds_bound(self) -> bool:
        """Whether a person has to say that so many are to be disabled."""
        switches = self.mode is Mode.ENFORCE and not self.is_in_force
        return switches and len(self.of(Effect.WOULD_DISABLE)) > self.bound
