"""Timeline entries, published to the host platform's event bus."""

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import Unavailable
from permille.schema.entry_schema import event_text

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "permille"


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
            "Detail": event_text(entry, self._platform, zone),
        }
        with service_call(f"publishing {entry.id}"):
            answer = self._events.put_events(Entries=[event])
        if answer["FailedEntryCount"]:
            raise Unavailable(f"publishing {entry.id}: {answer['Entries'][0].get('ErrorCode')}")
