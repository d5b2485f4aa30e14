"""What an IAM user may send mail through, by its policies. In doubt a function reports the worst case: Deny statements
and conditions only ever restrict, so that they are ignored, except the condition that restricts the sender.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from permille.domain.sending.iam_patterns import covers, overlap
from permille.domain.values.errors import InvalidInput

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_INLINE = 2048  # characters of all inline policies of a user; blanks are not counted
POLICY = "permille-send"  # the name of the inline policy that allows sending
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
SENT_BY = ("sendbulkemail", "sendbulktemplatedemail", "sendemail", "sendrawemail", "sendtemplatedemail")
SENDING = "ses:send*"  # all actions of SES that send a mail begin so: ses:SendEmail, ses:SendRawEmail ...
Document = str | Mapping[str, Any]  # JSON, also URL-encoded, or what was parsed from it
BOUNDING = ("stringequals", "stringlike")  # with IfExists or ForAllValues, a request without the value passes
OF_THE_SENDER = ("ses:fromaddress", "ses:feedbackaddress")
OF_TEXTS = ("action", "notaction", "resource", "notresource")
UNREADABLE = "it is no policy document of IAM"
POLICIES_SHOW = 10.0  # seconds until SES follows a changed policy; IAM shows it after 3 to 4
READ_BY_IAM = frozenset("*?$")  # wildcards and variables in the ARNs of a policy
VARIABLE = re.compile(r"\$\{[^}]*\}?")  # ${aws:username}: it can stand for anything, even if it is not closed


def sending_policy(resources: Collection[str]) -> str:
    """The policy document by which a user may send through these ARNs of SES alone, to anybody. In the sandbox, SES
    also checks a permission on the recipient if that is an identity: it is granted to mail from own addresses.
    Raises InvalidInput where the document is too long for IAM."""
    may = {"Effect": "Allow", "Action": "ses:SendRawEmail"}
    own = dict.fromkeys(("ses:FromAddress", "ses:FeedbackAddress"), _addresses(resources))
    to_anybody = {**may, "Resource": _any_identity(resources), "Condition": {"StringLike": own}}
    statements = [{**may, "Resource": sorted(resources)}, to_anybody]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    if len(document) > MOST_INLINE:
        raise InvalidInput(
            f"these are too many identities for one IAM user: its policy would have {len(document):,} characters, and "
            f"IAM takes {MOST_INLINE:,}; name fewer, or a domain instead of its addresses",
            "identity",
        )
    return document


def allowed_resources(document: Document) -> list[str]:
    """The ARNs that the policy names and allows sending through. Raises InvalidInput where it cannot be parsed."""
    patterns = [pattern for each in sending_statements(document) for pattern in listed(each.get("resource", []))]
    return [pattern for pattern in patterns if not READ_BY_IAM & set(pattern)]


def sending_statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements that allow sending. Raises InvalidInput where the document cannot be parsed."""
    return [each for each in statements(document) if _has_effect(each, "allow") and _sends(each)]


def sends_through(documents: Iterable[Document], arn: str) -> bool:
    """Whether these policies together certainly allow sending through an ARN of SES: a statement with a condition
    allows nothing here, and a Deny with one denies everything. Raises InvalidInput where one cannot be parsed."""
    all_of_them = [each for document in documents for each in statements(document)]
    denying = [each for each in all_of_them if _has_effect(each, "deny") and _sends(each)]
    allowing = [each for each in all_of_them if _has_effect(each, "allow") and _is_sure(each)]
    return any(_names(each, arn) for each in allowing) and not any(_names(each, arn) for each in denying)


def may_send_through(documents: Iterable[Document], arn: str) -> bool:
    """Whether these policies together may allow sending through an ARN of SES: an Allow applies whatever its condition,
    a Deny only without one. Raises InvalidInput where one cannot be parsed."""
    about_it = [each for document in documents for each in statements(document) if _names(each, arn)]
    allowing = [each for each in about_it if _has_effect(each, "allow")]
    denying = [each for each in about_it if _has_effect(each, "deny") and not each.get("condition")]
    return any(
        any(_is_about(each, action) for each in allowing) and not any(_is_about(each, action) for each in denying)
        for action in (f"ses:{name}" for name in SENT_BY)
    )


def _has_effect(statement: Mapping[str, Any], effect: str) -> bool:
    return str(statement.get("effect")).lower() == effect


def _is_about(statement: Mapping[str, Any], action: str) -> bool:
    if "action" in statement:
        return any(covers(pattern.lower(), action) for pattern in listed(statement["action"]))
    return not any(covers(pattern.lower(), action) for pattern in listed(statement.get("notaction", [])))


def _is_sure(statement: Mapping[str, Any]) -> bool:
    actions = [pattern.lower() for pattern in listed(statement.get("action", []))]
    return not statement.get("condition") and any(covers(pattern, "ses:sendrawemail") for pattern in actions)


def _names(statement: Mapping[str, Any], arn: str) -> bool:
    if "resource" in statement:
        return any(covers(VARIABLE.sub("*", pattern), arn) for pattern in listed(statement["resource"]))
    return not any(covers(pattern, arn) for pattern in listed(statement.get("notresource", [])))


def statements(document: Document) -> Iterator[Mapping[str, Any]]:
    """The statements of a document, with the names of their elements in lower case. IAM returns documents as
    URL-encoded JSON. Raises InvalidInput where it is no valid document."""
    try:
        policy = _named(json.loads(unquote(document)) if isinstance(document, str) else document)
        parsed = [_named(statement) for statement in listed(policy.get("statement", []))]
    except (ValueError, AttributeError) as error:
        raise InvalidInput(UNREADABLE) from error
    if not all(_is_readable(statement) for statement in parsed):
        raise InvalidInput(UNREADABLE)
    yield from parsed


def _is_readable(statement: Mapping[str, Any]) -> bool:
    texts = [text for name in OF_TEXTS for text in listed(statement.get(name, []))]
    condition = statement.get("condition", {})
    blocks = condition.values() if isinstance(condition, Mapping) else [condition]
    return all(isinstance(text, str) for text in texts) and all(isinstance(block, Mapping) for block in blocks)


def _named(element: Any) -> Mapping[str, Any]:
    return {str(name).lower(): value for name, value in element.items()}


def listed(value: Any) -> list[Any]:
    """An element as a list: IAM allows one value without brackets."""
    return list(value) if isinstance(value, list | tuple) else [value]


def beyond(statement: Mapping[str, Any], allowed: Collection[str]) -> Iterator[str]:
    """The patterns by which a statement allows sending through anything of SES but the `allowed` ARNs. These are at
    least one, of one account and Region, and without wildcards."""
    service = f"arn:{min(allowed).split(':')[1]}:ses:*"  # credentials are valid in one partition only
    if _has_effect(statement, "deny") or not _sends(statement):
        return
    if "resource" not in statement:
        excepted = listed(statement.get("notresource", []))
        if not any(covers(pattern, service) for pattern in excepted):
            yield f"everything but {', '.join(excepted) or 'nothing'}"
        return
    reached = _any_identity(allowed) if _comes_from_own(statement, allowed) else ""
    for pattern in listed(statement["resource"]):
        if pattern not in allowed and overlap(VARIABLE.sub("*", pattern), service) and not covers(reached, pattern):
            yield pattern


def _any_identity(resources: Collection[str]) -> str:
    return f"{min(resources).rpartition(':')[0]}:identity/*"


def _addresses(resources: Collection[str]) -> list[str]:
    """The patterns of the sender addresses that use these identities."""
    names = sorted(arn.partition(":identity/")[2] for arn in resources if ":identity/" in arn)
    return [name if "@" in name else f"*@{name}" for name in names]


def _comes_from_own(statement: Mapping[str, Any], allowed: Collection[str]) -> bool:
    """Whether a statement is restricted to mail whose From and Return-Path are addresses of allowed identities."""
    own = _addresses(allowed)
    operators = _named(statement.get("condition", {}))
    blocks = [_named(operators[name]) for name in BOUNDING if name in operators]
    return all(any(_is_within(block.get(key), own) for block in blocks) for key in OF_THE_SENDER)


def _is_within(values: Any, own: Collection[str]) -> bool:
    """Whether each address that one of the values matches is an own one."""
    patterns = [] if values is None else [VARIABLE.sub("*", str(value)) for value in listed(values)]
    return bool(patterns) and all(any(covers(address, pattern) for address in own) for pattern in patterns)


def _sends(statement: Mapping[str, Any]) -> bool:
    if "action" in statement:
        return any(overlap(pattern.lower(), SENDING) for pattern in listed(statement["action"]))
    return not any(covers(pattern.lower(), SENDING) for pattern in listed(statement.get("notaction", [])))
