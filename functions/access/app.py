"""Links for staff and tokens for platforms are made here and nowhere else, for whom IAM lets ask."""

from typing import Any

from permille.bootstrap import IssuingLinks, issuing_links, time_of
from permille.observability import logger, metrics
from permille.usecases.login.issuing_requests import answer


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, world: IssuingLinks | None = None) -> dict[str, Any]:
    world = world or issuing_links()
    return answer(world.issuing, event, context.aws_request_id, time_of({}, world.settings))
