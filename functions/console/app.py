"""The pages behind their function URL."""

from typing import Any

from permille.bootstrap import Consoling, consoling, time_of
from permille.console.site.site_app import answer
from permille.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: Consoling | None = None) -> dict[str, Any]:
    world = world or consoling()
    return answer(world.console, event, context, time_of({}, world.settings))
