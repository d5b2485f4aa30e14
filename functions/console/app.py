"""The pages behind their function URL."""

from typing import Any

from permille.bootstrap import Consoling, consoling, time_of
from permille.console.app import answer
from permille.observability import logger, metrics, record


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: Consoling | None = None) -> dict[str, Any]:
    world = world or consoling()
    answered = answer(world.console, event, context, time_of({}, world.settings))
    record("request.answered", method=event["requestContext"]["http"]["method"], status=answered["statusCode"])
    return answered
