"""`python -m bench.units`: counts what a complaint, an hour's sweep and an idle run of the schedule ask of AWS.

In an AWS account of moto, since only requests are counted. Writes bench/results/units.json.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, reduce
from itertools import islice, product
from operator import or_
from pathlib import Path
from typing import Any

import boto3
from bench.consumed import Exchange, exchanged, read_units, write_units
from bench.embedded import function_environment
from bench.results import keep
from bench.wire import item_size
from bench.workers import found_by
from functions.enforce.app import handler as enforce
from functions.ingest_complaint.app import handler as ingest
from functions.notify.app import handler as notify
from moto import mock_aws
from tests.support.aws_tables import create_all
from tests.support.builders import LambdaContext, an_account, records, ses_event, sqs_record, stream_record

from permille.aws.accounts import DynamoAccounts
from permille.aws.control import DynamoControl
from permille.aws.counting import SHARDS
from permille.aws.stored_values import tally_key
from permille.observability import metrics
from permille.settings import EnforceSettings, NotifySettings

BUSY = "busy"
SWEPT = 100  # accounts
WINDOW = 45  # days with tallies by every writer, as of a busy account
BATCH = 25  # of one BatchWriteItem
DELIVERED = 600  # of a tally
TICK = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of AWS.

    runs: of functions.
    calls: requests to all services.
    others: the requests to other services than DynamoDB, by service and operation.
    """

    runs: int
    calls: int
    write_units: float
    read_units: float
    others: dict[str, int]


def main() -> None:
    """Counts in a process of its own, with the functions' environment. That process has the path of its result."""
    if not sys.argv[1:]:
        keep("units", counted())
        return
    with mock_aws():
        Path(sys.argv[1]).write_text(json.dumps(_counted()), encoding="utf-8")


def counted() -> Any:
    """The document of bench/results/units.json, counted anew."""
    functions = [function_environment(name) for name in ("IngestComplaint", "Enforce", "Notify")]
    mode = {"ENFORCEMENT_MODE": "enforce", "MAIL_FROM": "reputation@platform.example"}
    return found_by("bench.units", environment=reduce(or_, functions) | mode)


def _counted() -> dict[str, Any]:
    _prepared()
    exchanges, sent = exchanged(), _metrics_sent()
    now = datetime.now(UTC)
    _accounts().add(an_account(BUSY), [])
    _fill_window(BUSY, now.date())
    enforce(TICK, LambdaContext())  # the policy and the mode are read, as by a function that has run before
    sent.clear()
    _report("Delivery", "m-0", now)
    of_deliveries = set(sent)
    found = {"complaint": _complaint(exchanges, now), "tick": _tick(exchanges), "sweep": _sweep(exchanges)}
    of_metrics = {"deliveries": sorted(of_deliveries), "complaints": sorted(sent - of_deliveries)}
    document = {name: asdict(asked) for name, asked in found.items()}
    return document | {"swept": SWEPT, "bytes": _bytes(), "metrics": of_metrics}


def _metrics_sent() -> set[str]:
    """The names of the metrics that are sent from now on."""
    names: set[str] = set()
    add = metrics.add_metric

    def noting(name: str, *arguments: Any, **options: Any) -> None:
        names.add(name)
        add(name, *arguments, **options)

    metrics.add_metric = noting  # type: ignore[method-assign]
    return names


def _report(kind: str, message: str, now: datetime) -> None:
    event = ses_event(kind, message, sent_at=now, caller=an_account(BUSY).senders[0])
    ingest(records(sqs_record(event)), LambdaContext())


def _prepared() -> None:
    create_all(boto3.client("dynamodb"))
    boto3.client("iam").create_group(GroupName=EnforceSettings.from_env().deny_group)
    notifying = NotifySettings.from_env()
    boto3.client("events").create_event_bus(Name=notifying.timeline_bus)
    boto3.client("ses").verify_email_identity(EmailAddress=notifying.mail_from)
    key = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    queues = {name: f"{name.lower().replace('_', '-')}" for name in ("FEEDBACK_QUEUE_URL", "NOTIFY_QUEUE_URL")}
    urls = {name: boto3.client("sqs").create_queue(QueueName=queue)["QueueUrl"] for name, queue in queues.items()}
    os.environ.update(urls | {"OWNER_LINK_KEY": key})


def _complaint(exchanges: list[Exchange], now: datetime) -> Asked:
    """A complaint that comes alone, about an account with a busy window: counted, judged, published, and mailed."""
    before = {row["entry_id"]["S"] for row in _rows("TimelineTable")}
    exchanges.clear()
    _report("Complaint", "m-1", now)
    runs = 1 + _follow_ups(before)
    return _asked(list(exchanges), runs)


def _follow_ups(handled: set[str]) -> int:
    """Gives each new entry to the functions that the stream starts for it, until there is none. Returns their runs.

    handled: ids of the entries that are not new.
    """
    runs = 0
    while new := [row for row in _rows("TimelineTable") if row["entry_id"]["S"] not in handled]:
        handled |= {row["entry_id"]["S"] for row in new}
        for function, entries in ((enforce, [row for row in new if row["kind"]["S"] == "complaint"]), (notify, new)):
            if entries:
                function(records(*map(stream_record, entries)), LambdaContext())
                runs += 1
    return runs


def _tick(exchanges: list[Exchange]) -> Asked:
    """A run of the schedule where nobody is due and the hour's sweep is over."""
    enforce(TICK, LambdaContext())
    exchanges.clear()
    enforce(TICK, LambdaContext())
    return _asked(list(exchanges), 1)


def _sweep(exchanges: list[Exchange]) -> Asked:
    """A lap over SWEPT accounts without a difference, less what the tick in it asks anyway."""
    for number in range(SWEPT):
        _accounts().add(an_account(f"account-{number}", senders=(f"permille-account-{number}",)), [])
    tick = _tick(exchanges)
    control = DynamoControl(table=EnforceSettings.from_env().control_table, timeline="TimelineTable")
    control.save_lap(replace(control.lap(), done=False, after=""))
    exchanges.clear()
    if (answer := enforce(TICK, LambdaContext()))["swept"] < SWEPT:
        raise RuntimeError(f"not every account was swept: {answer}")
    lap = _asked(list(exchanges), 0)
    return replace(
        lap,
        calls=lap.calls - tick.calls,
        write_units=lap.write_units - tick.write_units,
        read_units=lap.read_units - tick.read_units,
    )


def _asked(exchanges: Sequence[Exchange], runs: int) -> Asked:
    ours = [one for one in exchanges if one.operation != "Scan" or one.content["TableName"] != "TimelineTable"]
    others = Counter(f"{one.service}:{one.operation}" for one in ours if one.service != "dynamodb")
    return Asked(runs, len(ours), sum(map(write_units, ours)), sum(map(read_units, ours)), dict(sorted(others.items())))


def _bytes() -> dict[str, int]:
    """What stays of a complaint, in the table of records and in the timeline, and of a tally."""
    entries = [row for row in _rows("TimelineTable") if row["account_id"]["S"] == BUSY]
    complaint = entries + _rows("ComplaintsTable")
    return {"complaint": sum(map(_stored, complaint)), "tally": max(map(_stored, _rows("TalliesTable")))}


def _stored(row: Mapping[str, Any]) -> int:
    """DynamoDB stores 100 bytes more for each item."""
    return item_size({"Item": row}) + 100


def _rows(table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return rows


def _fill_window(account: str, today: date) -> None:
    counts = {"delivered": {"N": str(DELIVERED)}, "complaints": {"N": "0"}, "bounces": {"N": "0"}}
    keys = (tally_key(today - timedelta(day), 1, shard) for day, shard in product(range(WINDOW), range(SHARDS)))
    rows = ({"account_id": {"S": account}, "day_epoch_shard": {"S": key}} | counts for key in keys)
    while batch := [{"PutRequest": {"Item": row}} for row in islice(rows, BATCH)]:
        boto3.client("dynamodb").batch_write_item(RequestItems={"TalliesTable": batch})  # type: ignore[dict-item]


@cache
def _accounts() -> DynamoAccounts:
    return DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")


if __name__ == "__main__":
    main()
