"""Finds the account that somebody names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from permille.domain.values.errors import NotFound

if TYPE_CHECKING:
    from permille.domain.account.account import Account
    from permille.ports.accounts import Accounts


def find_account(accounts: Accounts, account_id: str, hint: str = "") -> Account:
    """The account of that id. Raises NotFound where there is none. `hint`: the end of the message, how to find the
    id."""
    account = accounts.get(account_id) if account_id else None
    if account is None:
        raise NotFound(f"there is no account {account_id!r}{hint}")
    return account
