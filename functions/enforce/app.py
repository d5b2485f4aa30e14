"""Judges accounts and applies the decisions. Two triggers: the schedule of one minute (all accounts that are due), and
the timeline's stream (the accounts in the batch, at once)."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from permille.aws.events import account_ids
from permille.bootstrap.clock import time_of
from permille.bootstrap.enforce import enforce_services
from permille.observability import logger, metrics
from permille.usecases.enforcement.enforce import enforce
from permille.usecases.enforcement.enforce_services import EnforceServices
from permille.usecases.enforcement.schedule import run_schedule


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: EnforceServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well. Returns what the run did."""
    services = services or enforce_services()
    now = time_of(event)

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    if "Records" in event:
        return asdict(enforce(services, account_ids(event), now, time_left))
    return asdict(run_schedule(services, now, time_left))
