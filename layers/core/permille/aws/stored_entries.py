"""Parses timeline entries, from rows of the table and from its stream."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from permille.domain.timeline.kinds.registry import entry_as_read
from permille.domain.timeline.timeline import Entry

_OF_PROVIDERS, _OF_SUPPRESSIONS = {"user": "username"}, {"recipient": "address"}
# By kind: the names that earlier versions stored facts under, and those of today. No entry is written over.
_EARLIER_NAMES: Mapping[str, Mapping[str, str]] = {
    "credential_renewed": {"key": "access_key_id", "until": "old_credential_works_until"},
    "drift": {"key": "access_key_id"},
    "held": {"why": "hold_reason"},
    "old_credential_ended": {"keys": "access_key_ids"},
    "policy_set": {"numbers": "rules", "replaced_numbers": "replaced_rules"},
    "provider_connected": _OF_PROVIDERS,
    "provider_disconnected": _OF_PROVIDERS,
    "provider_request_ended": _OF_PROVIDERS,
    "provider_requested": _OF_PROVIDERS,
    "provider_tried": _OF_PROVIDERS,
    "suppressed": _OF_SUPPRESSIONS,
    "trial_unused": {"needed": "least_delivered"},
    "unsuppressed": _OF_SUPPRESSIONS,
}


def entry_of(row: Mapping[str, str]) -> Entry:
    """An entry of its row. Raises ValueError where its facts cannot be read."""
    return entry_as_read(
        row["account_id"],
        row["entry_id"],
        datetime.fromisoformat(row["at"]),
        row["kind"],
        row.get("audience", ""),
        _renamed(json.loads(row["facts"]), _EARLIER_NAMES.get(row["kind"], {})),
    )


def _renamed(facts: Any, names: Mapping[str, str]) -> Any:
    """The facts under their names of today, at any depth."""
    match facts:
        case Mapping():
            return {names.get(name, name): _renamed(member, names) for name, member in facts.items()}
        case list():
            return [_renamed(item, names) for item in facts]
        case _:
            return facts


def entries(event: Mapping[str, Any]) -> list[Entry]:
    """The timeline entries of a batch of the stream."""
    images = (record["dynamodb"]["NewImage"] for record in event["Records"])
    return [entry_of({name: value["S"] for name, value in image.items()}) for image in images]
