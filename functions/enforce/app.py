"""Every minute whoever is due; through the timeline's stream, at once, whoever a complaint was counted against or
support has decided about."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from permille.aws.events import account_ids
from permille.bootstrap import Enforcing, enforcing, time_of
from permille.observability import logger, metrics
from permille.usecases.enforcement.enforce import enforce
from permille.usecases.enforcement.schedule import run_schedule


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: Enforcing | None = None) -> dict[str, Any]:
    world = world or enforcing()
    now = time_of(event, world.settings)

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    if "Records" in event:
        return asdict(enforce(world.enforcement, account_ids(event), now, time_left))
    return asdict(run_schedule(world.enforcement, world.quarantine, now, time_left))
