"""The JSON API behind its function URL."""

from typing import Any

from permille.bootstrap import ServingApi, serving_api, time_of
from permille.console.api.api_app import answer
from permille.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: ServingApi | None = None) -> dict[str, Any]:
    world = world or serving_api()
    return answer(world.api, event, context, time_of({}, world.settings))
