"""Counts the feedback that SES publishes, delivered by SQS, or by SNS itself."""

from datetime import timedelta
from typing import Any

from permille.aws.events import feedback_records, is_from
from permille.bootstrap.clock import time_of
from permille.bootstrap.ingest import ingest_services
from permille.observability import logger, metrics
from permille.usecases.feedback.ingest import IngestServices, ingest


class NotCounted(Exception):
    """SNS knows no partial failure: an invocation that fails is delivered again as a whole."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: IngestServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well. Returns SQS's partial batch response."""
    now = time_of(event)

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    failed = ingest(services or ingest_services(), feedback_records(event), now, time_left)
    if failed and is_from(event, "aws:sns"):
        raise NotCounted(failed)
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}
