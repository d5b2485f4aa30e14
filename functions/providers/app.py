"""Connects the providers that owners ask for on their pages, for Console, which invokes it. Once an hour it ends the
requests that nobody confirmed."""

from datetime import timedelta
from typing import Any

from permille.bootstrap.clock import time_of
from permille.bootstrap.providers import allows_local, providers_services
from permille.observability import logger, metrics
from permille.usecases.decisions.provider_messages import answer
from permille.usecases.decisions.provider_requests import RequestServices, clear

RESERVE = timedelta(seconds=5)  # with less time left, no further request is looked at


@logger.inject_lambda_context(log_event=False)  # whatever the environment says: it has a password
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: RequestServices | None = None) -> dict[str, Any]:
    """Lambda passes two arguments; tests pass `services` as well. Returns the answer, or how many secrets were
    deleted."""
    services = services or providers_services()

    def in_time() -> bool:
        return timedelta(milliseconds=context.get_remaining_time_in_millis()) > RESERVE

    now = time_of()
    if "action" in event:
        return answer(services, event, now, local=allows_local())
    return {"deleted": clear(services, now, in_time)}
