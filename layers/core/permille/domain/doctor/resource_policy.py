"""Whether the policy of a topic or a queue lets a service of AWS do something for one source.

A statement counts where its conditions are known to be met: a Deny of requests without TLS is none of SES's.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from permille.domain.sending.iam_patterns import covers
from permille.domain.sending.iam_policy import listed, statements
from permille.domain.values.errors import InvalidInput

EQUAL = "stringequals"
LIKE = ("stringlike", "arnlike", "arnequals")  # ArnEquals and ArnLike are the same to AWS
NOT, IF_EXISTS = "not", "ifexists"  # both keys of a ServiceCall exist


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A call by a service of AWS.

    service: its principal, such as ses.amazonaws.com
    action: such as sns:Publish
    resource, source: ARNs of what it calls, and of that on whose behalf
    aws_account: the id of the source's AWS account
    """

    service: str
    action: str
    resource: str
    source: str
    aws_account: str


def lets(policy: str, call: ServiceCall) -> bool:
    """Whether the policy allows the call. A policy that cannot be parsed allows nothing."""
    try:
        effects = {
            str(each.get("effect")).lower()
            for each in statements(policy)
            if _is_about(each, call) and _is_met(each.get("condition", {}), call)
        }
    except InvalidInput:
        return False
    return effects == {"allow"}


def _is_about(statement: Mapping[str, Any], call: ServiceCall) -> bool:
    principals = statement.get("principal", {})
    services = listed(principals.get("Service", [])) if isinstance(principals, Mapping) else [principals]
    everybody = isinstance(principals, Mapping) and "*" in listed(principals.get("AWS", []))
    return (
        (everybody or any(name in ("*", call.service) for name in services))
        and any(covers(str(pattern).lower(), call.action.lower()) for pattern in listed(statement.get("action", [])))
        and any(covers(str(pattern), call.resource) for pattern in listed(statement.get("resource", [])))
    )


def _is_met(condition: Mapping[str, Any], call: ServiceCall) -> bool:
    known = {"aws:sourcearn": call.source, "aws:sourceaccount": call.aws_account}
    return all(
        key.lower() in known and _holds(operator.lower(), listed(wanted), known[key.lower()])
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, wanted: list[Any], value: str) -> bool:
    named = operator.removesuffix(IF_EXISTS)
    of_kind = named.replace(NOT, "")
    if of_kind in LIKE:
        is_one = any(covers(str(pattern), value) for pattern in wanted)
    elif of_kind == EQUAL:
        is_one = value in wanted
    else:
        return False
    return is_one is (of_kind == named)
