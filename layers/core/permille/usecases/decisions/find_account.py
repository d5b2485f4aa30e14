"""Finds the account that somebody names."""

from permille.domain.account.account import Account
from permille.domain.values.errors import NotFound
from permille.ports.accounts import Accounts


def find_account(accounts: Accounts, account_id: str, hint: str = "") -> Account:
    """The account of that id. Raises NotFound where there is none. `hint`: the end of the message, how to find the
    id."""
    account = accounts.get(account_id) if account_id else None
    if account is None:
        raise NotFound(f"there is no account {account_id!r}{hint}")
    return account
