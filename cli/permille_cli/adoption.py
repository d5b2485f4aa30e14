"""Whether an IAM user that exists can be an account's sender: only if Permille can switch it, and sees all its mail."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from permille.aws.client import code_of
from permille.domain.errors import InvalidInput
from permille_cli.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# What sends: ses:Send* has no meaning of its own in fnmatch, so a policy's pattern is held against these.
SENDING = (
    "ses:SendBounce",
    "ses:SendBulkEmail",
    "ses:SendBulkTemplatedEmail",
    "ses:SendCustomVerificationEmail",
    "ses:SendEmail",
    "ses:SendRawEmail",
    "ses:SendTemplatedEmail",
)
MOST_GROUPS = 10  # of one user: IAM's quota GroupsPerUser, which cannot be raised


def matches(pattern: str, name: str) -> bool:
    """As IAM matches the * and ? of a pattern."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def checked(stack: Stack, iam: "IAMClient", users: tuple[str, ...], allowed: frozenset[str]) -> tuple[str, ...]:
    """The users' names as IAM has them, and so SES in its feedback, each once. Raises InvalidInput, with what mends it,
    for a user that cannot be adopted. `allowed`: the ARNs of the account's identities and of our configuration set."""
    names = tuple(dict.fromkeys(_named(stack, iam, user) for user in users))
    for user in names:
        _check_owner(stack, user)
        _check_groups(stack, iam, user)
        for policy, statement in _statements(iam, user):
            _check_statement(user, policy, statement, allowed)
    return names


def _named(stack: Stack, iam: "IAMClient", typed: str) -> str:
    """Raises InvalidInput where there is no such user, or the stack could not switch it."""
    try:
        user = iam.get_user(UserName=typed)["User"]
    except ClientError as refused:
        if code_of(refused) == "NoSuchEntity":
            raise InvalidInput(f"there is no IAM user {typed} to adopt; without --sender one is made") from refused
        raise
    arn, pattern = user["Arn"], stack["SenderUsers"]
    if not matches(pattern, arn.partition(":user/")[2]):
        raise InvalidInput(
            f"{arn} does not match user/{pattern}, so the stack could not switch it: deploy with a SenderUsers that "
            f"matches (sam deploy --parameter-overrides SenderUsers=...), or adopt a user of that name"
        )
    return user["UserName"]


def _check_owner(stack: Stack, user: str) -> None:
    owner = stack.accounts.owner_of(user)
    if owner:
        raise InvalidInput(f"{user} is a sender of the account {owner}, and a sender never moves: adopt another user")


def _check_groups(stack: Stack, iam: "IAMClient", user: str) -> None:
    groups = {group["GroupName"] for group in _paged(iam, "list_groups_for_user", "Groups", UserName=user)}
    if len(groups) >= MOST_GROUPS and stack["DenyGroupName"] not in groups:
        raise InvalidInput(
            f"{user} is in {len(groups)} IAM groups, as many as a user can be in: no place is left for "
            f"{stack['DenyGroupName']}, by which Permille switches it off; take it out of one that it does not need"
        )


def _check_statement(user: str, policy: str, statement: dict[str, Any], allowed: frozenset[str]) -> None:
    if statement.get("Effect") != "Allow" or not _sends(statement):
        return
    reached = _listed(statement, "Resource") if "Resource" in statement else ["all but NotResource"]
    beyond = sorted(set(reached) - allowed)
    if beyond:
        raise InvalidInput(
            f"{user} may send through {', '.join(beyond)} ({policy}), where Permille would not see it or count it: "
            f"narrow that policy's Resource to {', '.join(sorted(allowed))}, or name the identity with --identity"
        )


def _sends(statement: dict[str, Any]) -> bool:
    if "NotAction" in statement:
        return not all(_covers(_listed(statement, "NotAction"), action) for action in SENDING)
    return any(_covers(_listed(statement, "Action"), action) for action in SENDING)


def _covers(patterns: list[str], action: str) -> bool:
    return any(matches(pattern.lower(), action.lower()) for pattern in patterns)


def _listed(statement: dict[str, Any], key: str) -> list[str]:
    value = statement.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def _statements(iam: "IAMClient", user: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement that the user's own, attached and groups' policies hold, with the name of its policy."""
    for name, document in _documents(iam, user):
        parsed = json.loads(unquote(document)) if isinstance(document, str) else document
        listed = parsed.get("Statement", [])
        for statement in [listed] if isinstance(listed, dict) else listed:
            yield name, statement


def _documents(iam: "IAMClient", user: str) -> Iterator[tuple[str, Any]]:
    for name in _paged(iam, "list_user_policies", "PolicyNames", UserName=user):
        yield f"policy {name}", iam.get_user_policy(UserName=user, PolicyName=name)["PolicyDocument"]
    attached = list(_paged(iam, "list_attached_user_policies", "AttachedPolicies", UserName=user))
    for group in _paged(iam, "list_groups_for_user", "Groups", UserName=user):
        group_name = group["GroupName"]
        for name in _paged(iam, "list_group_policies", "PolicyNames", GroupName=group_name):
            document = iam.get_group_policy(GroupName=group_name, PolicyName=name)["PolicyDocument"]
            yield f"policy {name} of group {group_name}", document
        attached += _paged(iam, "list_attached_group_policies", "AttachedPolicies", GroupName=group_name)
    for policy in attached:
        yield f"policy {policy['PolicyName']}", _default_version(iam, policy["PolicyArn"])


def _default_version(iam: "IAMClient", arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _paged(iam: Any, operation: str, key: str, **arguments: str) -> Iterator[Any]:
    for page in iam.get_paginator(operation).paginate(**arguments):
        yield from page[key]
