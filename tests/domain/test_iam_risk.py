"""By what an IAM user could evade Permille. It is security logic: what is not known to be harmless is told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.test_iam_policy import ALLOWED, ELSEWHERE, OUR_SET, OURS, PREFIX, a_policy, matched
from tests.support.examples import examples

from permille.domain.sending.iam_policy import allowed_resources, sending_policy, sends_through
from permille.domain.sending.iam_risk import powers, resources_of, sends_beyond
from permille.domain.values.errors import InvalidInput

STACK = "permille"
THEIRS = {
    "sns": "arn:aws:sns:us-east-1:123456789012:orders",
    "sqs": "arn:aws:sqs:us-east-1:123456789012:orders",
    "dynamodb": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    "events": "arn:aws:events:us-east-1:123456789012:event-bus/orders",
}
THE_STACKS = {
    "sns": "arn:aws:sns:us-east-1:123456789012:permille-FeedbackTopic-1A2B",
    "sqs": "arn:aws:sqs:us-east-1:123456789012:permille-FeedbackQueue-1A2B",
    "dynamodb": "arn:aws:dynamodb:us-east-1:123456789012:table/permille-AccountsTable-1A2B",
    "events": "arn:aws:events:us-east-1:123456789012:rule/permille-EnforceEveryMinute-1A2B",
}
RESTORED = "arn:aws:dynamodb:us-east-1:123456789012:table/accounts-restored"
ALARMS = "arn:aws:sns:eu-west-1:210987654321:alarms"
THE_STACKS_OWN = resources_of(STACK, PREFIX, [RESTORED, ALARMS])


def told(**elements: Any) -> list[str]:
    return powers(a_policy(**elements), THE_STACKS_OWN)


@pytest.mark.parametrize(
    "action",
    [
        "*",
        "*:*",
        "iam:*",
        "i?m:*",
        "IAM:RemoveUserFromGroup",
        "iam:UpdateAccessKey",
        "iam:CreateAccessKey",
        "iam:PutUserPolicy",
        "iam:PassRole",
        "iam:G*",
        "sts:AssumeRole",
        "sts:*",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
        "sts:Get*",
        "lambda:*",
        "lambda:UpdateFunctionCode",
        "lambda:GetFunction",
        "kms:GenerateMac",
        "secretsmanager:GetSecretValue",
        "ssm:PutParameter",
        "cloudformation:UpdateStack",
        "cloudwatch:PutMetricData",
        "logs:PutLogEvents",
        "s3:PutObject",
        "ses:*",
        "ses:S*",
        "ses:UpdateConfigurationSetEventDestination",
        "ses:PutConfigurationSetSendingOptions",
        "ses:PutEmailIdentityConfigurationSetAttributes",
        "ses:DeleteEmailIdentity",
        "ses:CreateEmailIdentityPolicy",
        "a-service-of-next-year:DoIt",
    ],
)
@pytest.mark.parametrize("resource", ["*", OURS])
def test_what_could_undo_the_switch_is_told_on_whatever_resource(action: str, resource: str) -> None:
    assert told(Action=action, Resource=resource) == [f"statement 1: it may do {action}"]


@pytest.mark.parametrize(
    "action",
    [
        "ses:SendRawEmail",
        "ses:Send*",
        "SES:sendemail",
        "ses:GetSendQuota",
        "ses:List*",
        "iam:GetUser",
        "iam:ListAccessKeys",
        "iam:ChangePassword",
        "s3:GetObject",
        "cloudwatch:GetMetricData",
        "sts:GetCallerIdentity",
        [],
    ],
    ids=str,
)
def test_sending_and_what_changes_nothing_is_harmless(action: Any) -> None:
    """Through what it sends is looked at by itself."""
    assert told(Action=action, Resource="*") == []


@pytest.mark.parametrize("service", THEIRS)
def test_resources_that_bear_another_name_are_not_the_stacks(service: str) -> None:
    assert told(Action=f"{service}:*", Resource=THEIRS[service]) == []
    assert told(Action=[f"{service}:Do*"], Resource=[THEIRS[service], THEIRS[service] + "-*"]) == []


@pytest.mark.parametrize("service", THEIRS)
@pytest.mark.parametrize("wide", ["", "*", "arn:*", "every", "*perm*", "variable"])
def test_those_that_may_be_the_stacks_are_told(service: str, wide: str) -> None:
    prefix = f"arn:aws:{service}:us-east-1:123456789012:"
    wide = {"": THE_STACKS[service], "every": f"{prefix}*", "variable": f"{prefix}${{aws:username}}"}.get(wide, wide)

    assert told(Action=f"{service}:Put", Resource=wide) == [f"statement 1: it may do {service}:Put"]
    assert told(Action=f"{service}:Put", Resource=[THEIRS[service], wide]) != []


@pytest.mark.parametrize(
    "resource",
    [RESTORED, f"{RESTORED}/index/due", f"{RESTORED}*", RESTORED[:-3] + "*", RESTORED.replace("accounts", "a?counts")],
)
def test_a_resource_that_is_known_is_the_stacks_whatever_it_is_called(resource: str) -> None:
    assert told(Action="dynamodb:Put", Resource=resource) == ["statement 1: it may do dynamodb:Put"]


@pytest.mark.parametrize("resource", [ALARMS, f"{ALARMS}:a-subscription", "arn:aws:sns:eu-west-1:*"])
def test_so_is_a_topic_of_another_region_or_aws_account(resource: str) -> None:
    assert told(Action="sns:Unsubscribe", Resource=resource) == ["statement 1: it may do sns:Unsubscribe"]


@pytest.mark.parametrize("resource", [f"{RESTORED}2", f"{RESTORED}-old/index/due", RESTORED[:-1]])
def test_one_whose_name_only_begins_so_is_not(resource: str) -> None:
    assert told(Action="dynamodb:Put", Resource=resource) == []


def test_cloudformation_shortens_the_name_of_a_stack_where_the_resources_would_be_too_long() -> None:
    """EventBridge takes 64 characters for a rule's."""
    document = a_policy(
        Action="events:*", Resource="arn:aws:events:us-east-1:123456789012:rule/permille-staging-platf-E-1"
    )

    assert powers(document, resources_of("permille-staging-platform-europe", PREFIX, [])) != []
    assert powers(document, resources_of("permille-staging-plant", PREFIX, [])) != []  # to be sure
    assert powers(document, resources_of("permille-production-platform-europe", PREFIX, [])) == []


def test_all_but_some_resources_may_be_the_stacks() -> None:
    assert told(Action="sns:Publish", Resource=None, NotResource=THEIRS["sns"]) != []


@pytest.mark.parametrize("action", ["iam:*", ["iam:*", "sts:*", "lambda:*"], "ses:*", []], ids=str)
def test_all_but_some_actions_is_told(action: Any) -> None:
    (said,) = told(Action=None, NotAction=action, Resource="*")

    assert said.startswith("statement 1: it may do everything but ")


def test_all_but_everything_is_nothing() -> None:
    assert told(Action=None, NotAction="*", Resource="*") == []


def test_every_action_of_every_statement_is_told_with_what_it_is_found_by() -> None:
    sending = a_policy(Resource=OURS)["Statement"][0]
    admin = a_policy(Sid="Admin", Action=["iam:*", "ses:SendEmail", "kms:*"], Resource="*")["Statement"][0]
    denied = a_policy(Effect="Deny", Action="*", Resource="*")["Statement"][0]

    document = {"Statement": [sending, denied, admin]}

    assert powers(document, THE_STACKS_OWN) == [
        "statement 3 (Admin): it may do iam:*",
        "statement 3 (Admin): it may do kms:*",
    ]
    assert sends_beyond(document, ALLOWED) == ["statement 3 (Admin): it may send through *"]


@pytest.mark.parametrize("condition", [{"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"IpAddress": {}}], ids=str)
def test_a_condition_makes_no_difference(condition: Any) -> None:
    assert told(Action="iam:*", Condition=condition) == ["statement 1: it may do iam:*"]


NO_TEXTS: list[Any] = [{"a": 1}, [{"a": 1}], [["ses:*"]], 1, None]
NO_CONDITIONS: list[Any] = [[], "x", {"StringLike": ["ses:FromAddress"]}, None]
MALFORMED = [
    *({name: value} for name in ("Action", "NotAction", "Resource", "NotResource") for value in NO_TEXTS),
    *({"Condition": value} for value in NO_CONDITIONS),
]


@pytest.mark.parametrize("document", ["{", "[]", *({"Statement": {"Effect": "Allow", **one}} for one in MALFORMED)])
@pytest.mark.parametrize(
    "read",
    [
        lambda document: powers(document, THE_STACKS_OWN),
        lambda document: sends_beyond(document, ALLOWED),
        lambda document: sends_through([document], OURS),
        allowed_resources,
    ],
)
def test_what_cannot_be_read_is_refused(read: Callable[[Any], object], document: Any) -> None:
    with pytest.raises(InvalidInput, match="no policy document"):
        read(document)


def test_the_policy_that_account_add_writes_is_no_risk() -> None:
    document = sending_policy(ALLOWED)

    assert (powers(document, THE_STACKS_OWN), sends_beyond(document, ALLOWED)) == ([], [])


# ---------------------------------------------------------------- the whole

Request = tuple[str, str, Mapping[str, str]]  # action, resource, the condition keys that it has
OWN = {"ses:FromAddress": "ann@bakery.example", "ses:FeedbackAddress": "bounces@bakery.example"}
FORGED = {**OWN, "ses:FromAddress": "ceo@elsewhere.example"}
BY_ANOTHERS = {**OWN, "ses:FeedbackAddress": "x@elsewhere.example"}
USER = "arn:aws:iam::123456789012:user/permille-bakery"
EVASIONS: list[Request] = [
    ("iam:RemoveUserFromGroup", "arn:aws:iam::123456789012:group/permille-denied", {}),
    ("iam:UpdateAccessKey", USER, {}),
    ("iam:CreateAccessKey", USER, {}),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/admin", {}),
    ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:123456789012:function:permille-Enforce-1A2B", {}),
    ("kms:GenerateMac", "arn:aws:kms:us-east-1:123456789012:key/1234", {}),
    ("sns:Publish", THE_STACKS["sns"], {}),
    ("sqs:SendMessage", THE_STACKS["sqs"], {}),
    ("dynamodb:UpdateItem", THE_STACKS["dynamodb"], {}),
    ("events:DisableRule", THE_STACKS["events"], {}),
    ("ses:UpdateConfigurationSetEventDestination", OUR_SET, {}),
    ("ses:PutEmailIdentityConfigurationSetAttributes", OURS, {}),
    ("ses:SendRawEmail", ELSEWHERE, FORGED),
    ("ses:SendRawEmail", ELSEWHERE, BY_ANOTHERS),
    ("ses:SendEmail", ELSEWHERE, {"ses:FromAddress": "ann@bakery.example"}),
    ("ses:SendRawEmail", f"{PREFIX}:configuration-set/other", OWN),
    ("ses:SendRawEmail", "arn:aws:ses:eu-west-1:123456789012:identity/bakery.example", OWN),
]
ACTIONS = [
    *("*", "ses:*", "ses:Send*", "ses:SendRawEmail", "ses:Get*", "ses:Put*", "ses:U*", "iam:*", "iam:Get*", "iam:C*"),
    *("iam:UpdateAccessKey", "sts:*", "sts:AssumeRole", "sns:*", "sns:Publish", "sqs:*", "dynamodb:*", "events:*"),
    *("kms:*", "lambda:*", "s3:*", "*Key", "?ns:Publish", "s?s:*"),
]
RESOURCES = [
    *("*", OURS, OUR_SET, ELSEWHERE, f"{PREFIX}:identity/*", f"{PREFIX}:*", "arn:aws:ses:*", "arn:aws:iam::*", USER),
    *(*THEIRS.values(), *THE_STACKS.values(), "arn:aws:sns:*:*:*", "arn:aws:*:us-east-1:*permille*", "arn:aws:s3:::*"),
]
ADDRESSES = ["*@bakery.example", "ann@bakery.example", "*", "*@elsewhere.example", "*bakery.example"]
addresses = st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=2)
conditions = st.one_of(
    st.just({}),
    st.builds(
        lambda operator, sender, feedback: {operator: {"ses:FromAddress": sender, "ses:FeedbackAddress": feedback}},
        st.sampled_from(["StringLike", "StringLikeIfExists"]),
        addresses,
        addresses,
    ),
    st.builds(lambda sender: {"StringLike": {"ses:FromAddress": sender}}, addresses),
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    acts, on = (
        draw(st.sampled_from(["Action"] * 4 + ["NotAction"])),
        draw(st.sampled_from(["Resource"] * 4 + ["NotResource"])),
    )
    return {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        acts: draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2)),
        on: draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)),
        "Condition": draw(conditions),
    }


policies = st.builds(lambda listed: {"Statement": listed}, st.lists(statements(), max_size=2))


def holds(condition: Mapping[str, Mapping[str, Sequence[str]]], keys: Mapping[str, str]) -> bool:
    """As IAM decides, for the operators that are drawn here."""
    return all(
        any(matched(value, keys[key]) for value in values) if key in keys else operator.endswith("IfExists")
        for operator, block in condition.items()
        for key, values in block.items()
    )


def applies(statement: Mapping[str, Any], request: Request) -> bool:
    action, resource, keys = request
    acts = [pattern.lower() for pattern in statement.get("Action", statement.get("NotAction"))]
    on = statement.get("Resource", statement.get("NotResource"))
    acted = any(matched(pattern, action.lower()) for pattern in acts) is ("Action" in statement)
    reached = any(matched(pattern, resource) for pattern in on) is ("Resource" in statement)
    return acted and reached and holds(statement["Condition"], keys)


def allows(documents: Sequence[Mapping[str, Any]], request: Request) -> bool:
    effects = [one["Effect"] for document in documents for one in document["Statement"] if applies(one, request)]
    return "Allow" in effects and "Deny" not in effects


@settings(max_examples=examples(600))
@given(policies, st.sampled_from(EVASIONS))
def test_whatever_lets_evade_the_switch_or_send_beyond_its_own_is_told(document: Any, request: Request) -> None:
    if allows([document], request):
        assert powers(document, THE_STACKS_OWN) or sends_beyond(document, ALLOWED)
