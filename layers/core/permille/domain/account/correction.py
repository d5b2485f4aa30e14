"""What a correction changes of what was counted."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Void:
    """A complaint is taken back: when, by whom, and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The complaint of that identity, on mail of that send day and epoch, counts no more; or again, where `void` is
    None."""

    identity: str
    day: date
    epoch: int
    void: Void | None

    @property
    def complaints(self) -> int:
        """What it adds to the tally."""
        return -1 if self.void else 1
