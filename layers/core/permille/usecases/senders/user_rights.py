"""What IAM allows an existing user, and whether the user may send through the stack's configuration set."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from permille.domain.sending.iam_policy import Document, may_send_through, sending_policy
from permille.domain.sending.iam_risk import powers, sends_beyond
from permille.domain.values.errors import InvalidInput
from permille.ports.iam_users import AppliedPolicy, ExistingUsers
from permille.usecases.senders.console_group import policy_by_hand

Find = Callable[[Document], list[str]]


@dataclass(frozen=True, slots=True)
class UserRights:
    """The policies that apply to a user.

    boundary: the permissions boundary, which limits what the policies allow; None where there is none
    """

    policies: Sequence[AppliedPolicy]
    boundary: AppliedPolicy | None


def rights_of(users: ExistingUsers, user: str, without: Collection[str]) -> UserRights:
    """Reads the rights of a user, except those by the groups `without`."""
    return UserRights(tuple(users.policies(user, without)), users.boundary(user))


def risks_of(rights: UserRights, allowed: Collection[str], ours: Collection[str]) -> tuple[list[str], list[str]]:
    """The statements that let the user send through more than `allowed`, and those that let it undo what Permille does.
    A permissions boundary that allows none of a sort leaves none of it. Raises InvalidInput where a policy cannot be
    parsed.

    ours: patterns of the ARNs of the stack's resources
    """
    policies, boundary = rights.policies, rights.boundary

    def found(find: Find) -> list[str]:
        risks = [f"{policy.name}, {one}" for policy in policies for one in _found_in(policy, find)]
        return [] if risks and boundary and not _found_in(boundary, find) else risks

    beyond = found(lambda document: sends_beyond(document, allowed))
    return beyond, found(lambda document: powers(document, ours))


def _found_in(policy: AppliedPolicy, find: Find) -> list[str]:
    try:
        return find(policy.document)
    except InvalidInput as error:
        raise InvalidInput(f"{policy.name}: {error}") from error


def may_use(rights: UserRights, arn: str) -> bool:
    """Whether the user's rights may allow sending through an ARN of SES. Raises InvalidInput where a policy cannot be
    parsed."""
    applied = [[policy.document for policy in rights.policies]]
    applied += [[rights.boundary.document]] if rights.boundary else []
    return all(may_send_through(documents, arn) for documents in applied)


def check_may_send(user: str, rights: UserRights, allowed: Collection[str], *, gets_own: bool) -> None:
    """Raises InvalidInput, with what to change, where the user may not send through our configuration set: it becomes
    the default of the account's identities, and SES asks IAM for it with each of their mails.

    allowed: the ARNs of the identities and of our configuration set
    gets_own: the user will get a policy of its own that allows them
    """
    ours = next(arn for arn in allowed if ":configuration-set/" in arn)
    if mends := list(_mends(user, rights, allowed, ours, gets_own=gets_own)):
        raise InvalidInput(
            f"{user} may not send through {ours}, which becomes the default of the account's identities, so that SES "
            f"would refuse its mail (554): {', and '.join(mends)}; then try again",
            "sender",
        )


def _mends(user: str, rights: UserRights, allowed: Collection[str], ours: str, *, gets_own: bool) -> Iterator[str]:
    documents, own = [policy.document for policy in rights.policies], sending_policy(allowed)
    if not may_send_through([*documents, own], ours):
        yield "take it out of what its policies deny"
    elif not gets_own and not may_send_through(documents, ours):
        yield f"allow it ({policy_by_hand(user, allowed)})"
    if rights.boundary and not may_send_through([rights.boundary.document], ours):
        yield f"allow it in the {rights.boundary.name}"
