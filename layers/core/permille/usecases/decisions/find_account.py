"""The account that somebody names."""

from permille.domain.account.account import Account
from permille.domain.values.errors import NotFound
from permille.ports.accounts import Accounts


def find_account(accounts: Accounts, account_id: str, hint: str = "") -> Account:
    """Raises NotFound where there is none. `hint`: how the right one is found."""
    account = accounts.get(account_id) if account_id else None
    if account is None:
        raise NotFound(f"there is no account {account_id!r}{hint}")
    return account
