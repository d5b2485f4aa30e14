"""Checks every few hours how the stack is set up, and stores what it finds for the desk."""

from typing import Any

from permille.bootstrap.clock import time_of
from permille.bootstrap.doctor import doctor_services
from permille.observability import logger, metrics
from permille.usecases.doctor.doctor import scheduled
from permille.usecases.doctor.services import DoctorServices


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any, services: DoctorServices | None = None) -> dict[str, int]:  # noqa: ARG001
    """Lambda passes two arguments; tests pass `services` as well. Returns how many checks were made, and how many are
    unhealthy."""
    checkup = scheduled(services or doctor_services(), time_of())
    return {"checks": len(checkup.results), "unhealthy": checkup.unhealthy}
