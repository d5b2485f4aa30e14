"""Feedback from SES, by way of SQS or straight from SNS."""

from datetime import timedelta
from typing import Any

from permille.aws.events import is_from, received
from permille.bootstrap import Ingesting, ingesting, time_of
from permille.observability import logger, metrics
from permille.usecases.feedback.ingest import ingest


class NotCounted(Exception):
    """SNS knows no partial failure: it is told to deliver again."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: Ingesting | None = None) -> dict[str, Any]:
    world = world or ingesting()
    now = time_of(event, world.settings)
    own_caller = world.settings.owner_mail_caller

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    failed = ingest(received(event), world.ledger, world.quarantine, own_caller, now, time_left, world.policy)
    if failed and is_from(event, "aws:sns"):
        raise NotCounted(failed)
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}
