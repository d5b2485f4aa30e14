"""Deletes the IAM user that was made for a closed account, since an AWS account can have 5,000 users. The account's
rows stay, so that late feedback is not counted for another account."""

from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.values.errors import DecisionRefused
from permille.usecases.senders.onboard_services import OnboardServices


@dataclass(frozen=True, slots=True)
class DeletedUsers:
    """What became of the account's senders.

    gone: users that no longer exist
    kept: adopted users, which are denied and stay
    before: those of `gone` that did not exist before either
    """

    gone: tuple[str, ...]
    kept: tuple[str, ...]
    before: tuple[str, ...] = ()


def delete_users(services: OnboardServices, account: Account) -> DeletedUsers:
    """Deletes the users. Idempotent. Raises DecisionRefused where the account is not closed."""
    if not account.is_closed:
        raise DecisionRefused(f"{account.id} is {account.status}, so that its IAM user stays: close it first")
    tag = services.tag(account.id)
    before = tuple(name for name in account.senders if services.users.find(name) is None)
    gone = tuple(name for name in account.senders if services.users.delete(name, tag))
    return DeletedUsers(gone, tuple(name for name in account.senders if name not in gone), before)
