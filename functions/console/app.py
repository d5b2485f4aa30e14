"""The pages for owners and support behind their function URL."""

from typing import Any

from permille.bootstrap.clock import time_of
from permille.bootstrap.console import console_services
from permille.console.site.context import SiteServices
from permille.console.site.site_app import answer
from permille.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: SiteServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well."""
    return answer(services or console_services(), event, context, time_of())
