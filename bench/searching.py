"""Measures what a search of support's desk reads: by the index `search`, and by a scan of the accounts' table.

python -m bench.searching    minutes; prints the figures, and writes them to bench/results/search.json
Read units follow DynamoDB's published rules, because emulators misreport them: half a unit for each started 4 KB that
an eventually consistent query or scan reads, whether the filter lets it pass or not. Times are not measured: the
emulator sorts the whole index for each query.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
from bench import results
from bench.embedded import counting_environment
from bench.wire import Request, tapped
from bench.workers import found_by
from rich.console import Console
from tests.support.builders import TODAY, an_account

from permille.aws.account_index import DynamoAccountIndex
from permille.aws.account_models import AccountRow
from permille.aws.account_rows import account_row
from permille.aws.index_keys import ACCOUNT
from permille.domain.account.account import Account
from permille.domain.account.account_search import AccountSearch
from permille.domain.account.assessment import Assessment
from permille.settings import ConsoleSettings

SIZES = (3_000, 20_000)  # accounts
LISTED = 25
BATCH = 25  # of one BatchWriteItem
KB, HALF_A_UNIT = 1024, 0.5
SEARCHES = {"one account": "oven no. 2999", "nobody": "no such name", "everybody": "example"}
Attributes = dict[str, dict[str, Any]]


def main() -> None:
    """Without arguments it calls itself, in a process with the console's environment, with the file for the figures."""
    if sys.argv[1:]:
        _measure(Path(sys.argv[1]))
        return
    found = asyncio.run(_in_environment())
    results.keep("search", found)
    Console().print_json(data=found)


async def _in_environment() -> dict[str, Any]:
    async with counting_environment() as environment:
        found: dict[str, Any] = await asyncio.to_thread(found_by, "bench.searching", environment=environment)
        return found


def _measure(to: Path) -> None:
    requests, table = tapped(), ConsoleSettings.from_env().accounts_table
    found, written = dict[str, Any](), 0
    for size in SIZES:
        with Console(stderr=True).status(f"Searching {size:,} accounts"):
            _write(table, map(_account, range(written, size)))
            found[str(size)] = _measured(requests, table)
            written = size
    to.write_text(json.dumps(found), encoding="utf-8")


def _account(number: int) -> Account:
    """A usual account, which was judged."""
    name = f"bakery-of-vienna-{number:05}"
    return an_account(
        name,
        owner_email=f"office@bakery-{number}.example",
        owner_name=f"Oven No. {number} Backwaren GmbH",
        identities=(f"news.bakery-{number}.example",),
        senders=(f"permille-{name}",),
        assessment=Assessment(TODAY, 4_321, number % 4, 0, 3, policy="default-5953fa4d", mode="enforce"),
    )


def _write(table: str, accounts: Iterator[Account]) -> None:
    dynamodb = boto3.client("dynamodb")
    while batch := list(islice(accounts, BATCH)):
        rows = [{name: value for name, value in account_row(one).items() if value is not None} for one in batch]
        puts = [{"PutRequest": {"Item": AccountRow(**row).serialize()}} for row in rows]
        dynamodb.batch_write_item(RequestItems={table: puts})  # type: ignore[dict-item]


def _measured(requests: list[Request], table: str) -> dict[str, Any]:
    index, now = DynamoAccountIndex(accounts=table), datetime.now(UTC)
    units = {"index": _units(_index_rows(table)), "scan": _units(_table_rows(table))}

    def find(text: str) -> Callable[[], object]:
        return lambda: index.find(AccountSearch(text), LISTED, now)

    by_index = {name: _calls(requests, find(text)) for name, text in SEARCHES.items()}
    return {
        "read_units_of_all": units,
        "by_index": by_index,
        "by_scan": {"nobody": _calls(requests, lambda: _scan(table))},
    }


def _calls(requests: list[Request], search: Callable[[], object]) -> int:
    requests.clear()
    search()
    return len(requests)


def _scan(table: str) -> list[Attributes]:
    """What a search would do without the index."""
    return [row for row in _table_rows(table) if SEARCHES["nobody"] in json.dumps(row)]


def _table_rows(table: str) -> Iterator[Attributes]:
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        yield from page["Items"]  # type: ignore[misc]


def _index_rows(table: str) -> Iterator[Attributes]:
    pages = (
        boto3.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName="search",
            KeyConditionExpression="#every = :every",
            ExpressionAttributeNames={"#every": "every"},
            ExpressionAttributeValues={":every": {"S": ACCOUNT}},
        )
    )
    for page in pages:
        yield from page["Items"]  # type: ignore[misc]


def _units(rows: Iterator[Attributes]) -> float:
    """Read units of all rows, as if one call read them."""
    size = sum(len(name.encode()) + _size(value) for row in rows for name, value in row.items())
    return -(-size // (4 * KB)) * HALF_A_UNIT


def _size(value: dict[str, Any]) -> int:
    """The size of an attribute's value: of texts and numbers their characters at most; of lists and JSON about that."""
    ((kind, content),) = value.items()
    if kind == "L":
        return 3 + sum(1 + _size(item) for item in content)
    return len(content.encode()) if kind in "SN" else 1


if __name__ == "__main__":
    main()
