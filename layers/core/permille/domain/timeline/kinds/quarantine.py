"""Feedback in quarantine: deleted, and put back on the queue."""

from dataclasses import dataclass
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.words.actors import who
from permille.domain.words.wording import plain, times

LISTED_BODIES = 100  # of quarantine: an entry has to fit into a row and an event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quarantined(Facts):
    """Base of entries about feedback that an operator removed from quarantine."""

    count: int
    reasons: Annotated[tuple[str, ...], "Why they were in quarantine."]
    bodies: Annotated[tuple[str, ...], "Their ids: as many as fit into an entry."]
    by: str

    def sentence(self) -> str:
        return f"By {who(self.by)}: {'; '.join(map(plain, self.reasons))}."


@declared("quarantine_dropped", Audience.STAFF, system=True)
class QuarantineDropped(_Quarantined):
    """An operator deleted feedback from quarantine."""

    def headline(self, platform: str) -> str:
        return f"{_bodies(self.count)} deleted from quarantine"


@declared("quarantine_replayed", Audience.STAFF, system=True)
class QuarantineReplayed(_Quarantined):
    """An operator put feedback from quarantine back on the queue."""

    def headline(self, platform: str) -> str:
        return f"{_bodies(self.count)} put back from quarantine"


def _bodies(count: int) -> str:
    return f"{times(count, 'message')} {'was' if count == 1 else 'were'}"
