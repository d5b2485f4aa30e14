"""Whether an existing IAM user can be an account's sender: Permille must be able to switch it and see all its mail, and
the user must not be able to undo that; or the operator accepts the risk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from permille.domain.sending.iam_patterns import covers
from permille.domain.sending.iam_policy import READ_BY_IAM
from permille.domain.sending.iam_risk import AcceptedRisk
from permille.domain.values.errors import InvalidInput
from permille.ports.iam_users import IamUsers
from permille.ports.operator import AllAccounts
from permille.usecases.senders.console_group import CONSOLE_GROUP, by_hand
from permille.usecases.senders.user_rights import UserRights, check_may_send, rights_of, risks_of

MAX_GROUPS = 10  # of one user: IAM's quota GroupsPerUser, which cannot be raised
MAX_NAMED = 5  # risks of one user, in the error message


@dataclass(frozen=True, slots=True)
class AdoptionServices:
    """The dependencies of adopting.

    switchable: the pattern of user names that the stack may switch
    deny_group: the IAM group by which users are denied
    ours: patterns of the ARNs of the stack's resources
    """

    accounts: AllAccounts
    users: IamUsers
    switchable: str
    deny_group: str
    ours: Collection[str]


@dataclass(frozen=True, slots=True)
class AdoptedUsers:
    """Users that can be adopted.

    names: as IAM spells them, each once
    risks: the risks that were accepted
    taken_over: the users that are to leave the group of SES's console
    keyless: the users without an access key
    """

    names: tuple[str, ...]
    risks: tuple[AcceptedRisk, ...]
    taken_over: tuple[str, ...]
    keyless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdoptionRequest:
    """Which users are to be adopted, and how.

    names: as they were typed
    allowed: the ARNs of the account's identities and of our configuration set
    account_id: the account whose senders they may have been before; empty for a new account
    accept_risk: why users that could evade Permille are adopted all the same; None: they are refused
    take_over: the users leave the group of SES's console, so what it allows does not matter
    """

    names: Sequence[str]
    allowed: Collection[str]
    account_id: str = ""
    accept_risk: str | None = None
    take_over: bool = False


def check_adoption(services: AdoptionServices, request: AdoptionRequest) -> AdoptedUsers:
    """Raises InvalidInput, with what to change, for the first user that cannot be adopted."""
    users = services.users
    names = tuple(dict.fromkeys(_name_in_iam(services, name) for name in request.names))
    from_console = tuple(name for name in names if CONSOLE_GROUP in users.groups(name))
    risks = [_check_user(services, request, name, from_console=name in from_console) for name in names]
    return AdoptedUsers(
        names,
        tuple(risk for risk in risks if risk),
        from_console if request.take_over else (),
        keyless=tuple(name for name in names if not users.keys(name)),
    )


def _check_user(
    services: AdoptionServices, request: AdoptionRequest, user: str, *, from_console: bool
) -> AcceptedRisk | None:
    """The risk of this user that is accepted, if any."""
    _check_owner(services, user, request.account_id)
    _check_groups(services, user)
    if from_console and request.accept_risk is None and not request.take_over:
        raise InvalidInput(_from_console(user, request.allowed), "sender")
    leaves = request.take_over and from_console
    rights = rights_of(services.users, user, [services.deny_group, *[CONSOLE_GROUP] * leaves])
    beyond, could = _risks_of(services, user, rights, request.allowed)
    risk = None
    if beyond or could:
        if request.accept_risk is None:
            missed = request.take_over and not from_console
            raise InvalidInput(_refusal(user, beyond, could, request.allowed, missed=missed), "sender")
        risk = AcceptedRisk(user, (*beyond, *could), request.accept_risk)
    check_may_send(user, rights, request.allowed, gets_own=leaves)
    return risk


def _name_in_iam(services: AdoptionServices, typed: str) -> str:
    user = services.users.find(typed)
    if user is None:
        raise InvalidInput(f"there is no IAM user {typed} to adopt; where no sender is named, one is made")
    if not covers(services.switchable, user.arn.partition(":user/")[2]):
        raise InvalidInput(
            f"{user.arn} does not match user/{services.switchable}, so the stack could not switch it: deploy with a "
            f"SenderUsers that matches (permille deploy --set SenderUsers=...), or adopt a user of that name"
        )
    return user.name


def _check_owner(services: AdoptionServices, user: str, account_id: str) -> None:
    owner = services.accounts.owner_of(user)
    if owner not in ("", account_id):
        raise InvalidInput(f"{user} is a sender of the account {owner}, and a sender never moves: adopt another user")
    if not owner and any(one.name == user for one in services.accounts.ignored()):
        raise InvalidInput(f"{user} is ignored, as the platform's own: `permille sender unignore {user}` first")


def _check_groups(services: AdoptionServices, user: str) -> None:
    groups = services.users.groups(user)
    if len(groups) >= MAX_GROUPS and services.deny_group not in groups:
        raise InvalidInput(
            f"{user} is in {len(groups)} IAM groups, as many as a user can be in: no place is left for "
            f"{services.deny_group}, by which Permille switches it off; take it out of one that it does not need"
        )


def _risks_of(
    services: AdoptionServices, user: str, rights: UserRights, allowed: Collection[str]
) -> tuple[list[str], list[str]]:
    try:
        return risks_of(rights, allowed, services.ours)
    except InvalidInput as error:
        raise InvalidInput(f"{user} cannot be adopted: {error}") from error


def _from_console(user: str, allowed: Collection[str]) -> str:
    return (
        f"{user} is in the group {CONSOLE_GROUP}, by which SES's console lets it send through everything: `account add "
        "--take-over` gives it a policy of its own and takes it out, while it can send all the time. To add it to an "
        f"account that exists do the same first: {by_hand(user, allowed)}"
    )


def _refusal(user: str, beyond: Sequence[str], could: Sequence[str], allowed: Collection[str], *, missed: bool) -> str:
    """The error message. `missed`: the user was to leave the group of SES's console, and is not in it."""
    found = [*beyond, *could]
    more = f"; and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
    why = ["its mail could go uncounted"] * bool(beyond) + ["it could undo that Permille switches it off"] * bool(could)
    own = ", ".join(sorted(allowed))
    mends = f"narrow these policies, or bound the user by a permissions boundary, to sending through {own}"
    named = "; or name the identity with --identity" if any(map(_names_an_identity, beyond)) else ""
    alone = f". --take-over takes users out of {CONSOLE_GROUP} alone, and {user} is not in it" * missed
    return (
        f"{user} cannot be adopted as it is, since {' and '.join(why)}: {'; '.join(found[:MAX_NAMED])}{more}. Either "
        f"{mends}{named}; or take the risk with --accept-risk REASON, which is kept on the timeline{alone}"
    )


def _names_an_identity(found: str) -> bool:
    """Whether the statement is about one identity, not a pattern."""
    name = found.rpartition(":identity/")[2]
    return name != found and not READ_BY_IAM & set(name)
