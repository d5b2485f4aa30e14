"""What Permille says of itself: one log event per outcome, `noun.verb` with fields, and one metric of the same name."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()

_AMOUNTS = ("new", "known", "failed", "records")


def record(event: str, **fields: object) -> None:
    """Logs the outcome with its fields and counts it: once, or by those of its fields that are amounts."""
    logger.info(event, extra=fields)
    amounts = {f"{event}.{name}": float(str(fields[name])) for name in _AMOUNTS if name in fields}
    for name, amount in (amounts or {event: 1.0}).items():
        metrics.add_metric(name, MetricUnit.Count, amount)


def measure(name: str, value: float) -> None:
    """Logs a value that is no count, and reports it as a metric of that name."""
    logger.info(name, extra={"value": value})
    metrics.add_metric(name, MetricUnit.NoUnit, value)
