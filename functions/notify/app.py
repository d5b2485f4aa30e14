"""Publishes timeline entries to the event bus, and mails owners. The first attempt is made from the timeline's stream,
retries from the notify queue."""

import json
from datetime import datetime, timedelta
from typing import Any

from permille.aws.events import is_from
from permille.aws.stored_entries import entries
from permille.bootstrap.clock import time_of
from permille.bootstrap.notify import notify_services
from permille.domain.values.errors import ServiceError, Unavailable
from permille.observability import emit, logger, metrics, where
from permille.usecases.notifications.notify import RESERVE, Channel, NotifyServices, deliver, retry


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: NotifyServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well. Returns a partial batch response; the stream's never
    names an entry, since what failed is queued."""
    services = services or notify_services(context)
    now = time_of()

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    if is_from(event, "aws:sqs"):
        failed = [one["messageId"] for one in event["Records"] if not _retried(services, one, now, time_left())]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
    deliver(services, entries(event), now, time_left)
    return {"batchItemFailures": []}


def _retried(services: NotifyServices, message: dict[str, Any], now: datetime, time_left: timedelta) -> bool:
    """Whether the job of this message is done: not where there is no time for it. A malformed message is not either,
    and does not keep the others from being."""
    try:
        if time_left <= RESERVE:
            raise Unavailable("there was no time left")
        job = json.loads(message["body"])
        retry(services, job["account_id"], job["entry_id"], Channel(job["channel"]), now)
    except ServiceError as error:
        emit("entry.retry_failed", job=message["body"], why=str(error))
        return False
    except Exception as error:  # noqa: BLE001 - nor does an account that nobody understands
        emit("entry.retry_failed", job=message["body"], why=where(error))
        return False
    return True
