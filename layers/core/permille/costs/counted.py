"""What is counted for each mail, complaint and hour: counted.json, which `make cost` writes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

COUNTED = Path(__file__).with_name("counted.json")


@dataclass(frozen=True, slots=True)
class PerDelivery:
    """What the feedback about one delivery takes.

    batch: deliveries in a run of the function.
    per_request: messages that SQS returns, or deletes, in a request.
    """

    batch: int
    per_request: int
    cpu_microseconds: float
    calls: float
    write_units: float
    read_units: float


@dataclass(frozen=True, slots=True)
class PerComplaint:
    """What a complaint takes: it is counted, the account is judged, events are published, and the owner is mailed.

    metrics: how many metrics are sent in an hour with complaints, and not else.
    stored_bytes: what stays of it.
    """

    runs: int
    calls: int
    write_units: float
    read_units: float
    events: int
    key_requests: int
    mails: int
    metrics: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that runs by the clock.

    runs: in a month.
    timeout: seconds after which Lambda ends a run.
    seconds_per_account: that a run takes longer for each account.
    """

    function: str
    runs: float
    memory_gb: float
    timeout: int
    seconds_per_account: float


@dataclass(frozen=True, slots=True)
class StackUnits:
    """What the stack has, and what runs without mail.

    mail_metrics: how many metrics are sent in an hour with mail, beside those that are always sent.
    swept_read_units: to read an account in the hourly sweep.
    tally_bytes, marker_bytes: of a row in TalliesTable and SeenTable.
    """

    keys: int
    alarm_metrics: int
    always_metrics: int
    mail_metrics: int
    queues: int
    schedules: Sequence[Schedule]
    tick_read_units: float
    swept_read_units: float
    tally_bytes: int
    marker_bytes: int


@dataclass(frozen=True, slots=True)
class Units:
    """All that is counted. `full`: deliveries in full batches, as after a campaign; `small`: in small ones."""

    stack: StackUnits
    full: PerDelivery
    small: PerDelivery
    complaint: PerComplaint


@cache
def counted() -> Units:
    """The units of this version."""
    return units_from(json.loads(COUNTED.read_text(encoding="utf-8")))


def units_from(document: Mapping[str, Any]) -> Units:
    """The units in a document with the fields of the classes above."""
    schedules = [Schedule(**schedule) for schedule in document["stack"]["schedules"]]
    return Units(
        stack=StackUnits(**{**document["stack"], "schedules": schedules}),
        full=PerDelivery(**document["full"]),
        small=PerDelivery(**document["small"]),
        complaint=PerComplaint(**document["complaint"]),
    )
