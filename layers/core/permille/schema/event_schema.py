"""The JSON Schema of an event on the host platform's bus: a timeline entry, made from the declared kinds."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

from permille.domain.timeline.facts import Audience, Facts
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.json_values import schema_of

VERSION = 1
_DESCRIPTION = (
    "The detail of an event on the stack's EventBridge bus: source permille, detail-type the kind. Delivery is at "
    "least once: deduplicate by `id`. New kinds and new facts may be added within a version; what is here stays."
)


def event_schema_text() -> str:
    """The schema as it is checked in: docs/timeline-event.schema.json."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"


def event_schema() -> dict[str, Any]:
    """The schema of an event, with a definition of each kind's facts."""
    kinds, fields = sorted(KINDS), _fields()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Permille: an entry of an account's timeline",
        "description": _DESCRIPTION,
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
        "allOf": [_facts_by_kind(kind) for kind in kinds],
        "$defs": {kind: _definition(KINDS[kind]) for kind in kinds},
    }


def _fields() -> dict[str, Any]:
    return {
        "version": {"const": VERSION},
        "id": {"type": "string", "description": "Sorts by time; the same at every delivery."},
        "account_id": {
            "type": ["string", "null"],
            "pattern": f"^{ACCOUNT_ID.pattern}$",
            "description": "Null where the entry is about the whole stack.",
        },
        "kind": {"enum": sorted(KINDS)},
        "audience": {"enum": [str(audience) for audience in Audience]},
        "at": {"type": "string", "format": "date-time"},
        "headline": {"type": "string", "description": "One line for people, as mails and pages show it."},
        "sentence": {"type": "string", "description": "What happened, with the numbers that were used."},
        "facts": {"type": "object"},
    }


def _facts_by_kind(kind: str) -> Mapping[str, Any]:
    return {
        "if": {"properties": {"kind": {"const": kind}}},
        "then": {"properties": {"facts": {"$ref": f"#/$defs/{kind}"}}},
    }


def _definition(facts: type[Facts]) -> Mapping[str, Any]:
    """The schema of a kind's facts. Its description has the docstring, and what else the kind declares."""
    declared = facts.declaration
    notes = ["About the whole stack."] if declared.system else []
    notes += [f"For the {declared.audience}." if declared.audience == "owner" else "For staff."]
    notes += ["The owner gets a mail."] if declared.mailed else []
    notes += [f"The account is {declared.change.after} from then on."] if declared.change else []
    meaning = " ".join(inspect.cleandoc(facts.__doc__ or "").split())
    return {**schema_of(facts), "description": " ".join([meaning, *notes])}
