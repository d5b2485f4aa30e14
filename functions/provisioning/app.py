"""The provisioning API behind its function URL, which IAM guards."""

from typing import Any

from permille.bootstrap.clock import time_of
from permille.bootstrap.provisioning import provisioning_services
from permille.console.api.provisioning_app import answer
from permille.console.api.provisioning_context import ProvisioningServices
from permille.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: ProvisioningServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well."""
    return answer(services or provisioning_services(context), event, context, time_of())
