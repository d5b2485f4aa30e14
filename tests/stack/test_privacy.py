"""On the deployed stack: whoever only gets mail is in no table (tests/functions/test_privacy.py has every case)."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

from tests.stack.accounts import a_business
from tests.stack.conftest import Stack, eventually


def test_whoever_only_gets_mail_is_in_no_table_and_whoever_complains_or_bounces_in_two(stack: Stack) -> None:
    business = a_business(stack)
    names = {name: f"{name}@{business.id}-readers.example" for name in ("quiet", "complainer", "bounced")}

    with business.session() as session:
        for name, headers in {"quiet": "", "complainer": "X-Local-Complaint", "bounced": "X-Local-Bounce"}.items():
            mail = business.a_mail(**({headers: "all"} if headers else {}))
            mail.replace_header("To", names[name])
            session.send_message(mail)

    eventually(
        lambda: business.standing()["window"] | {"delivered": 2, "complaints": 1} == business.standing()["window"]
    )
    eventually(lambda: _tables_with(stack, names["bounced"]) == {"ComplaintsTable"})
    assert _tables_with(stack, names["complainer"]) == {"ComplaintsTable", "TimelineTable"}
    assert _tables_with(stack, names["quiet"]) == set()


def _tables_with(stack: Stack, address: str) -> set[str]:
    tables = [name for name in stack.outputs if name.endswith("Table")]
    return {name for name in tables if any(address in row for row in _rows(stack, stack.outputs[name]))}


def _rows(stack: Stack, table: str) -> Iterator[str]:
    for page in stack.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        yield from (json.dumps(row, default=_inflated) for row in page["Items"])


def _inflated(value: Any) -> str:
    return zlib.decompress(value).decode("utf-8", "replace")
