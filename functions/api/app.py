"""The JSON API behind its function URL."""

from typing import Any

from permille.bootstrap.api import api_services
from permille.bootstrap.clock import time_of
from permille.console.api.api_app import answer
from permille.console.api.context import ApiServices
from permille.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: ApiServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well."""
    return answer(services or api_services(context), event, context, time_of())
