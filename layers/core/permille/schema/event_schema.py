"""The JSON Schema of a timeline entry as the host platform's bus has it, made of what the kinds declare."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.timeline import Audience, Facts
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.json_values import schema_of

VERSION = 1


def event_schema() -> dict[str, Any]:
    kinds = sorted(KINDS)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Permille: an entry of an account's timeline",
        "description": (
            "The detail of an event on the stack's EventBridge bus: source permille, detail-type the kind. At least "
            "once: deduplicate by `id`. New kinds and new facts may come within a version; what is here stays."
        ),
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "id": {"type": "string", "description": "Sorts by time; the same at every delivery."},
            "account_id": {
                "type": ["string", "null"],
                "pattern": f"^{ACCOUNT_ID.pattern}$",
                "description": "Null where the entry is about the whole stack.",
            },
            "kind": {"enum": kinds},
            "audience": {"enum": [str(one) for one in Audience]},
            "at": {"type": "string", "format": "date-time"},
            "headline": {"type": "string", "description": "One line in plain words, as mails and pages have it."},
            "sentence": {"type": "string", "description": "What happened, with the numbers that were used."},
            "facts": {"type": "object"},
        },
        "required": ["version", "id", "account_id", "kind", "audience", "at", "headline", "sentence", "facts"],
        "additionalProperties": False,
        "allOf": [_facts_of(kind) for kind in kinds],
        "$defs": {kind: _definition(KINDS[kind]) for kind in kinds},
    }


def _facts_of(kind: str) -> Mapping[str, Any]:
    return {
        "if": {"properties": {"kind": {"const": kind}}},
        "then": {"properties": {"facts": {"$ref": f"#/$defs/{kind}"}}},
    }


def _definition(facts: type[Facts]) -> Mapping[str, Any]:
    """The facts' schema, and in words what else is declared of the kind."""
    declared = facts.declaration
    notes = ["About the whole stack."] if declared.system else []
    notes += [f"For the {declared.audience}." if declared.audience == "owner" else "For staff."]
    notes += ["The owner gets a mail."] if declared.mailed else []
    notes += [f"The account is {declared.change.after} from then on."] if declared.change else []
    meaning = " ".join(inspect.cleandoc(facts.__doc__ or "").split())
    return {**schema_of(facts), "description": " ".join([meaning, *notes])}


def event_schema_text() -> str:
    """As it is checked in: docs/timeline-event.schema.json."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"
