"""Log events and metrics. An event is called `noun.verb`, has fields, and is counted by a metric of the same name."""

from collections.abc import Mapping
from traceback import extract_tb

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()


def emit(event: str, count: int = 1, /, **fields: object) -> None:
    """Logs the event with its fields, and adds `count` to the metric of its name."""
    logger.info(event, extra=fields)
    emit_count(event, count)


def emit_amounts(event: str, amounts: Mapping[str, int], /, **fields: object) -> None:
    """Logs the event with its fields and amounts. Each amount is a metric of its own, called EVENT.NAME."""
    logger.info(event, extra={**amounts, **fields})
    for name, amount in amounts.items():
        emit_count(f"{event}.{name}", amount)


def emit_count(metric: str, amount: float = 1.0) -> None:
    """Adds to a metric without logging: for alarms that need some outcomes of an event alone."""
    metrics.add_metric(metric, MetricUnit.Count, amount)


def measure(metric: str, value: float) -> None:
    """Logs a value that is no count, and reports it as a metric of that name."""
    logger.info(metric, extra={"value": value})
    metrics.add_metric(metric, MetricUnit.NoUnit, value)


def where(error: Exception) -> str:
    """What an unexpected error is, and where it was raised. Its message may name an address."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno}"
