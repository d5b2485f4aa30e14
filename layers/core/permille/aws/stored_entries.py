"""Parses timeline entries, from rows of the table and from its stream."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from permille.domain.timeline.kinds.registry import entry_as_read
from permille.domain.timeline.timeline import Entry


def entry_of(row: Mapping[str, str]) -> Entry:
    """An entry of its row. Raises ValueError where its facts cannot be read."""
    return entry_as_read(
        row["account_id"],
        row["entry_id"],
        datetime.fromisoformat(row["at"]),
        row["kind"],
        row.get("audience", ""),
        json.loads(row["facts"]),
    )


def entries(event: Mapping[str, Any]) -> list[Entry]:
    """The timeline entries of a batch of the stream."""
    images = (record["dynamodb"]["NewImage"] for record in event["Records"])
    return [entry_of({name: value["S"] for name, value in image.items()}) for image in images]
