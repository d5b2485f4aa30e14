"""Measures the cost of a tick with many idle accounts, and how many accounts are enforced in a second.

A process of its own with Enforce's environment: python -m bench.enforcing RESULTS TICKS
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from bench.wire import Request, tapped
from functions.enforce.app import handler
from rich.console import Console
from rich.progress import Progress
from tests.support.builders import LambdaContext

from permille.aws.accounts import DynamoAccounts
from permille.aws.control import DynamoControl
from permille.aws.policy import SsmPolicies
from permille.domain.account.account import Account
from permille.domain.values.status import Mode
from permille.settings import EnforceSettings
from permille.usecases.enforcement.sweep import hourly

SLEEPING = (100, 10_000, 100_000)
GUILTY = 100  # accounts that break the rule at once
BATCH = 25  # of one BatchWriteItem
TICK = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
ANY_NUMBER = '{"breaker": {"at_least": 1000000}}'


def main() -> None:
    results, ticks = Path(sys.argv[1]), int(sys.argv[2])
    requests = tapped()
    _prepared()
    found = {"ticks": list(_ticks(requests, ticks)), "enforced": _enforced(requests)}
    results.write_text(json.dumps(found), encoding="utf-8")


def _prepared() -> None:
    settings = EnforceSettings.from_env()
    SsmPolicies(parameter=settings.policy_parameter).set(ANY_NUMBER)
    boto3.client("iam").create_group(GroupName=settings.deny_group)
    boto3.client("sqs").create_queue(QueueName=settings.feedback_queue_url)


def _ticks(requests: list[Request], ticks: int) -> Iterator[dict[str, float]]:
    there = 0
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Sleeping accounts", total=SLEEPING[-1])
        for sleeping in SLEEPING:
            for start in range(there, sleeping, BATCH):
                _deactivate(range(start, min(start + BATCH, sleeping)))
                progress.advance(task, BATCH)
            there = sleeping
            _nothing_to_sweep()
            handler(TICK, LambdaContext())  # warm
            yield {"sleeping": sleeping} | _measured(requests, ticks)


def _measured(requests: list[Request], ticks: int) -> dict[str, float]:
    requests.clear()
    times = []
    for _ in range(ticks):
        began = time.perf_counter()
        answer = handler(TICK, LambdaContext())
        times.append(time.perf_counter() - began)
        if answer["looked_at"] or answer["swept"]:
            raise RuntimeError(f"a tick with nobody due did something: {answer}")
    return {"calls": len(requests) / ticks, "milliseconds": statistics.median(times) * 1000}


def _deactivate(numbers: range) -> None:
    text = {"owner_email": "o@x.example", "owner_name": "", "timezone": "UTC", "status": "active"}
    row: dict[str, Any] = {name: {"S": value} for name, value in text.items()}
    row |= {name: {"N": "0"} for name in ("strikes", "revision", "lease")}
    row |= {name: {"N": "1"} for name in ("version", "switch_generation", "applied", "observed")}
    row |= {"senders": {"L": []}, "epochs": {"L": []}, "deactivated": {"S": "{}"}}
    row |= {"would_disable": {"BOOL": False}}
    puts: Any = [{"PutRequest": {"Item": row | {"account_id": {"S": f"sleeping-{number}"}}}} for number in numbers]
    boto3.client("dynamodb").batch_write_item(RequestItems={EnforceSettings.from_env().accounts_table: puts})


def _nothing_to_sweep() -> None:
    """Marks the sweep of this hour as done."""
    settings = EnforceSettings.from_env()
    control = DynamoControl(table=settings.control_table, timeline=settings.timeline_table)
    policy = SsmPolicies(parameter=settings.policy_parameter).current()
    lap = hourly(Mode(settings.enforcement_mode), policy.id, datetime.now(UTC))
    control.save_lap(replace(lap, done=True))


def _enforced(requests: list[Request]) -> dict[str, float]:
    names = [f"guilty-{number}" for number in range(GUILTY)]
    _break_the_rule(names)
    requests.clear()
    began = time.perf_counter()
    answer = handler(TICK, LambdaContext())
    took, calls = time.perf_counter() - began, len(requests)
    switched = [_keys(name) for name in names]
    if (answer["entries"], answer["failed"]) != (GUILTY, 0) or switched != [["Inactive"]] * GUILTY:
        raise RuntimeError(f"not everybody was disabled: {answer}")
    return {"accounts": GUILTY, "per_second": GUILTY / took, "calls_each": calls / GUILTY}


def _keys(name: str) -> list[str]:
    keys = boto3.client("iam").list_access_keys(UserName=f"permille-{name}")["AccessKeyMetadata"]
    return [key["Status"] for key in keys]


def _break_the_rule(names: Sequence[str]) -> None:
    settings = EnforceSettings.from_env()
    accounts = DynamoAccounts(
        accounts=settings.accounts_table, senders="SendersTable", timeline=settings.timeline_table
    )
    iam, dynamodb, now = boto3.client("iam"), boto3.client("dynamodb"), datetime.now(UTC)
    for name in names:
        caller = f"permille-{name}"
        iam.create_user(UserName=caller)
        iam.create_access_key(UserName=caller)
        due = now - timedelta(minutes=1)
        accounts.add(Account(id=name, owner_email="o@x.example", senders=(caller,), due_at=due), [])
        key = {"account_id": {"S": name}, "day_epoch_shard": {"S": f"{now.date()}#0001#0"}}
        counts = {"delivered": {"N": "1000"}, "complaints": {"N": "2"}, "bounces": {"N": "0"}}
        dynamodb.put_item(TableName=settings.tallies_table, Item=key | counts)


if __name__ == "__main__":
    main()
