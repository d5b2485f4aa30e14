"""Holds, exemptions and rechecks: what delays, prevents or reverses a disabling by rules."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.values.status import HoldReason


@dataclass(frozen=True, slots=True)
class Hold:
    """A broken rule that is not acted on yet.

    why: the reason, which may change
    since: when it began
    resumed_at: when counting went on after it had stalled; the wait for feedback begins then
    released: staff let the disabling happen
    needs_staff: it does not end by itself, and staff have an entry that says so
    """

    why: HoldReason
    since: datetime
    resumed_at: datetime | None = None
    released: bool = False
    needs_staff: bool = False

    @property
    def waits_since(self) -> datetime | None:
        """Since when the wait for feedback lasts; None while counting is stalled."""
        return None if self.why is HoldReason.STALLED else self.resumed_at or self.since


@dataclass(frozen=True, slots=True)
class Exemption:
    """No rule disables the account until then.

    until: its end
    reason: why
    by: who decided
    """

    until: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """A disabling by a rule is to be judged once more, when the feedback about the mail sent before is counted.

    at: from when on
    disabled_at: when it was disabled
    passed: whether the breaker counted the disabling; not where staff released a hold
    """

    at: datetime
    disabled_at: datetime
    passed: bool = True
