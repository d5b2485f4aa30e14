"""Whether an IAM user that exists can be an account's sender: only if Permille can switch it, and sees all its mail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from permille.domain.errors import InvalidInput
from permille.domain.iam_policy import covers, resources_beyond
from permille.operator_ports import AllAccounts, AppliedPolicy, ExistingUsers

MOST_GROUPS = 10  # of one user: IAM's quota GroupsPerUser, which cannot be raised


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting needs. `switchable`: the pattern of the users that the stack may switch; `deny_group`: the group by
    which it switches them off."""

    accounts: AllAccounts
    users: ExistingUsers
    switchable: str
    deny_group: str


def adoptable(world: Adoption, names: Sequence[str], allowed: Collection[str], account_id: str = "") -> tuple[str, ...]:
    """The users' names as IAM has them, each once. Raises InvalidInput, with what mends it, for a user that cannot be
    adopted. `allowed`: the ARNs of the account's identities and of our configuration set. `account_id`: whose sender
    one may have been before."""
    found = tuple(dict.fromkeys(_named(world, name) for name in names))
    for user in found:
        _check_owner(world, user, account_id)
        _check_groups(world, user)
        for policy in world.users.policies(user):
            _check_policy(user, policy, allowed)
    return found


def _named(world: Adoption, typed: str) -> str:
    user = world.users.find(typed)
    if user is None:
        raise InvalidInput(f"there is no IAM user {typed} to adopt; without --sender one is made")
    if not covers(world.switchable, user.arn.partition(":user/")[2]):
        raise InvalidInput(
            f"{user.arn} does not match user/{world.switchable}, so the stack could not switch it: deploy with a "
            f"SenderUsers that matches (sam deploy --parameter-overrides SenderUsers=...), or adopt a user of that name"
        )
    return user.name


def _check_owner(world: Adoption, user: str, account_id: str) -> None:
    owner = world.accounts.owner_of(user)
    if owner not in ("", account_id):
        raise InvalidInput(f"{user} is a sender of the account {owner}, and a sender never moves: adopt another user")
    if not owner and any(one.caller == user for one in world.accounts.ignored()):
        raise InvalidInput(f"{user} is ignored, as the platform's own: `permille sender unignore {user}` first")


def _check_groups(world: Adoption, user: str) -> None:
    groups = world.users.groups(user)
    if len(groups) >= MOST_GROUPS and world.deny_group not in groups:
        raise InvalidInput(
            f"{user} is in {len(groups)} IAM groups, as many as a user can be in: no place is left for "
            f"{world.deny_group}, by which Permille switches it off; take it out of one that it does not need"
        )


def _check_policy(user: str, policy: AppliedPolicy, allowed: Collection[str]) -> None:
    try:
        beyond = sorted(set(resources_beyond(policy.document, allowed)))
    except InvalidInput as error:
        raise InvalidInput(f"{user} cannot be adopted: {policy.name}: {error}") from error
    if beyond:
        raise InvalidInput(
            f"{user} may send through {', '.join(beyond)} ({policy.name}), where Permille would not see it or count "
            f"it: narrow that policy's Resource to {', '.join(sorted(allowed))}, or name the identity with --identity"
        )
