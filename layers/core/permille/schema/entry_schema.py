"""The JSON shape of a timeline entry, which API, command, event bus and webhook share."""

import json
from datetime import tzinfo
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from permille.domain.timeline.facts import Audience
from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.words.wording import without_controls
from permille.schema.doc import Doc


class EntryJson(TypedDict):
    """An entry of an account's timeline. docs/timeline-event.schema.json lists the facts of each kind; new kinds and
    new facts may be added."""

    id: Annotated[str, Doc("Sorts by time, and never changes.")]
    at: Annotated[str, Doc("When it happened.", "date-time")]
    kind: Annotated[str, Doc("What happened, such as complaint or disabled; it determines the facts.")]
    audience: Annotated[Audience, Doc("Who reads the entry: owner and staff, or staff alone.")]
    headline: Annotated[str, Doc("One line for people, as mails and pages show it.")]
    sentence: Annotated[str, Doc("What happened, with the numbers that were used.")]
    facts: Annotated[dict[str, Any], Doc("The entry's data, by its kind.")]


def entry_json(entry: Entry, platform: str, zone: tzinfo) -> EntryJson:
    """An entry with its words. `platform`: its name; `zone`: of the account, for the days and times in the words."""
    local = entry.in_zone(zone)
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "audience": entry.audience,
        "headline": local.headline(platform),
        "sentence": local.sentence(),
        "facts": facts_json(entry),
    }


def event_text(entry: Entry, platform: str, zone: tzinfo) -> str:
    """The event of an entry, on the bus and by webhook: docs/timeline-event.schema.json, version 1."""
    event = {
        "version": 1,
        "account_id": None if entry.account_id == SYSTEM else entry.account_id,
        **entry_json(entry, platform, zone),
    }
    return json.dumps(event, ensure_ascii=False)


def facts_json(entry: Entry) -> dict[str, Any]:
    """The facts of an entry, without control characters."""
    return cast("dict[str, Any]", without_controls(entry.data))
