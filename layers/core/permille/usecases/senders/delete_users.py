"""What closing an account leaves to the operator's command: the IAM user that Permille made is deleted, with its keys,
since IAM has room for 5,000 users in an AWS account. Rows stay, so that late feedback counts for nobody else."""

from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.values.errors import DecisionRefused
from permille.usecases.senders.add_account import OnboardServices


@dataclass(frozen=True, slots=True)
class DeletedUsers:
    """The account's senders: users that are gone, and adopted ones, which are switched off and kept. `before`: those
    that were gone already."""

    gone: tuple[str, ...]
    kept: tuple[str, ...]
    before: tuple[str, ...] = ()


def delete_users(services: OnboardServices, account: Account) -> DeletedUsers:
    """Can be repeated without harm. Raises DecisionRefused where the account is not closed."""
    if not account.is_closed:
        raise DecisionRefused(f"{account.id} is {account.status}, so that its IAM user stays: close it first")
    mark = services.mark(account.id)
    before = tuple(one for one in account.senders if services.users.find(one) is None)
    gone = tuple(one for one in account.senders if services.users.delete(one, mark))
    return DeletedUsers(gone, tuple(one for one in account.senders if one not in gone), before)
