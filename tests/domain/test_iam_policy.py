"""What an IAM user may send through beyond its account's own. It is security logic: where a policy could allow it,
it is told."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from permille.domain.sending.iam_patterns import covers, overlap
from permille.domain.sending.iam_policy import (
    MOST_INLINE,
    Document,
    allowed_resources,
    may_send_through,
    sending_policy,
    sends_through,
    statements,
)
from permille.domain.sending.iam_policy import beyond as beyond_of
from permille.domain.values.errors import InvalidInput

PREFIX = "arn:aws:ses:us-east-1:123456789012"
OURS = f"{PREFIX}:identity/bakery.example"
OUR_SET = f"{PREFIX}:configuration-set/permille"
ELSEWHERE = f"{PREFIX}:identity/elsewhere.example"
ALLOWED = frozenset({OURS, OUR_SET})


def a_policy(**elements: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": ELSEWHERE} | elements
    kept = {name: value for name, value in statement.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [kept]}


def resources_beyond(document: Document, allowed: Collection[str]) -> list[str]:
    return [pattern for statement in statements(document) for pattern in beyond_of(statement, allowed)]


def beyond(**elements: Any) -> list[str]:
    return resources_beyond(a_policy(**elements), ALLOWED)


# ---------------------------------------------------------------- actions


@pytest.mark.parametrize(
    "action",
    [
        "ses:SendRawEmail",
        "ses:SendEmail",
        "SES:sendemail",
        "ses:Send*",
        "ses:SendE?ail",
        "ses:*",
        "ses:S*l",
        "*",
        "*:*",
        "s?s:*",
        "*Email",
        ["s3:GetObject", "ses:SendBulkEmail"],
        "ses:SendWhatComesNextYear",
    ],
    ids=str,
)
def test_an_action_that_sends(action: Any) -> None:
    assert beyond(Action=action) == [ELSEWHERE]


@pytest.mark.parametrize(
    "action",
    ["ses:GetSendQuota", "ses:Get*", "s3:*", "sns:Publish", "ses:Sen", "ses:[Ss]end*", [], "sess:SendEmail"],
    ids=str,
)
def test_an_action_that_sends_nothing(action: Any) -> None:
    assert beyond(Action=action) == []


@pytest.mark.parametrize("action", ["iam:*", "ses:SendEmail", "ses:SendRaw*", ["s3:*", "ses:Get*"], []], ids=str)
def test_all_but_these_actions_sends(action: Any) -> None:
    assert beyond(Action=None, NotAction=action) == [ELSEWHERE]


@pytest.mark.parametrize("action", ["*", "ses:*", "SES:SEND*", ["iam:*", "ses:S*"], "*:Send*"], ids=str)
def test_all_but_these_actions_sends_nothing(action: Any) -> None:
    assert beyond(Action=None, NotAction=action) == []


# ---------------------------------------------------------------- resources


@pytest.mark.parametrize("resource", [OURS, OUR_SET, [OURS, OUR_SET], []], ids=str)
def test_its_own_identities_and_our_configuration_set_are_allowed(resource: Any) -> None:
    assert beyond(Resource=resource) == []


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:*",
        "arn:aws:ses:*",
        "arn:aws:*:us-east-1:*:identity/*",
        f"{PREFIX}:*",
        f"{PREFIX}:identity/*",
        f"{PREFIX}:identity/bakery.exampl?",
        f"{OURS}*",
        f"{PREFIX}:identity/*bakery.example",
        f"{PREFIX}:identity/news@bakery.example",
        f"{PREFIX}:identity/Bakery.example",
        f"{PREFIX}:identity/${{aws:username}}.example",
        "${aws:PrincipalTag/sends-through}",
        "arn:aws:${aws:PrincipalTag/service}:us-east-1:123456789012:x",
        f"{PREFIX}:configuration-set/another",
        f"{PREFIX}:configuration-set/*",
        "arn:aws:ses:eu-west-1:123456789012:identity/bakery.example",
        "arn:aws:ses:us-east-1:210987654321:identity/bakery.example",
        "arn:?ws:s?s:us-east-1:123456789012:identity/bakery.example",
    ],
)
def test_a_resource_that_reaches_beyond_them(resource: str) -> None:
    assert beyond(Resource=resource) == [resource]
    assert beyond(Resource=[OURS, resource]) == [resource]


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::bakery/*",
        "arn:aws:sns:*",
        "arn:aws:iam::123456789012:user/${aws:username}",
        "arn:aws-cn:ses:cn-north-1:123456789012:identity/bakery.example",
    ],
)
def test_what_is_of_another_service_or_partition_takes_no_mail(resource: str) -> None:
    """A statement often has several services' actions and resources; and no credential reaches another partition."""
    assert beyond(Action=["s3:*", "ses:Send*"], Resource=[OURS, resource]) == []


@pytest.mark.parametrize("excepted", [OURS, [OURS, OUR_SET], "arn:aws:s3:::*", ELSEWHERE], ids=str)
def test_all_but_these_resources_reaches_beyond(excepted: Any) -> None:
    (said,) = beyond(Resource=None, NotResource=excepted)

    assert said.startswith("everything but arn:aws:s")


@pytest.mark.parametrize("excepted", ["*", "arn:*:ses:*", "arn:aws:ses:*", "arn:*"])
def test_all_but_ses_does_not(excepted: str) -> None:
    assert beyond(Resource=None, NotResource=excepted) == []


def test_a_statement_that_names_no_resource_reaches_everything() -> None:
    assert beyond(Resource=None) == ["everything but nothing"]


# ---------------------------------------------------------------- statements and documents


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"ses:FromAddress": "news@bakery.example"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    ],
)
def test_a_condition_makes_no_difference(condition: Any) -> None:
    """Also ses:FromAddress: mail from there by another configuration set goes unseen."""
    assert beyond(Resource="*", Condition=condition) == ["*"]


BOUND = {"ses:FromAddress": "*@bakery.example", "ses:FeedbackAddress": ["bounces@bakery.example", "*@bakery.example"]}
ANY_IDENTITY = f"{PREFIX}:identity/*"


@pytest.mark.parametrize("resource", [ANY_IDENTITY, f"{PREFIX}:identity/*.example", ELSEWHERE, [OURS, ANY_IDENTITY]])
@pytest.mark.parametrize("operator", ["StringLike", "StringEquals", "stringlike"])
def test_to_anybody_is_allowed_what_comes_from_its_own(operator: str, resource: Any) -> None:
    """SES in its sandbox authorizes the recipient's identity as well."""
    assert beyond(Resource=resource, Condition={operator: BOUND}) == []
    assert beyond(Resource=resource, Condition={operator: {key.lower(): value for key, value in BOUND.items()}}) == []


@pytest.mark.parametrize(
    "resource",
    ["*", f"{PREFIX}:*", f"{PREFIX}:configuration-set/*", "arn:aws:ses:*:123456789012:identity/*", "arn:aws:ses:*"],
)
def test_no_condition_bounds_a_configuration_set_or_another_region(resource: str) -> None:
    assert beyond(Resource=resource, Condition={"StringLike": BOUND}) == [resource]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"ses:FromAddress": "*@bakery.example"}},
        {"StringLike": {"ses:FeedbackAddress": "*@bakery.example"}},
        {"StringLike": BOUND | {"ses:FromAddress": "*bakery.example"}},
        {"StringLike": BOUND | {"ses:FromAddress": "*@*.bakery.example"}},
        {"StringLike": BOUND | {"ses:FromAddress": ["*@bakery.example", "*"]}},
        {"StringLike": BOUND | {"ses:FromAddress": "${aws:username}@bakery.example@x.example"}},
        {"StringLike": BOUND | {"ses:FeedbackAddress": "*@elsewhere.example"}},
        {"StringLike": BOUND | {"ses:FeedbackAddress": []}},
        {"StringLikeIfExists": BOUND},
        {"ForAllValues:StringLike": BOUND},
        {"StringNotLike": BOUND},
        {"StringLike": {"ses:FromAddress": "*@bakery.example"}, "StringLikeIfExists": BOUND},
        {},
    ],
    ids=str,
)
def test_what_does_not_surely_come_from_its_own_reaches_beyond(condition: Any) -> None:
    assert beyond(Resource=ANY_IDENTITY, Condition=condition) == [ANY_IDENTITY]


def test_an_account_with_an_address_sends_from_that_address_alone() -> None:
    news = f"{PREFIX}:identity/news@bakery.example"

    def told(address: str) -> list[str]:
        bound = dict.fromkeys(BOUND, address)
        return resources_beyond(a_policy(Resource=ANY_IDENTITY, Condition={"StringEquals": bound}), {news, OUR_SET})

    assert (told("news@bakery.example"), told("ann@bakery.example")) == ([], [ANY_IDENTITY])


def test_a_deny_allows_nothing_and_takes_nothing_away() -> None:
    allows, denies = a_policy(Resource="*")["Statement"], a_policy(Effect="Deny", Resource="*")["Statement"]

    assert resources_beyond({"Statement": denies}, ALLOWED) == []
    assert resources_beyond({"Statement": [*denies, *allows, *denies]}, ALLOWED) == ["*"]


def test_every_statement_is_read_and_one_alone_needs_no_list() -> None:
    first, second = a_policy()["Statement"][0], a_policy(Resource="*")["Statement"][0]

    assert resources_beyond({"Statement": [first, second]}, ALLOWED) == [ELSEWHERE, "*"]
    assert resources_beyond({"Statement": first}, ALLOWED) == [ELSEWHERE]
    assert resources_beyond({"Version": "2012-10-17"}, ALLOWED) == []


def test_the_names_of_elements_are_read_in_any_case() -> None:
    statement = {"effect": "Allow", "ACTION": "ses:SendEmail", "resource": ELSEWHERE}

    assert resources_beyond({"statement": statement}, ALLOWED) == [ELSEWHERE]


def test_a_document_can_be_url_encoded() -> None:
    document = quote(json.dumps(a_policy(Resource=f"{PREFIX}:identity/a+b@bakery.example"), indent=2))

    assert resources_beyond(document, ALLOWED) == [f"{PREFIX}:identity/a+b@bakery.example"]


@pytest.mark.parametrize("document", ["", "{", "[]", '"*"', '{"Statement": ["*"]}'])
def test_what_cannot_be_read_is_refused(document: str) -> None:
    with pytest.raises(InvalidInput, match="no policy document"):
        resources_beyond(document, ALLOWED)


# ---------------------------------------------------------------- patterns

texts = st.text("ab:[", max_size=6)
patterns = st.text("ab:[*?", max_size=6)


def matched(pattern: str, text: str) -> bool:
    """As a regular expression says it."""
    as_regex = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(as_regex, text, re.DOTALL) is not None


@given(patterns, texts)
def test_a_pattern_covers_the_texts_that_it_matches(pattern: str, text: str) -> None:
    assert covers(pattern, text) == matched(pattern, text)


@st.composite
def narrowed(draw: st.DrawFn) -> tuple[str, str]:
    """A pattern, and one that matches some of what it matches."""
    wide = draw(patterns)
    by = {"*": st.text("ab:*?", max_size=3), "?": st.sampled_from("ab:?")}
    return wide, "".join(draw(by[character]) if character in by else character for character in wide)


@given(narrowed())
def test_a_pattern_covers_what_is_narrower(pair: tuple[str, str]) -> None:
    assert covers(*pair)


@given(narrowed(), st.data())
def test_a_pattern_covers_no_more_than_it_matches(pair: tuple[str, str], data: st.DataObject) -> None:
    narrow, wide = pair
    if covers(wide, narrow):
        as_regex = narrow.translate({ord("*"): "[ab]*", ord("?"): "[ab]", ord("["): r"\["})
        assert matched(wide, data.draw(st.from_regex(as_regex, fullmatch=True)))


@given(patterns, patterns, texts)
def test_patterns_that_match_one_text_overlap(one: str, other: str, text: str) -> None:
    assert overlap(one, other) == overlap(other, one)
    if matched(one, text) and matched(other, text):
        assert overlap(one, other)
    assert overlap(one, text) == matched(one, text)


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    assert not covers("*a" * 60 + "b", "a" * 200)


# ---------------------------------------------------------------- the whole


def is_allowed(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    """As IAM decides, for a statement without a condition."""
    acts = [pattern.lower() for pattern in statement.get("Action", statement.get("NotAction"))]
    on = statement.get("Resource", statement.get("NotResource"))
    acted = any(matched(pattern, action.lower()) for pattern in acts) is ("Action" in statement)
    return acted and any(matched(pattern, resource) for pattern in on) is ("Resource" in statement)


ACTIONS = st.sampled_from(["*", "ses:*", "ses:Send*", "SES:SendE?ail", "ses:SendRawEmail", "s3:*", "ses:Get*", "iam:*"])
RESOURCES = st.sampled_from([OURS, OUR_SET, ELSEWHERE, "*", f"{PREFIX}:*", f"{OURS}?", "arn:aws:s3:::*", "arn:*:ses:*"])


@settings(max_examples=examples(500))  # of about one in six IAM allows something beyond
@given(
    st.sampled_from(["Action", "NotAction"]),
    st.lists(ACTIONS, max_size=3),
    st.sampled_from(["Resource", "NotResource"]),
    st.lists(RESOURCES, max_size=3),
    st.sampled_from(["ses:SendEmail", "ses:SendRawEmail", "ses:SendBounce"]),
    st.sampled_from([ELSEWHERE, f"{OURS}s", f"{PREFIX}:configuration-set/other", "arn:aws:ses:x:1:identity/y"]),
)
def test_whatever_iam_allows_beyond_is_told(
    acts: str, actions: list[str], on: str, resources: list[str], action: str, resource: str
) -> None:
    statement = {"Effect": "Allow", acts: actions, on: resources}

    assert resources_beyond({"Statement": statement}, ALLOWED) or not is_allowed(statement, action, resource)


# ---------------------------------------------------------------- the policy of a user that is made


def test_what_a_policy_was_made_of_is_read_back_from_it() -> None:
    document = sending_policy({OURS, OUR_SET})

    assert set(allowed_resources(document)) == ALLOWED
    assert resources_beyond(document, ALLOWED) == []


def test_fifteen_identities_of_usual_length_fit() -> None:
    names = [f"a-shop-{number:02}.example" for number in range(15)]

    assert sending_policy({f"{PREFIX}:identity/{name}" for name in names} | {OUR_SET})


def test_what_is_denied_or_is_about_something_else_allows_nothing() -> None:
    assert allowed_resources(a_policy(Effect="Deny")) == []
    assert allowed_resources(a_policy(Action="s3:GetObject")) == []


def test_a_policy_is_as_long_as_iam_takes_it_and_no_longer() -> None:
    """IAM counts every character but blanks, of which there are none."""
    room = MOST_INLINE - len(sending_policy({f"{PREFIX}:identity/", OUR_SET}))
    each, over = divmod(room, 3)  # it stands there three times: as an identity, in From and in Return-Path
    fits = {f"{PREFIX}:identity/{'x' * each}", f"{OUR_SET}{'x' * over}"}

    assert len(sending_policy(fits)) == MOST_INLINE
    assert " " not in sending_policy({OURS})
    with pytest.raises(InvalidInput, match="its policy would have 2,049 characters, and IAM takes 2,048"):
        sending_policy({f"{PREFIX}:identity/{'x' * each}", f"{OUR_SET}{'x' * (over + 1)}"})


# ---------------------------------------------------------------- what is allowed for sure

DENIED = a_policy(Effect="Deny", Resource=f"{PREFIX}:configuration-set/*")


@pytest.mark.parametrize(
    ("documents", "allowed"),
    [
        ([a_policy(Resource=OUR_SET)], True),
        ([a_policy(Resource=[OURS, f"{PREFIX}:configuration-set/*"])], True),
        ([a_policy(Action="*", Resource="*")], True),
        ([a_policy(Action=["ses:Send*"], Resource="*")], True),
        ([a_policy(), a_policy(Resource=OUR_SET)], True),
        ([], False),
        ([a_policy(Resource=OURS)], False),
        ([a_policy(Action="ses:SendEmail", Resource="*")], False),
        ([a_policy(Resource="*", Condition={"StringEquals": {"ses:FromAddress": "a@b.example"}})], False),
        ([a_policy(Resource="*"), DENIED], False),
        ([a_policy(Resource="*"), a_policy(Effect="Deny", Resource=OUR_SET, Condition={"Bool": {"x": "y"}})], False),
        ([a_policy(Resource="*"), a_policy(Effect="Deny", Resource=OURS)], True),
        ([a_policy(Resource="*"), a_policy(Effect="Deny", Action="iam:*", Resource="*")], True),
    ],
)
def test_whoever_cannot_be_sure_that_sending_is_allowed_is_told_that_it_is_not(
    documents: list[Document], *, allowed: bool
) -> None:
    assert sends_through(documents, OUR_SET) is allowed


def test_everything_but_something_is_allowed_for_sure() -> None:
    but = {"Effect": "Allow", "Action": "ses:*", "NotResource": [OURS]}

    assert sends_through([{"Statement": but}], OUR_SET)
    assert not sends_through([{"Statement": but}], OURS)


# ---------------------------------------------------------------- what can be allowed

CONDITION = {"StringEquals": {"ses:FromAddress": "a@b.example"}}


@pytest.mark.parametrize(
    ("documents", "allowed"),
    [
        ([], False),
        ([a_policy(Resource=OURS)], False),
        ([a_policy(Resource=OUR_SET)], True),
        ([a_policy(Resource=OUR_SET, Condition=CONDITION)], True),
        ([a_policy(Resource=OUR_SET, Action="ses:SendEmail")], True),
        ([a_policy(Resource="*", Action="ses:GetAccount")], False),
        ([a_policy(Resource="*", Action=None, NotAction="iam:*")], True),
        ([a_policy(Resource="*", Action=None, NotAction="ses:*")], False),
        ([a_policy(Resource=None, NotResource=OURS)], True),
        ([a_policy(Resource=None, NotResource=OUR_SET)], False),
        ([a_policy(Resource="*"), DENIED], False),
        ([a_policy(Resource="*"), a_policy(Effect="Deny", Resource=OUR_SET, Condition=CONDITION)], True),
        ([a_policy(Resource="*"), a_policy(Effect="Deny", Resource=OURS)], True),
        ([a_policy(Resource="*", Action="ses:Send*"), DENIED], True),
        ([a_policy(Resource="*", Action="ses:*"), a_policy(Effect="Deny", Action="ses:Send*", Resource="*")], False),
    ],
)
def test_what_a_condition_or_another_action_still_allows_is_not_taken_for_forbidden(
    documents: list[Document], *, allowed: bool
) -> None:
    assert may_send_through(documents, OUR_SET) is allowed
