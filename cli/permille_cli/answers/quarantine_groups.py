"""Quarantined feedback in groups."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from permille.domain.timeline.kinds.quarantine import LISTED_BODIES
from permille.domain.words.wording import plain
from permille.ports.feedback import Quarantined


@dataclass(slots=True)
class Group:
    """A summary of any number of bodies.

    count: how many.
    first_at, last_at: when the oldest and the newest arrived.
    ids, reasons: of the first LISTED_BODIES.
    """

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    ids: list[str] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)

    def add(self, quarantined: Quarantined) -> None:
        """Counts one more."""
        self.count += 1
        self.first_at = min(self.first_at or quarantined.at, quarantined.at)
        self.last_at = max(self.last_at or quarantined.at, quarantined.at)
        if len(self.ids) < LISTED_BODIES:
            self.ids.append(quarantined.id)
        if len(self.reasons) < LISTED_BODIES:
            self.reasons[quarantined.reason] = None


def groups_of(bodies: Iterable[Quarantined]) -> list[dict[str, Any]]:
    """The quarantine by reason and sender, the largest group first, as JSON."""
    groups = defaultdict[tuple[str, str], Group](Group)
    for quarantined in bodies:
        groups[plain(quarantined.reason), plain(quarantined.sender)].add(quarantined)
    items = [
        {
            "reason": reason,
            "sender": sender,
            "count": group.count,
            "first_at": group.first_at.isoformat() if group.first_at else None,
            "last_at": group.last_at.isoformat() if group.last_at else None,
            "ids": group.ids,
        }
        for (reason, sender), group in groups.items()
    ]
    return sorted(items, key=lambda group: (-group["count"], group["first_at"]))
