"""What an IAM user may send mail through, by the policies that apply to it. Whoever cannot be sure is told the worst: a
Deny and a Condition only ever narrow what is allowed, so they are not read, but for one that bounds who sends.

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
POLICY = "permille-send"  # the name of the one that says what a user may send through
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
SENT_BY = ("sendbulkemail", "sendbulktemplatedemail", "sendemail", "sendrawemail", "sendtemplatedemail")
SENDING = "ses:send*"  # SES calls every action that sends a mail so: ses:SendEmail, ses:SendRawEmail ...
Document = str | Mapping[str, Any]  # JSON, also URL-encoded, or what was parsed from it
BOUNDING = ("stringequals", "stringlike")  # those with IfExists or ForAllValues let pass what a request does not say
OF_THE_SENDER = ("ses:fromaddress", "ses:feedbackaddress")
OF_TEXTS = ("action", "notaction", "resource", "notresource")
UNREADABLE = "it is no policy document of IAM"
POLICIES_SHOW = 10.0  # seconds until SES goes by a changed policy: IAM shows it after 3 to 4
READ_BY_IAM = frozenset("*?$")  # in an ARN of a policy, where they stand for other characters
VARIABLE = re.compile(r"\$\{[^}]*\}?")  # ${aws:username}: it can stand for anything, also where nothing closes it


def sending_policy(resources: Collection[str]) -> str:
    """The policy by which a user may send through these ARNs of SES alone, to anybody. Where a recipient is an identity
    too, SES in its sandbox asks IAM for that one as well: any is allowed to what comes from the user's own. Raises
    InvalidInput where they are too many for IAM."""
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
    """The ARNs that the policy names and allows sending through. Raises InvalidInput where it cannot be read."""
    allowing = [one for one in statements(document) if str(one.get("effect")).lower() == "allow" and _sends(one)]
    patterns = [pattern for one in allowing for pattern in listed(one.get("resource", []))]
    return [pattern for pattern in patterns if not READ_BY_IAM & set(pattern)]


def sends_through(documents: Iterable[Document], arn: str) -> bool:
    """Whether these policies together allow sending through an ARN of SES, for sure: a statement with a condition
    allows nothing here, and forbids all that it could. Raises InvalidInput where one cannot be read."""
    found = [one for document in documents for one in statements(document)]
    forbidding = [one for one in found if str(one.get("effect")).lower() == "deny" and _sends(one)]
    allowing = [one for one in found if str(one.get("effect")).lower() == "allow" and _is_sure(one)]
    return any(_names(one, arn) for one in allowing) and not any(_names(one, arn) for one in forbidding)


def may_send_through(documents: Iterable[Document], arn: str) -> bool:
    """Whether these policies together can allow sending through an ARN of SES: what allows is taken to apply, whatever
    its condition, and what forbids where it has none. Raises InvalidInput where one cannot be read."""
    found = [one for document in documents for one in statements(document) if _names(one, arn)]
    allowing = [one for one in found if str(one.get("effect")).lower() == "allow"]
    forbidding = [one for one in found if str(one.get("effect")).lower() == "deny" and not one.get("condition")]
    return any(
        any(_is_about(one, action) for one in allowing) and not any(_is_about(one, action) for one in forbidding)
        for action in (f"ses:{name}" for name in SENT_BY)
    )


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
    """Each with its element names in small letters. IAM hands documents out as URL-encoded JSON. Raises InvalidInput
    where IAM would take no such document."""
    try:
        policy = _named(json.loads(unquote(document)) if isinstance(document, str) else document)
        found = [_named(statement) for statement in listed(policy.get("statement", []))]
    except (ValueError, AttributeError) as error:
        raise InvalidInput(UNREADABLE) from error
    if not all(_is_readable(one) for one in found):
        raise InvalidInput(UNREADABLE)
    yield from found


def _is_readable(statement: Mapping[str, Any]) -> bool:
    texts = [text for name in OF_TEXTS for text in listed(statement.get(name, []))]
    condition = statement.get("condition", {})
    blocks = condition.values() if isinstance(condition, Mapping) else [condition]
    return all(isinstance(text, str) for text in texts) and all(isinstance(block, Mapping) for block in blocks)


def _named(element: Any) -> Mapping[str, Any]:
    return {str(name).lower(): value for name, value in element.items()}


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def beyond(statement: Mapping[str, Any], allowed: Collection[str]) -> Iterator[str]:
    """The patterns by which a statement allows sending through anything of SES but the `allowed` ARNs, at least one,
    all of one account and Region, and without wildcards."""
    service = f"arn:{min(allowed).split(':')[1]}:ses:*"  # no credential reaches another partition
    if str(statement.get("effect")).lower() == "deny" or not _sends(statement):
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
    """The patterns of the addresses whose mail goes by these identities, and by none below them."""
    names = sorted(arn.partition(":identity/")[2] for arn in resources if ":identity/" in arn)
    return [name if "@" in name else f"*@{name}" for name in names]


def _comes_from_own(statement: Mapping[str, Any], allowed: Collection[str]) -> bool:
    """Whether it allows nothing but mail whose From and Return-Path are addresses of the allowed identities."""
    own = _addresses(allowed)
    operators = _named(statement.get("condition", {}))
    blocks = [_named(operators[name]) for name in BOUNDING if name in operators]
    return all(any(_is_within(block.get(key), own) for block in blocks) for key in OF_THE_SENDER)


def _is_within(values: Any, own: Collection[str]) -> bool:
    """Of whatever one of the values matches."""
    patterns = [] if values is None else [VARIABLE.sub("*", str(value)) for value in listed(values)]
    return bool(patterns) and all(any(covers(one, pattern) for one in own) for pattern in patterns)


def _sends(statement: Mapping[str, Any]) -> bool:
    if "action" in statement:
        return any(overlap(pattern.lower(), SENDING) for pattern in listed(statement["action"]))
    return not any(covers(pattern.lower(), SENDING) for pattern in listed(statement.get("notaction", [])))
