"""Entries and records as rows of DynamoDB, and back."""

import json
from collections.abc import Mapping
from datetime import datetime

from permille.aws.stored_values import instant
from permille.domain.feedback import bounces
from permille.domain.sending.suppression import suppressed_by
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.timeline import Entry
from permille.domain.values.json_values import from_json, to_json


def entry_row(entry: Entry) -> dict[str, str]:
    """An entry's row. One of a topic has a key in the sparse index of topics."""
    row = _stored(entry)
    return row | {"topic": topic_key(entry.topic, entry.id)} if entry.topic else row


def _stored(entry: Entry) -> dict[str, str]:
    return {
        "account_id": entry.account_id,
        "entry_id": entry.id,
        "kind": entry.kind,
        "audience": entry.audience,
        "at": instant(entry.at),
        "facts": entry.facts_json,
    }


def topic_key(topic: Topic, entry_id: str) -> str:
    """The sort key of the index of topics: the entries of one topic lie together, sorted by time."""
    return f"{topic}#{entry_id}"


def complaint_row(identity: str, entry: Entry) -> dict[str, str]:
    """A complaint's record: its timeline entry, under the identity that it is counted by. Where it suppresses an
    address, the sparse index lists it since that entry."""
    record = _stored(entry) | {"identity": identity}
    address = suppressed_by(entry)
    return record | {"recipient": address, "suppressed_since": entry.id} if address else record


def bounce_row(account_id: str, identity: str, record: bounces.BounceRecord) -> dict[str, str]:
    """A bounce's record, under the identity that it is counted by."""
    row = {
        "account_id": account_id,
        "identity": identity,
        "bounced_since": record.id,
        "at": instant(record.at),
        "details": json.dumps(to_json(record.details), ensure_ascii=False, separators=(",", ":")),
    }
    return row | {"recipient": record.recipient, "suppressed_since": record.id} if record.recipient else row


def bounce_of(row: Mapping[str, str]) -> bounces.BounceRecord:
    """The bounce of a record's row. Raises ValueError where its details cannot be read."""
    details = from_json(bounces.BounceDetails, json.loads(row["details"]))
    return bounces.BounceRecord(
        row["bounced_since"], datetime.fromisoformat(row["at"]), row.get("recipient", ""), details
    )
