"""The run that adds an account. The account's row names it until everything of the account is made, and whoever is to
have its password has it. So what a killed run left behind is recognised, and the next run completes it."""

from dataclasses import replace

from permille.domain.values.errors import Conflict, DecisionRefused, Unavailable
from permille.ports.accounts import Accounts
from permille.usecases.decisions.find_account import find_account

ATTEMPTS = 10


def end_run(accounts: Accounts, account_id: str, run: str) -> None:
    """Writes that the account is complete. Raises DecisionRefused where another run has taken it over."""
    for tried in range(ATTEMPTS):
        account = find_account(accounts, account_id)
        if tried and not account.adding_run:  # the write before was ours, and its answer was lost
            return
        if account.adding_run != run:
            raise DecisionRefused("another run completes this account at the same time: take the password that it has")
        try:
            accounts.save(account, replace(account, adding_run=""), [])
        except Conflict:
            continue
        return
    raise Unavailable(f"{account_id}: others kept writing; try again")
