"""Every minute whoever is due; through the timeline's stream, at once, whoever a complaint was counted against."""

from dataclasses import asdict
from typing import Any

from permille.aws.events import account_ids
from permille.bootstrap import Enforcing, enforcing, time_of
from permille.enforce import enforce, enforce_due
from permille.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: Enforcing | None = None) -> dict[str, Any]:  # noqa: ARG001
    world = world or enforcing()
    now = time_of(event, world.settings)
    if "Records" in event:
        return asdict(enforce(world.enforcement, account_ids(event), now))
    return asdict(enforce_due(world.enforcement, now))
