"""Hands timeline entries on: from the table's stream at once, from the function's own queue what failed before."""

import json
from datetime import datetime
from typing import Any

from permille.aws.events import is_from
from permille.aws.stored_entries import entries
from permille.bootstrap import HandingOn, handing_on, time_of
from permille.domain.values.errors import ServiceError
from permille.observability import emit, logger, metrics
from permille.usecases.notifications.notify import Channel, NotifyServices, deliver, retry


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: HandingOn | None = None) -> dict[str, Any]:
    services = services or handing_on(context)
    now = time_of({}, services.settings)
    if is_from(event, "aws:sqs"):
        failed = [job["messageId"] for job in event["Records"] if not _again(services.handing, job, now)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
    deliver(services.handing, entries(event), now)
    return {"batchItemFailures": []}


def _again(services: NotifyServices, message: dict[str, Any], now: datetime) -> bool:
    """Whether the job is done; one that is malformed keeps no other from being done."""
    try:
        job = json.loads(message["body"])
        retry(services, job["account_id"], job["entry_id"], Channel(job["effect"]), now)
    except (ServiceError, ValueError, KeyError, TypeError) as error:
        emit("entry.failed_again", job=message["body"], why=str(error))
        return False
    return True
