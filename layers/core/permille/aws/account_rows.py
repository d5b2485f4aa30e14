"""Accounts as rows of their table, by the fields that `Account` declares (`stored_accounts` reads them).

An attribute has the name of its field, but for the key, `account_id`. Instants and days are texts, values with fields
of their own are JSON, and the fields of `credential` are attributes themselves: conditions of the switch name them."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from permille.aws.index_keys import index_keys
from permille.aws.stored_values import instant
from permille.domain.account.account import Account
from permille.domain.account.credential import Credential
from permille.domain.values.json_values import to_json

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
