"""The effect of a correction on the counts."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Void:
    """A complaint was voided: when, by whom, and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A complaint is voided or restored.

    identity: of the complaint
    day, epoch: in which it counts
    void: how it was voided; None where it is restored
    """

    identity: str
    day: date
    epoch: int
    void: Void | None

    @property
    def complaints(self) -> int:
        """The number that is added to the tally."""
        return -1 if self.void else 1
