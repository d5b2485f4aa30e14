"""Measures the report of an account with 45 busy days: calls, CPU and bytes.

A process of its own with the console's environment: python -m bench.console RESULTS VIEWS
"""

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import boto3
from bench.wire import Request, tapped
from functions.console.app import handler
from rich.console import Console
from tests.support.builders import LambdaContext, a_complaint, a_verdict, an_account, an_alert
from tests.support.function_url import HOST, url_event
from tests.support.visiting import Answer

from permille.aws.counting import SHARDS
from permille.aws.policy import SsmPolicies
from permille.aws.rows import entry_row
from permille.aws.stored_values import tally_key
from permille.aws.token_signer import KmsTokenSigner
from permille.bootstrap.console import console_services
from permille.domain.login import links
from permille.domain.login.links import LinkRole
from permille.domain.timeline.kinds.complaints import reported
from permille.domain.timeline.timeline import Entry
from permille.settings import ConsoleSettings
from permille.usecases.login.access import make_token

BUSY = 45  # days
BEFORE = 45  # whose mail the window of the first day looks back on
ACCOUNT = "busy"
DELIVERED, COMPLAINTS = 600, 4  # of a day, just below the limit: by one writer, and by all
ALERT_EVERY = 2  # complaints
BATCH = 25  # of one BatchWriteItem
PATHS = {"report": "", "year": "/year", "json": "/report.json"}


def main() -> None:
    results, views = Path(sys.argv[1]), int(sys.argv[2])
    requests = tapped()
    now = datetime.now(UTC)
    cookie = _prepared(now)
    with Console(stderr=True).status("The report of an account with 45 busy days"):
        found = {name: _measured(requests, f"/report/{ACCOUNT}{path}", cookie, views) for name, path in PATHS.items()}
    results.write_text(json.dumps(found), encoding="utf-8")


def _prepared(now: datetime) -> str:
    """The account, its tallies and its timeline; the cookie of its owner."""
    settings = ConsoleSettings.from_env()
    SsmPolicies(parameter=settings.policy_parameter).set("{}")
    account = an_account(ACCOUNT)
    console_services().accounts.add(account, [])
    _write(settings.tallies_table, _tallies(now.date()))
    _write(
        settings.timeline_table, ({name: {"S": text} for name, text in entry_row(one).items()} for one in _told(now))
    )
    signer = KmsTokenSigner(owner_key=settings.owner_link_key)
    return f"__Host-owner-{ACCOUNT}={make_token(signer, links.new_claims(LinkRole.OWNER, ACCOUNT, now))}"


def _tallies(today: date) -> Iterator[dict[str, Any]]:
    """One tally for each day and shard."""
    for days, shard in product(range(BUSY + BEFORE), range(SHARDS)):
        counts = {"delivered": DELIVERED, "complaints": int(shard < COMPLAINTS), "bounces": 1}
        key = {"account_id": {"S": ACCOUNT}, "day_epoch_shard": {"S": tally_key(today - timedelta(days), 1, shard)}}
        yield key | {name: {"N": str(count)} for name, count in counts.items()}


def _told(now: datetime) -> Iterator[Entry]:
    """The complaints of each day, and an alert for every second one."""
    dice = random.Random(BUSY)
    for days, number in product(range(BUSY), range(COMPLAINTS)):
        at = now - timedelta(days, hours=number * 5, minutes=1)
        about = {"sent_at": at - timedelta(hours=9), "campaign": f"Campaign {dice.randint(1, 30)}"}
        complaint = reported(ACCOUNT, at, a_complaint(f"m-{days}-{number}", about), epoch=1)
        yield complaint
        if number % ALERT_EVERY:
            yield an_alert(ACCOUNT, at + timedelta(seconds=9), a_verdict(200_000, 150), [complaint] * ALERT_EVERY)


def _write(table: str, rows: Iterator[dict[str, Any]]) -> None:
    dynamodb = boto3.client("dynamodb")
    while batch := [{"PutRequest": {"Item": row}} for row in islice(rows, BATCH)]:
        dynamodb.batch_write_item(RequestItems={table: batch})  # type: ignore[dict-item]


def _measured(requests: list[Request], path: str, cookie: str, views: int) -> dict[str, float]:
    for _ in range(3):  # warm
        answer = _view(path, cookie)
    requests.clear()
    gc.collect()
    times = []
    for _ in range(views):
        began = time.process_time()
        answer = _view(path, cookie)
        times.append(time.process_time() - began)
    calls = sum(_is_dynamodb(request) for request in requests) / views
    return {"calls": calls, "cpu_milliseconds": statistics.median(times) * 1000, "bytes": len(answer.body.encode())}


def _view(path: str, cookie: str) -> Answer:
    answered = handler(url_event("GET", path, {"cookie": cookie, "host": HOST}), LambdaContext())
    if answered["statusCode"] != 200:
        raise RuntimeError(f"{path}: {answered}")
    return Answer(answered["statusCode"], answered["headers"], [], answered["body"])


def _is_dynamodb(request: Request) -> bool:
    target = request[0].decode() if isinstance(request[0], bytes) else request[0]
    return target.startswith("DynamoDB")


if __name__ == "__main__":
    main()
