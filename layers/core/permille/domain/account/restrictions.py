"""What keeps a broken rule from being acted on, and a disabling that is judged once more."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.values.status import HoldReason


@dataclass(frozen=True, slots=True)
class Hold:
    """A broken rule that is not acted on yet: why, and since when without a break. `resumed_at`: when counting went on
    after it had stalled; only then does the time begin in which what waits is counted. `needs_staff`: staff were told
    that it does not end by itself; `released`: they said that the disabling is right."""

    why: HoldReason
    since: datetime
    resumed_at: datetime | None = None
    released: bool = False
    needs_staff: bool = False

    @property
    def waits_since(self) -> datetime | None:
        """Since when feedback is waited for that is being counted."""
        return None if self.why is HoldReason.STALLED else self.resumed_at or self.since


@dataclass(frozen=True, slots=True)
class Exemption:
    """No rule disables the account until then: who said so, and why."""

    until: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """A disabling by a rule is judged once more at `at`, when the feedback about the mail sent before is in. `passed`:
    whether the breaker counted it, which it does not where staff let it happen."""

    at: datetime
    disabled_at: datetime
    passed: bool = True
