"""Issues login links for staff and tokens for host platforms, to callers that IAM lets invoke the function's URL."""

from typing import Any

from permille.bootstrap.access import access_services
from permille.bootstrap.clock import time_of
from permille.observability import logger, metrics
from permille.usecases.login.issue_links import IssueServices
from permille.usecases.login.link_requests import answer_request


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: IssueServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well."""
    return answer_request(services or access_services(), event, context.aws_request_id, time_of())
