"""Ids of timeline entries. They sort by time."""

import re
from datetime import UTC, datetime
from hashlib import sha256

ENTRY_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z(-[0-9a-f]{8})?", re.ASCII)


def id_at(instant: datetime, distinguisher: str = "") -> str:
    """The id of an entry at `instant`. Ids sort by time.

    distinguisher: tells apart the entries of one instant. The same one gives the same id, so that an entry that is
        written twice is one entry. Empty: the id is the instant alone, which sorts before all entries of that instant.
    """
    stamp = instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{stamp}-{sha256(distinguisher.encode()).hexdigest()[:8]}" if distinguisher else stamp


def id_among_many(instant: datetime, distinguisher: str) -> str:
    """As `id_at`, with a hash long enough that tens of thousands of ids of one instant do not collide."""
    return f"{id_at(instant)}-{sha256(distinguisher.encode()).hexdigest()[:32]}"
