"""Accounts from the rows of their table and its indexes (`account_rows` makes them)."""

from collections.abc import Mapping
from typing import Any

from permille.aws.stored_values import OFF
from permille.domain.account.account import Account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.values.json_values import from_json
from permille.domain.values.status import HoldReason, Status


def account_of(row: Mapping[str, Any]) -> Account:
    """From a row's attributes. Those that a newer version added are ignored. Raises ValueError where one is missing or
    has the wrong type."""
    return from_json(Account, {**row, "id": row["account_id"], "credential": row})


def listed_account_of(row: Mapping[str, Any]) -> ListedAccount:
    """From a row of the index by risk. It has no denial, but the partition, which is made of the status and of whether
    the account is denied by hand."""
    made = {
        "id": row["account_id"],
        "denied_by_hand": Status(row["status"]).may_send and row["switched"] == OFF,
        "in_sync": row["observed"] == row["switch_generation"],
        "hold_reason": row.get("held", HoldReason.NO),
        "awaits_support": "asks" in row,
    }
    return from_json(ListedAccount, {**row, **made})
