"""Ports of the webhook: its endpoint and secrets, its queue, and the HTTP client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta, tzinfo

    from permille.domain.timeline.kinds.webhook import WebhookRemoved, WebhookSet
    from permille.domain.timeline.timeline import Entry, TimelineEntry
    from permille.domain.webhooks.delivery import Reply
    from permille.domain.webhooks.endpoint import WebhookEndpoint
    from permille.domain.webhooks.signature import SigningSecrets


class WebhookEndpoints(Protocol):
    """The endpoint, of which a stack has one at most."""

    def get(self) -> WebhookEndpoint | None:
        """The endpoint; None where no webhook is set. Strongly consistent."""


class WebhookState(WebhookEndpoints, Protocol):
    """The endpoint, as the function sees it that posts."""

    def mark_gone(self, endpoint: WebhookEndpoint, now: datetime) -> None:
        """Records that the endpoint wants no more events. Does nothing where another URL is set since, or none."""


class WebhookRegister(WebhookEndpoints, Protocol):
    """The endpoint, as operators set it."""

    def save(self, endpoint: WebhookEndpoint, entry: TimelineEntry[WebhookSet]) -> None:
        """Writes endpoint and entry in one transaction. Whoever writes last wins."""

    def remove(self, entry: TimelineEntry[WebhookRemoved]) -> None:
        """Deletes the endpoint and writes the entry in one transaction. Raises Conflict where there is none."""


class WebhookSecrets(Protocol):
    """The signing secrets, encrypted."""

    def get(self) -> SigningSecrets | None:
        """The secrets; None where there are none."""

    def put(self, secrets: SigningSecrets) -> None:
        """Stores the secrets in the place of those before."""

    def delete(self) -> None:
        """Deletes the secrets. Idempotent."""


class WebhookQueue(Protocol):
    """The queue of the events that are to be posted."""

    def enqueue(self, entry: Entry, zone: tzinfo) -> None:
        """Adds the event of an entry, as on the bus. A second call adds it a second time, with the same id.

        zone: the time zone for the words of the entry
        """


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event that was received from the queue.

    body: the event as JSON, exactly as it is posted
    entry_id: the entry that it is about
    kind: of that entry
    attempt: how often it was received, this time included
    receipt: the handle by which the queue knows it
    """

    body: bytes
    entry_id: str
    kind: str
    attempt: int
    receipt: str


class PendingEvents(Protocol):
    """The queue, as the function sees it that posts. An event that it names as failed comes back by itself."""

    def retry_in(self, event: PendingEvent, delay: timedelta) -> None:
        """Has the event come back after the delay, at most 12 hours, and not when the queue's own timeout is over."""

    def give_up(self, event: PendingEvent) -> None:
        """Adds the event to the dead letters."""


class WebhookClient(Protocol):
    """Posts over HTTPS, to public addresses with a verified certificate."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """What the endpoint answered, within 15 seconds. A second call posts a second time."""


class WebhookTester(Protocol):
    """Has the function post a test event, as the operator's command does."""

    def test(self) -> Reply:
        """What the endpoint answered. Raises NotFound where no webhook is set."""
