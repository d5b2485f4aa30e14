"""The costs of a stack at AWS: counts times list prices (prices.csv), in dollars, without free tiers or discounts."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRICES = Path(__file__).parent / "prices.csv"
MILLION = 1_000_000
MINUTES = 730 * 60  # of a month, as AWS counts it
MEMORY_GB, VCPU = (
    0.5,
    512 / 1769,
)  # of a function: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
CALL_SECONDS = 0.01  # that a function waits for a call of DynamoDB, assumed
RUN_LOG = 2_000  # bytes of a run's log, Lambda's own lines included
MARKER_BYTES, MARKER_MONTHS = 170, 3  # of a row of SeenTable, with DynamoDB's 100 for each
POLLERS, POLLS = 5, 3  # of Lambda for each queue; of each a minute, where the queue is empty
TICK_SECONDS = 0.1
MEASURED_AT_REST = (
    "schedule.run",
    "enforcement.run.failed",
    "feedback.received.records",
    "sweep.run",
    "quarantine.oldest_days",
    "doctor.unhealthy",
)
CHECKS, CHECK_SECONDS = 8 * 365 / 12, 60.0  # runs of the doctor in a month; assumed, with some dozens of identities


@dataclass(frozen=True, slots=True)
class Price:
    """A list price.

    usd: dollars for `per` units.
    per: how many units that buys.
    unit: the name of the unit.
    source: the page with the price.
    as_of: the day on which it was looked up.
    """

    usd: float
    per: float
    unit: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a bill: a number of units at a price."""

    item: str
    number: float
    price: Price

    @property
    def usd(self) -> float:
        return self.number * self.price.usd / self.price.per


def prices(path: Path = PRICES) -> dict[str, Price]:
    """The prices in the file, by name."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["what"]: Price(float(row["usd"]), float(row["per"]), row["unit"], row["source"], row["as_of"])
            for row in csv.DictReader(file)
        }


def total(lines: Sequence[Line]) -> float:
    """The sum of a bill, in dollars."""
    return sum(line.usd for line in lines)


def of_a_million(counted: Mapping[str, float], batch: int, a_receive: int, at: Mapping[str, Price]) -> list[Line]:
    """The bill of a million deliveries.

    counted: per event, from the benchmark.
    batch: events per run.
    a_receive: messages that SQS returns and deletes per request.
    at: prices by name.
    """
    runs = MILLION / batch
    seconds = MILLION * (counted["cpu_microseconds"] / MILLION / VCPU + counted["calls"] * CALL_SECONDS)
    return [
        Line("SNS: an event each", MILLION, at["sns_publish"]),
        Line("SQS: an event each, put there by SNS", MILLION, at["sqs_request"]),
        Line("SQS: receiving and deleting", 2 * MILLION / a_receive, at["sqs_request"]),
        Line("DynamoDB: writes", MILLION * counted["write_units"], at["dynamodb_write"]),
        Line("DynamoDB: reads", MILLION * counted["read_units"], at["dynamodb_read"]),
        Line(
            "DynamoDB: markers, kept for 90 days", MILLION * MARKER_BYTES / 1e9 * MARKER_MONTHS, at["dynamodb_storage"]
        ),
        Line("Lambda: runs", runs, at["lambda_request"]),
        Line("Lambda: time", seconds * MEMORY_GB, at["lambda_gb_second"]),
        Line("Logs", runs * RUN_LOG / 1e9, at["logs"]),
    ]


def at_rest(resources: Mapping[str, Mapping[str, Any]], at: Mapping[str, Price]) -> list[Line]:
    """The bill of a month without mail. `resources`: of the template; `at`: prices by name."""
    functions = _of(resources, "AWS::Serverless::Function")
    queues = sum(event["Type"] == "SQS" for function in functions for event in function.get("Events", {}).values())
    return [
        Line("KMS: keys of links", len(_of(resources, "AWS::KMS::Key")), at["kms_key"]),
        Line("Alarms: their metrics", sum(map(_metrics, _of(resources, "AWS::CloudWatch::Alarm"))), at["alarm_metric"]),
        Line("Metrics that are always sent", len(MEASURED_AT_REST), at["custom_metric"]),
        Line("SQS: receives of empty queues", queues * POLLERS * POLLS * MINUTES, at["sqs_request"]),
        Line("Lambda: a run a minute", MINUTES, at["lambda_request"]),
        Line("Lambda: its time", MINUTES * TICK_SECONDS * MEMORY_GB, at["lambda_gb_second"]),
        Line("Lambda: the doctor's time", CHECKS * CHECK_SECONDS * MEMORY_GB, at["lambda_gb_second"]),
        Line("DynamoDB: its two reads", MINUTES * 1.5, at["dynamodb_read"]),
        Line("Logs", MINUTES * RUN_LOG / 1e9, at["logs"]),
    ]


def _of(resources: Mapping[str, Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [resource["Properties"] for resource in resources.values() if resource["Type"] == kind]


def _metrics(alarm: Mapping[str, Any]) -> int:
    """How many metrics an alarm is billed for; an expression counts the metrics in it."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1
