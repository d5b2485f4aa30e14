"""Ids of timeline entries. They sort by time."""

import re
from datetime import UTC, datetime
from hashlib import sha256

ENTRY_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z(-[0-9a-f]{8})?", re.ASCII)


def id_at(instant: datetime, seed: str = "") -> str:
    """An entry's id: sorts by time, and is the same whenever the same happening is written again at that instant."""
    stamp = instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{stamp}-{sha256(seed.encode()).hexdigest()[:8]}" if seed else stamp


def id_among_many(instant: datetime, seed: str) -> str:
    """As `id_at`, for what there can be tens of thousands of at one instant: no two are alike."""
    return f"{id_at(instant)}-{sha256(seed.encode()).hexdigest()[:32]}"
