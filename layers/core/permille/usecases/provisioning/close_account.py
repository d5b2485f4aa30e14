"""Closes an account for a host platform."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people.staff_commands import Close
from permille.domain.values.errors import ConfirmationNeeded
from permille.usecases.decisions import decisions
from permille.usecases.decisions.find_account import find_account
from permille.usecases.senders.change_services import ChangeServices
from permille.usecases.senders.delete_users import DeletedUsers, delete_users


@dataclass(frozen=True, slots=True)
class ClosedAccount:
    """The account, and what became of its senders."""

    account: Account
    users: DeletedUsers


def close_account(
    services: ChangeServices, account_id: str, command: Close, now: datetime, *, confirmed: bool
) -> ClosedAccount:
    """Closes the account, and deletes its IAM user. Idempotent: the reason is mailed once, and what was cut off is
    completed. Raises NotFound, and ConfirmationNeeded unless it is confirmed."""
    account = find_account(services.accounts, account_id)
    if not account.is_closed:
        if not confirmed:
            raise ConfirmationNeeded(f"{closing_is_final(account)}; nothing was done: confirm it to do it")
        account = decisions.apply(services, account_id, command, now)
    return ClosedAccount(account, delete_users(services.onboarding, account))


def closing_is_final(account: Account) -> str:
    """What is unusual about closing, without a full stop."""
    return f"closing {account.id} is final: it can never be enabled again, and its IAM user is deleted"
