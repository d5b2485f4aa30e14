"""Hands timeline entries on: from the table's stream at once, from the function's own queue what failed before."""

import json
from datetime import datetime
from typing import Any

from permille.aws.events import is_from
from permille.aws.stored_entries import entries
from permille.bootstrap import HandingOn, handing_on, time_of
from permille.domain.values.errors import ServiceError
from permille.observability import logger, metrics, record
from permille.usecases.notifications.notify import Effect, Handing, hand_on, hand_on_again


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: HandingOn | None = None) -> dict[str, Any]:
    world = world or handing_on(context)
    now = time_of({}, world.settings)
    if is_from(event, "aws:sqs"):
        failed = [job["messageId"] for job in event["Records"] if not _again(world.handing, job, now)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
    hand_on(world.handing, entries(event), now)
    return {"batchItemFailures": []}


def _again(world: Handing, message: dict[str, Any], now: datetime) -> bool:
    """Whether the job is done; one that is malformed keeps no other from being done."""
    try:
        job = json.loads(message["body"])
        hand_on_again(world, job["account_id"], job["entry_id"], Effect(job["effect"]), now)
    except (ServiceError, ValueError, KeyError, TypeError) as error:
        record("entry.failed_again", job=message["body"], why=str(error))
        return False
    return True
