"""Accounts as rows of their table, and back, by the fields that `Account` declares.

An attribute has the name of its field, but for the key, `account_id`. Instants and days are texts, values with fields
of their own are JSON, and the fields of `credential` are attributes themselves: conditions of the switch name them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from permille.aws.index_keys import OFF, index_keys
from permille.aws.rows import instant
from permille.domain.account.account import Account
from permille.domain.account.credential import Credential
from permille.domain.account.listed_account import ListedAccount
from permille.domain.values.json_values import from_json, to_json
from permille.domain.values.status import HoldReason, Status

OF_SWITCH = tuple(field.name for field in fields(Credential))  # written by `DynamoLeases` alone


def account_row(account: Account) -> dict[str, Any]:
    """All attributes of an account; None where it has none."""
    row = _stored(account)
    return {"account_id": row.pop("id"), **row, **credential_row(account.credential), **index_keys(account)}


def credential_row(credential: Credential) -> dict[str, Any]:
    """The attributes of a credential; None where it has none."""
    return _stored(credential)


def epochs_row(account: Account) -> list[Any]:
    """The starts of the account's epochs, as its row and those of its senders hold them."""
    return [instant(start) for start in account.epochs]


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


def _stored(value: Account | Credential) -> dict[str, Any]:
    named = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: _attribute(member) for name, member in named if name != "credential"}


def _attribute(value: Any) -> Any:
    match value:
        case datetime():
            return instant(value)
        case tuple():
            return [_attribute(item) for item in value]
        case _:
            return to_json(value)
