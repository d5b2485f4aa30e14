"""What Permille says of itself: one log event per outcome, `noun.verb` with fields, and one metric of the same name."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()

_AMOUNTS = ("new", "known", "failed", "records")


def emit(event: str, times: int = 1, /, **fields: object) -> None:
    """Logs the outcome with its fields and counts it: so many times, or by those of its fields that are amounts."""
    logger.info(event, extra=fields)
    amounts = {f"{event}.{name}": float(str(fields[name])) for name in _AMOUNTS if name in fields}
    for name, amount in (amounts or {event: float(times)}).items():
        emit_count(name, amount)


def emit_count(metric: str, amount: float = 1.0) -> None:
    """A metric beside that of an event, where alarms need one for some of its outcomes alone."""
    metrics.add_metric(metric, MetricUnit.Count, amount)


def measure(metric: str, value: float) -> None:
    """Logs a value that is no count, and reports it as a metric of that name."""
    logger.info(metric, extra={"value": value})
    metrics.add_metric(metric, MetricUnit.NoUnit, value)
