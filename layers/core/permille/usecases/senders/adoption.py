"""Whether an IAM user that exists can be an account's sender: only if Permille can switch it, sees all its mail, and it
cannot undo that itself; or if the operator takes the risk."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from permille.domain.sending.iam_policy import READ_BY_IAM, Document, covers
from permille.domain.sending.iam_risk import AcceptedRisk, powers, sends_beyond
from permille.domain.values.errors import InvalidInput
from permille.ports.iam_users import AppliedPolicy, IamUsers
from permille.ports.operator import AllAccounts
from permille.usecases.senders.console_group import CONSOLE_GROUP, by_hand
from permille.usecases.senders.user_rights import UserRights, check_may_send, rights_of

MOST_GROUPS = 10  # of one user: IAM's quota GroupsPerUser, which cannot be raised
MOST_TOLD = 5  # risks of one user
Find = Callable[[Document], list[str]]


@dataclass(frozen=True, slots=True)
class AdoptionServices:
    """What adopting needs. `switchable`: the pattern of the users that the stack may switch; `deny_group`: the group by
    which it switches them off; `ours`: patterns of the ARNs of the stack's resources."""

    accounts: AllAccounts
    users: IamUsers
    switchable: str
    deny_group: str
    ours: Collection[str]


@dataclass(frozen=True, slots=True)
class AdoptedUsers:
    """`names`: the users', as IAM has them, each once. `taken_over`: those that are to leave the group of SES's
    console. `keyless`: those that have no access key."""

    names: tuple[str, ...]
    risks: tuple[AcceptedRisk, ...]
    taken_over: tuple[str, ...]
    keyless: tuple[str, ...]


def check_adoption(
    services: AdoptionServices,
    names: Sequence[str],
    allowed: Collection[str],
    account_id: str = "",
    *,
    accept_risk: str | None = None,
    take_over: bool = False,
) -> AdoptedUsers:
    """Raises InvalidInput, with what mends it, for a user that cannot be adopted. `allowed`: the ARNs of the account's
    identities and of our configuration set. `account_id`: whose sender one may have been before. `accept_risk`: why
    one is taken all the same that could evade Permille. `take_over`: what the group of SES's console allows is not
    looked at, since they leave it."""
    found = tuple(dict.fromkeys(_named(services, name) for name in names))
    risks: list[AcceptedRisk] = []
    from_console = tuple(name for name in found if CONSOLE_GROUP in services.users.groups(name))
    for user in found:
        _check_owner(services, user, account_id)
        _check_groups(services, user)
        if user in from_console and accept_risk is None and not take_over:
            raise InvalidInput(_from_console(user, allowed), "sender")
        leaves = take_over and user in from_console
        rights = rights_of(services.users, user, [services.deny_group, *[CONSOLE_GROUP] * leaves])
        beyond, could = _risks_of(services, user, rights, allowed)
        if beyond or could:
            if accept_risk is None:
                missed = take_over and user not in from_console
                raise InvalidInput(_refusal(user, beyond, could, allowed, missed=missed), "sender")
            risks.append(AcceptedRisk(user, (*beyond, *could), accept_risk))
        check_may_send(user, rights, allowed, gets_own=leaves)
    keyless = tuple(user for user in found if not services.users.keys(user))
    return AdoptedUsers(found, tuple(risks), from_console if take_over else (), keyless)


def _named(services: AdoptionServices, typed: str) -> str:
    user = services.users.find(typed)
    if user is None:
        raise InvalidInput(f"there is no IAM user {typed} to adopt; without --sender one is made")
    if not covers(services.switchable, user.arn.partition(":user/")[2]):
        raise InvalidInput(
            f"{user.arn} does not match user/{services.switchable}, so the stack could not switch it: deploy with a "
            f"SenderUsers that matches (sam deploy --parameter-overrides SenderUsers=...), or adopt a user of that name"
        )
    return user.name


def _check_owner(services: AdoptionServices, user: str, account_id: str) -> None:
    owner = services.accounts.owner_of(user)
    if owner not in ("", account_id):
        raise InvalidInput(f"{user} is a sender of the account {owner}, and a sender never moves: adopt another user")
    if not owner and any(one.caller == user for one in services.accounts.ignored()):
        raise InvalidInput(f"{user} is ignored, as the platform's own: `permille sender unignore {user}` first")


def _check_groups(services: AdoptionServices, user: str) -> None:
    groups = services.users.groups(user)
    if len(groups) >= MOST_GROUPS and services.deny_group not in groups:
        raise InvalidInput(
            f"{user} is in {len(groups)} IAM groups, as many as a user can be in: no place is left for "
            f"{services.deny_group}, by which Permille switches it off; take it out of one that it does not need"
        )


def _risks_of(
    services: AdoptionServices, user: str, rights: UserRights, allowed: Collection[str]
) -> tuple[list[str], list[str]]:
    """What it may send through beyond its own, and what else it may do. A permissions boundary that allows none of the
    one, or of the other, bounds what policies allow."""
    policies, boundary = rights.policies, rights.boundary

    def told(find: Find) -> list[str]:
        found = [f"{policy.name}, {one}" for policy in policies for one in _read(user, policy, find)]
        return [] if found and boundary and not _read(user, boundary, find) else found

    return told(lambda document: sends_beyond(document, allowed)), told(
        lambda document: powers(document, services.ours)
    )


def _read(user: str, policy: AppliedPolicy, find: Find) -> list[str]:
    try:
        return find(policy.document)
    except InvalidInput as error:
        raise InvalidInput(f"{user} cannot be adopted: {policy.name}: {error}") from error


def _from_console(user: str, allowed: Collection[str]) -> str:
    return (
        f"{user} is in the group {CONSOLE_GROUP}, by which SES's console lets it send through everything: `account add "
        "--take-over` gives it a policy of its own and takes it out, while it can send all the time. To add it to an "
        f"account that exists do the same first: {by_hand(user, allowed)}"
    )


def _refusal(user: str, beyond: Sequence[str], could: Sequence[str], allowed: Collection[str], *, missed: bool) -> str:
    """`missed`: the user was to be taken over, and is not in the group of SES's console."""
    found = [*beyond, *could]
    more = f"; and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
    why = ["its mail could go uncounted"] * bool(beyond) + ["it could undo that Permille switches it off"] * bool(could)
    own = ", ".join(sorted(allowed))
    mends = f"narrow these policies, or bound the user by a permissions boundary, to sending through {own}"
    named = "; or name the identity with --identity" if any(map(_names_an_identity, beyond)) else ""
    alone = f". --take-over takes users out of {CONSOLE_GROUP} alone, and {user} is not in it" * missed
    return (
        f"{user} cannot be adopted as it is, since {' and '.join(why)}: {'; '.join(found[:MOST_TOLD])}{more}. Either "
        f"{mends}{named}; or take the risk with --accept-risk REASON, which is kept on the timeline{alone}"
    )


def _names_an_identity(found: str) -> bool:
    """Whether what was found is about one identity, and no pattern."""
    name = found.rpartition(":identity/")[2]
    return name != found and not READ_BY_IAM & set(name)
