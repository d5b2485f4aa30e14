"""Makes costs/counted.json: what the benchmark counted, and what infra/template.yaml has."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bench.results import RESULTS

from permille.costs.reckoning import HOURS, MINUTES
from permille_cli.stack.template import load

# Batches as the benchmark has them, and how many messages a request to SQS then has: ten, its most, where much waits.
FULL, SMALL = (1000, 5), (10, 50)
PER_REQUEST = {FULL: 10, SMALL: 5}
MARKER_BYTES = 170  # of a row of SeenTable, with DynamoDB's 100 for each
# Metrics that are sent whether there is mail or not: by the schedule in each hour, by the doctor in each third.
ALWAYS_SENT = (
    "schedule.run",
    "enforcement.run.failed",
    "feedback.received.records",
    "sweep.run",
    "quarantine.oldest_days",
    "doctor.unhealthy",
)
# Of functions that ask SES about the identities of every account, which it answers once a second.
SECONDS_PER_ACCOUNT = {"Doctor": 1.0}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_IN_A_MONTH = {"minute": MINUTES, "hour": HOURS, "day": HOURS / 24}


def counted_document() -> dict[str, Any]:
    """The document of costs/counted.json."""
    units, template = _results("units"), load()
    return {
        "stack": _stack(template, units),
        "full": _delivery(FULL),
        "small": _delivery(SMALL),
        "complaint": _complaint(units),
    }


def runs_a_month(schedule: str) -> float:
    """How often a schedule's expression runs. Raises ValueError for one that is not rate(...)."""
    rate = _RATE.fullmatch(schedule)
    if rate is None:
        raise ValueError(f"{schedule!r} is not of the form rate(N minutes|hours|days), which is all that is counted")
    return _IN_A_MONTH[rate[2]] / int(rate[1])


def _stack(template: Mapping[str, Any], units: Mapping[str, Any]) -> dict[str, Any]:
    resources = template["Resources"]
    functions = _of(resources, "AWS::Serverless::Function")
    events = [event for _, function in functions for event in function.get("Events", {}).values()]
    return {
        "keys": len(_of(resources, "AWS::KMS::Key")),
        "alarm_metrics": sum(_metrics(alarm) for _, alarm in _of(resources, "AWS::CloudWatch::Alarm")),
        "always_metrics": len(ALWAYS_SENT),
        "mail_metrics": len({*units["metrics"]["deliveries"]} - {*ALWAYS_SENT}),
        "queues": sum(event["Type"] == "SQS" for event in events),
        "schedules": list(_schedules(functions, template["Globals"]["Function"])),
        "tick_read_units": units["tick"]["read_units"],
        "swept_read_units": units["sweep"]["read_units"] / units["swept"],
        "tally_bytes": units["bytes"]["tally"],
        "marker_bytes": MARKER_BYTES,
    }


def _schedules(
    functions: list[tuple[str, Mapping[str, Any]]], common: Mapping[str, Any]
) -> Iterator[dict[str, str | float]]:
    for name, function in functions:
        for event in function.get("Events", {}).values():
            if event["Type"] in ("Schedule", "ScheduleV2"):
                expression = event["Properties"].get("Schedule") or event["Properties"]["ScheduleExpression"]
                yield {
                    "function": name,
                    "runs": runs_a_month(expression),
                    "memory_gb": {**common, **function}["MemorySize"] / 1024,
                    "timeout": {**common, **function}["Timeout"],
                    "seconds_per_account": SECONDS_PER_ACCOUNT.get(name, 0.0),
                }


def _delivery(batch: tuple[int, int]) -> dict[str, float]:
    wanted = ("permille", *batch)
    cells = _results("ingest")["per_event"]
    (cell,) = (cell for cell in cells if (cell["way"], cell["size"], cell["accounts"]) == wanted)
    names = ("cpu_microseconds", "calls", "write_units", "read_units")
    counted = {name: cell["without"][name] for name in names}
    return {"batch": batch[0], "per_request": PER_REQUEST[batch], **counted}


def _complaint(units: Mapping[str, Any]) -> dict[str, float]:
    complaint, metrics = units["complaint"], units["metrics"]
    others = complaint["others"]
    return {
        **{name: complaint[name] for name in ("runs", "calls", "write_units", "read_units")},
        "events": others["events:PutEvents"],
        "key_requests": others["kms:GenerateMac"],
        "mails": others["ses:SendRawEmail"],
        "metrics": len({*metrics["complaints"]} - {*metrics["deliveries"], *ALWAYS_SENT}),
        "stored_bytes": units["bytes"]["complaint"],
    }


def _results(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _of(resources: Mapping[str, Mapping[str, Any]], kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, resource["Properties"]) for name, resource in resources.items() if resource["Type"] == kind]


def _metrics(alarm: Mapping[str, Any]) -> int:
    """How many metrics an alarm is billed for; an expression counts the metrics in it."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1
