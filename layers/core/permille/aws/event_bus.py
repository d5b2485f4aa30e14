"""Timeline entries, published to the host platform's event bus."""

import json
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call
from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.values.errors import Unavailable
from permille.schema.entry_schema import entry_json

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "permille"


def detail_of(entry: Entry, platform: str, zone: tzinfo) -> dict[str, Any]:
    """The detail of an entry's event: docs/timeline-event.schema.json, version 1."""
    return {
        "version": 1,
        "account_id": None if entry.account_id == SYSTEM else entry.account_id,
        **entry_json(entry, platform, zone),
    }


class EventBridgeBus:
    """Implements `EventBus`: one event per entry, its detail-type the entry's kind."""

    def __init__(self, *, bus: str, platform: str, events: "EventBridgeClient | None" = None) -> None:
        self._events: EventBridgeClient = events or client("events")
        self._bus = bus
        self._platform = platform

    def publish(self, entry: Entry, zone: tzinfo) -> None:
        event: Any = {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": entry.kind,
            "Time": entry.at,
            "Detail": json.dumps(detail_of(entry, self._platform, zone), ensure_ascii=False),
        }
        with service_call(f"publishing {entry.id}"):
            answer = self._events.put_events(Entries=[event])
        if answer["FailedEntryCount"]:
            raise Unavailable(f"publishing {entry.id}: {answer['Entries'][0].get('ErrorCode')}")
