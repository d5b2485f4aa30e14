"""The output of a decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.account.correction import Correction
from permille.domain.rules.breaker import BreakerChange
from permille.domain.timeline.timeline import Entry


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a decision, to be written in one transaction.

    account: its new state
    entries: of its timeline, and of the system timeline
    breaker: changes of the breaker
    correction: of a complaint; None where none is corrected
    """

    account: Account
    entries: list[Entry]
    breaker: Sequence[BreakerChange] = ()
    correction: Correction | None = None

    @property
    def changes(self) -> Sequence[BreakerChange | Correction]:
        """The writes beside account and entries."""
        return [*self.breaker, *([self.correction] if self.correction else [])]
