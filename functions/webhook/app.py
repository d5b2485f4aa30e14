"""Posts the events of the webhook's queue to the host platform's endpoint, and a test event when an operator asks."""

from datetime import UTC
from typing import Any

from permille.aws.webhook_queue import pending_event
from permille.aws.webhook_tester import TEST_REQUEST, answer_of
from permille.bootstrap.clock import clock
from permille.bootstrap.webhook import WebhookRuntime, webhook_runtime
from permille.domain.timeline.kinds.webhook import WebhookTest
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import ServiceError
from permille.observability import emit, logger, metrics
from permille.schema.entry_schema import event_text
from permille.usecases.notifications.webhook_delivery import WebhookServices, post_event, post_test


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, runtime: WebhookRuntime | None = None) -> dict[str, Any]:  # noqa: ARG001
    """Lambda passes two arguments; tests pass `runtime` as well. Returns a partial batch response, or the answer to a
    test. Signatures have the real time, also where the clock is replayed: receivers compare it with theirs."""
    runtime = runtime or webhook_runtime()
    if event == TEST_REQUEST:
        return _tested(runtime)
    failed = [record["messageId"] for record in event["Records"] if not _is_done(runtime.services, record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _is_done(services: WebhookServices, record: dict[str, Any]) -> bool:
    """Whether the event of this record need not come back. A malformed one does, until it is a dead letter."""
    try:
        return post_event(services, pending_event(record), clock())
    except (ServiceError, ValueError, KeyError, TypeError) as error:
        emit("webhook.failed", message_id=record["messageId"], why=str(error))
        return False


def _tested(runtime: WebhookRuntime) -> dict[str, Any]:
    now = clock()
    entry = system_entry(now, WebhookTest())
    body = event_text(entry, runtime.platform, UTC).encode()
    return answer_of(post_test(runtime.services, entry.id, body, now))
