"""The webhook's endpoint: the row `webhook` of the control table. That it is gone is written beside it, so that the
function which posts needs no right to write where events go."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from permille.aws.entry_writes import append
from permille.aws.models import ControlRow, EntryRow
from permille.aws.stored_values import instant, instant_of
from permille.aws.table_calls import on_table, table_call, transaction
from permille.domain.timeline.kinds.webhook import WebhookRemoved, WebhookSet
from permille.domain.timeline.timeline import TimelineEntry
from permille.domain.values.errors import Conflict
from permille.domain.webhooks.endpoint import WebhookEndpoint

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

WEBHOOK = "webhook"


class DynamoWebhookRegister:
    """Implements `WebhookRegister` and `WebhookState`."""

    def __init__(self, *, table: str, timeline: str = "") -> None:
        self._rows = on_table(ControlRow, table)
        self._entries = on_table(EntryRow, timeline)

    def get(self) -> WebhookEndpoint | None:
        with table_call("reading the webhook"):
            try:
                row: Any = self._rows.get(WEBHOOK, consistent_read=True)
            except self._rows.DoesNotExist:
                return None
        gone_at = instant_of(row.gone_at) if row.gone_url == row.url else None
        return WebhookEndpoint(row.url, tuple(row.kinds), datetime.fromisoformat(row.since), gone_at)

    def mark_gone(self, endpoint: WebhookEndpoint, now: datetime) -> None:
        gone: list[Action] = [ControlRow.gone_url.set(endpoint.url), ControlRow.gone_at.set(instant(now))]
        with suppress(Conflict), transaction(self._rows, "recording that the webhook is gone") as writes:
            writes.update(self._rows(WEBHOOK), actions=gone, condition=ControlRow.name.exists())

    def save(self, endpoint: WebhookEndpoint, entry: TimelineEntry[WebhookSet]) -> None:
        row = self._rows(WEBHOOK, url=endpoint.url, kinds=list(endpoint.kinds), since=instant(endpoint.since))
        with transaction(self._rows, "setting the webhook") as writes:
            writes.save(row)
            append(writes, self._entries, entry)

    def remove(self, entry: TimelineEntry[WebhookRemoved]) -> None:
        with transaction(self._rows, "removing the webhook") as writes:
            writes.delete(self._rows(WEBHOOK), condition=ControlRow.url.exists())
            append(writes, self._entries, entry)
