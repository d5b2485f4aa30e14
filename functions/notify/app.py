"""Hands timeline entries on: from the table's stream at once, from the function's own queue what failed before."""

import json
from typing import Any

from permille.aws.events import entries, is_from
from permille.bootstrap import handing
from permille.errors import Unavailable
from permille.notify import Effect, Handing, hand_on, hand_on_again
from permille.observability import logger, metrics, record


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: Handing | None = None) -> dict[str, Any]:
    world = world or handing(context)
    if is_from(event, "aws:sqs"):
        failed = [job["messageId"] for job in event["Records"] if not _again(world, job)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
    hand_on(world, entries(event))
    return {"batchItemFailures": []}


def _again(world: Handing, message: dict[str, Any]) -> bool:
    """Whether the job is done; one that is malformed keeps no other from being done."""
    try:
        job = json.loads(message["body"])
        hand_on_again(world, job["account_id"], job["entry_id"], Effect(job["effect"]))
    except (Unavailable, ValueError, KeyError, TypeError) as error:
        record("entry.failed_again", job=message["body"], why=str(error))
        return False
    return True
