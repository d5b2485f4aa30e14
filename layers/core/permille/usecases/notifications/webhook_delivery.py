"""Posts events to the webhook's endpoint."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.values.errors import Unavailable
from permille.domain.webhooks.delivery import LATE_FROM, PostFailure, Reply, delay_after
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.domain.webhooks.signature import signed_headers
from permille.observability import emit, emit_count
from permille.ports.webhooks import PendingEvent, PendingEvents, WebhookClient, WebhookSecrets, WebhookState


@dataclass(frozen=True, slots=True)
class WebhookServices:
    """The dependencies of posting."""

    endpoints: WebhookState
    secrets: WebhookSecrets
    client: WebhookClient
    pending: PendingEvents


def post_event(services: WebhookServices, event: PendingEvent, now: datetime) -> bool:
    """Posts an event of the queue, and returns whether that is done with: the endpoint took it, it became a dead
    letter, or no webhook is set any more. Otherwise it comes back after a delay that grows. Raises a ServiceError of
    AWS; then it comes back after the queue's own timeout.

    now: the real time, by which receivers verify signatures
    """
    endpoint = services.endpoints.get()
    if endpoint is None:
        emit("webhook.dropped", entry=event.entry_id, kind=event.kind)
        return True
    if endpoint.gone_at:
        return _give_up(services, event)
    reply = _post(services, endpoint, event.entry_id, event.body, now)
    if reply.failure is None:
        emit("webhook.delivered", entry=event.entry_id, kind=event.kind, status=reply.status, attempt=event.attempt)
        return True
    emit("webhook.failed", entry=event.entry_id, why=reply.failure, status=reply.status, attempt=event.attempt)
    if reply.failure is PostFailure.GONE:
        services.endpoints.mark_gone(endpoint, now)
        return _give_up(services, event)
    if event.attempt >= LATE_FROM:
        emit_count("webhook.failed_long")
    services.pending.retry_in(event, delay_after(event.attempt))
    return False


def post_test(services: WebhookServices, message_id: str, body: bytes, now: datetime) -> Reply | None:
    """Posts a test event, also where the endpoint is gone; None where no webhook is set."""
    endpoint = services.endpoints.get()
    reply = _post(services, endpoint, message_id, body, now) if endpoint else None
    emit("webhook.tested", status=reply.status if reply else None, why=reply.failure if reply else None)
    return reply


def _post(services: WebhookServices, endpoint: WebhookEndpoint, message_id: str, body: bytes, now: datetime) -> Reply:
    secrets = services.secrets.get()
    if secrets is None:
        raise Unavailable("the webhook has no signing secret: permille webhook rotate-secret makes one")
    return services.client.post(endpoint.url, signed_headers(secrets, message_id, body, now), body)


def _give_up(services: WebhookServices, event: PendingEvent) -> bool:
    services.pending.give_up(event)
    emit("webhook.given_up", entry=event.entry_id, kind=event.kind)
    return True
