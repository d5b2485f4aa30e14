"""Permissions by which an IAM user could evade Permille: undo a disabling, forge feedback, or send uncounted mail.

Each action counts that is not known to be harmless. Deny statements and conditions are ignored, except the condition
that restricts the sender. Not examined is what other resources grant the user: policies of queues, topics, keys and
identities, and roles that trust it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from permille.domain.sending.iam_patterns import covers, overlap
from permille.domain.sending.iam_policy import SENDING, VARIABLE, Document, beyond, listed, statements

# Actions that change nothing, and read no secret.
HARMLESS = (
    "cloudwatch:describe*",
    "cloudwatch:get*",
    "cloudwatch:list*",
    "iam:changepassword",
    "iam:get*",
    "iam:list*",
    "s3:get*",
    "s3:list*",
    "ses:describe*",
    "ses:get*",
    "ses:list*",
    "sts:getcalleridentity",
)
# Services whose resources of the stack are known, and what precedes the stack's name in the ARNs of those that
# CloudFormation or the template named.
NAMED = {"dynamodb": ("table/",), "events": ("event-bus/", "rule/"), "sns": ("",), "sqs": ("",)}
SHORTENED = 20  # characters of a long stack name that are compared: CloudFormation shortens it in names of resources


@dataclass(frozen=True, slots=True)
class AcceptedRisk:
    """Why an IAM user may be a sender in spite of its permissions.

    sender: its name
    statements: the statements of its policies that are a risk, and what they allow
    reason: why the risk is accepted
    """

    sender: str
    statements: tuple[str, ...]
    reason: str


def sends_beyond(document: Document, allowed: Collection[str]) -> list[str]:
    """The statements that let a user send through anything of SES but the `allowed` ARNs, with the reason. Raises
    InvalidInput where the document cannot be parsed."""
    return [
        f"{name}: it may send through {pattern}"
        for name, statement in _named(document)
        for pattern in beyond(statement, allowed)
    ]


def resources_of(stack: str, where: str, other_arns: Collection[str]) -> list[str]:
    """Patterns of the ARNs of the stack's resources.

    stack: its name, which most of them have in theirs
    where: the beginning of SES's ARNs there, such as arn:aws:ses:us-east-1:123456789012
    other_arns: ARNs of resources with other names
    """
    partition, region, account = (where.split(":")[part] for part in (1, 3, 4))
    name = f"{stack}-" if len(stack) <= SHORTENED else stack[:SHORTENED]
    begins = [f"{service}:{region}:{account}:{kind}{name}" for service, kinds in NAMED.items() for kind in kinds]
    by_name = [f"arn:{partition}:{beginning}*" for beginning in begins]
    return by_name + [
        f"{arn}{part}" for arn in other_arns for part in ("", "/*", ":*")
    ]  # with indexes, or subscriptions


def powers(document: Document, ours: Collection[str]) -> list[str]:
    """The statements that allow anything else that is not known to be harmless to the stack. `ours`: patterns of the
    ARNs of its resources. Raises InvalidInput where the document cannot be parsed."""
    return [
        f"{name}: it may do {action}"
        for name, statement in _named(document)
        if str(statement.get("effect")).lower() != "deny"
        for action in _actions(statement)
        if not _is_harmless(action.lower(), statement, ours)
    ]


def _named(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each statement with a name by which people find it."""
    for number, statement in enumerate(statements(document), start=1):
        sid = statement.get("sid")
        yield f"statement {number} ({sid})" if sid else f"statement {number}", statement


def _actions(statement: Mapping[str, Any]) -> list[str]:
    if "action" in statement:
        return [str(action) for action in listed(statement["action"])]
    excepted = [str(action) for action in listed(statement.get("notaction", []))]
    return [] if "*" in excepted else [f"everything but {', '.join(excepted) or 'nothing'}"]


def _is_harmless(action: str, statement: Mapping[str, Any], ours: Collection[str]) -> bool:
    if any(covers(pattern, action) for pattern in (*HARMLESS, SENDING)):
        return True
    return action.partition(":")[0] in NAMED and not _reaches(statement, ours)


def _reaches(statement: Mapping[str, Any], resources: Collection[str]) -> bool:
    patterns = [VARIABLE.sub("*", str(pattern)) for pattern in listed(statement.get("resource", "*"))]
    return any(overlap(pattern, resource) for pattern in patterns for resource in resources)
