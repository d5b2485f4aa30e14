"""docs/upgrade.md mends the rows of accounts that a checkout of before wrote."""

import json
import re
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.aws.conftest import Store
from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, an_entry

from permille.domain.account.account import Account
from permille.domain.account.provider import Provider, ProviderRequest
from permille.domain.values.errors import Conflict
from permille.domain.values.status import Status

PAGE = (Path(__file__).parents[2] / "docs" / "upgrade.md").read_text(encoding="utf-8")
[PROGRAM] = re.findall(r"^ *```python\n(.*?)^ *```$", PAGE, re.S | re.M)
# As a checkout of before 0.9.0 wrote it.
ROW: dict[str, Any] = {
    "account_id": ACCOUNT,
    "asleep": f'{{"{CALLER}": ["{KEY}"]}}',
    "decided_at": "2026-03-09T12:00:00.000000+00:00",
    "epochs": [],
    "every": "account",
    "held": "",
    "link_generation": 1,
    "missing": "[]",
    "nudges": 0,
    "owner": "bea@bakery.example",
    "owner_email": "bea@bakery.example",
    "owner_mail": "",
    "owner_name": "",
    "risk": f"2000000#{ACCOUNT}",
    "senders": [CALLER],
    "settled": True,
    "status": "disabled",
    "strikes": 0,
    "switched": "off",
    "timezone": "UTC",
    "told": "[]",
    "version": 3,
    "would_disable": False,
}


PROVIDER = {"host": "smtp.example.com", "port": 587, "user": "bea", "secret": "arn:s", "version": "1"}


def mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["mend.py", "AccountsTable"])
    exec(textwrap.dedent(PROGRAM), {})  # noqa: S102 - the page's own program


def enabled(account: Account) -> Account:
    return replace(account, status=Status.ACTIVE, decided_at=NOW)


def test_an_account_of_before_can_be_decided_about_once_its_row_is_mended(
    store_on_dynamodb: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, table = store_on_dynamodb.accounts, boto3.resource("dynamodb").Table("AccountsTable")
    table.put_item(Item=ROW)
    before = accounts.get(ACCOUNT)
    assert before is not None
    with pytest.raises(Conflict):
        accounts.save(before, enabled(before), [an_entry("staff_enabled")])

    mend(monkeypatch)

    mended = accounts.get(ACCOUNT)
    assert mended is not None
    assert mended.credential.deactivated == {CALLER: frozenset({KEY})}
    assert accounts.save(mended, enabled(mended), [an_entry("staff_enabled")]).status is Status.ACTIVE
    assert accounts.due(NOW, 10) == [ACCOUNT]


@pytest.mark.parametrize("rest", [{}, {"switch_generation": 2}], ids=["before the generations", "later"])
def test_the_providers_of_an_account_of_before_can_be_read_once_its_row_is_mended(
    rest: dict[str, int], store_on_dynamodb: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = boto3.resource("dynamodb").Table("AccountsTable")
    connected = json.dumps(PROVIDER | {"connected_at": NOW.isoformat()})
    requested = json.dumps(PROVIDER | {"requested_at": NOW.isoformat(), "expires_at": NOW.isoformat()})
    later = {"alerted_entry_ids": "[]", "revision": 1, "deactivated": "{}", "applied": 1, "observed": 1, "lease": 0}
    row = ROW | rest | (later if rest else {})
    table.put_item(Item=row | {"provider": connected, "provider_request": requested})

    mend(monkeypatch)

    account = store_on_dynamodb.accounts.get(ACCOUNT)
    assert account is not None
    assert account.provider == Provider("smtp.example.com", 587, "bea", "arn:s", "1", NOW)
    assert account.provider_request == ProviderRequest("smtp.example.com", 587, "bea", "arn:s", "1", NOW, NOW)


def test_a_row_that_is_mended_is_left_alone(store_on_dynamodb: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    table = boto3.resource("dynamodb").Table("AccountsTable")
    table.put_item(Item=ROW)
    mend(monkeypatch)
    once = table.get_item(Key={"account_id": ACCOUNT})["Item"]

    mend(monkeypatch)

    assert table.get_item(Key={"account_id": ACCOUNT})["Item"] == once
