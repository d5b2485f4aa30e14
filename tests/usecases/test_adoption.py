"""Which IAM user that exists can be an account's sender, and under which name it is kept."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.test_iam_risk import EVASIONS, allows, policies
from tests.support.builders import NOW, an_account
from tests.support.examples import examples
from tests.support.operator_fakes import FakeStack, KnownUser, a_sender, a_stack

from permille.domain.sending.iam_risk import AcceptedRisk
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import InvalidInput
from permille.usecases.senders.adoption import AdoptionRequest, check_adoption

USER = "permille-bakery"
SES = "arn:aws:ses:us-east-1:123456789012"
ALLOWED = frozenset({f"{SES}:identity/bakery.example", f"{SES}:configuration-set/permille"})
DENIED = "permille-denied"


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack(DenyGroupName=DENIED)
    found.iam_users.users[USER] = a_sender()
    return found


def adopted(stack: FakeStack, *users: str) -> tuple[str, ...]:
    return check_adoption(stack.onboarding.adoption, AdoptionRequest(users, ALLOWED)).names


def in_groups(stack: FakeStack, *names: str) -> None:
    stack.iam_users.users[USER].groups.update(names)


def may_send_through(stack: FakeStack, *resources: str) -> None:
    statement = {"Effect": "Allow", "Action": "ses:Send*", "Resource": list(resources)}
    stack.iam_users.users[USER].policies["sending"] = {"Statement": statement}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:UpdateItem", "arn:aws:dynamodb:us-east-1:123456789012:table/accounts-restored"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:feedback"),
        ("sns:Publish", "arn:aws:sns:us-east-1:123456789012:alarms"),
    ],
)
def test_what_may_change_the_stacks_own_is_refused_whatever_that_is_called(action: str, resource: str) -> None:
    stack = a_stack(
        AccountsTable="accounts-restored",
        FeedbackQueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/feedback",
        AlarmTopicArn="arn:aws:sns:us-east-1:123456789012:alarms",
    )
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    stack.iam_users.users[USER] = KnownUser(policies={"own": {"Statement": statement}})

    with pytest.raises(InvalidInput, match=f"it may do {action}"):
        adopted(stack, USER)


def test_a_user_in_as_many_groups_as_iam_allows_is_refused_since_it_could_never_be_denied(stack: FakeStack) -> None:
    in_groups(stack, *(f"group-{number}" for number in range(10)))

    with pytest.raises(InvalidInput, match=rf"{USER} is in 10 IAM groups.*no place is left for {DENIED}.*take it out"):
        adopted(stack, USER)


def test_with_one_place_left_it_is_adopted(stack: FakeStack) -> None:
    in_groups(stack, *(f"group-{number}" for number in range(9)))

    assert adopted(stack, USER) == (USER,)


def test_one_of_its_groups_may_be_the_deny_group(stack: FakeStack) -> None:
    in_groups(stack, DENIED, *(f"group-{number}" for number in range(9)))

    assert adopted(stack, USER) == (USER,)


def test_a_sender_is_called_as_iam_calls_it_and_not_as_it_was_typed(stack: FakeStack) -> None:
    """SES names it so in its feedback."""
    assert adopted(stack, "Permille-Bakery", "PERMILLE-BAKERY") == (USER,)


def test_whose_sender_it_is_is_asked_by_the_name_that_iam_has(stack: FakeStack) -> None:
    account = an_account(senders=(USER,))
    stack.accounts.add(account, [entry(account.id, NOW, Created(senders=account.senders))])

    with pytest.raises(InvalidInput, match=f"{USER} is a sender of the account {account.id}"):
        adopted(stack, "Permille-Bakery")


def test_a_user_that_does_not_exist_is_refused(stack: FakeStack) -> None:
    with pytest.raises(
        InvalidInput, match="there is no IAM user permille-nobody to adopt; where no sender is named, one is"
    ):
        adopted(stack, "permille-nobody")


@pytest.mark.parametrize("pattern", ["other-*", "Permille-*", "permille-[a-z]*", "permille-?"])
def test_a_user_that_the_stack_could_not_switch_is_refused(stack: FakeStack, pattern: str) -> None:
    stack = a_stack(SenderUsers=pattern)
    stack.iam_users.users[USER] = a_sender()

    with pytest.raises(InvalidInput, match=r"does not match user/.* could not switch it: deploy with a SenderUsers"):
        adopted(stack, USER)


def test_a_user_that_sends_through_the_accounts_own_alone_is_adopted(stack: FakeStack) -> None:
    may_send_through(stack, *ALLOWED)

    assert adopted(stack, USER) == (USER,)


def test_a_user_with_the_policy_that_account_add_writes_is_adopted(stack: FakeStack) -> None:
    stack.iam_users.allow(USER, ALLOWED)

    assert adopted(stack, USER) == (USER,)


def test_a_user_that_may_send_elsewhere_is_refused_with_what_mends_it(stack: FakeStack) -> None:
    may_send_through(stack, *ALLOWED, f"{SES}:identity/elsewhere.example")

    with pytest.raises(InvalidInput) as refused:
        adopted(stack, USER)

    assert str(refused.value) == (
        f"{USER} cannot be adopted as it is, since its mail could go uncounted: policy sending, statement 1: it may "
        f"send through {SES}:identity/elsewhere.example. Either narrow these policies, or bound the user by a "
        f"permissions boundary, to sending through {', '.join(sorted(ALLOWED))}; or name the identity with "
        "--identity; or take the risk with --accept-risk REASON, which is kept on the timeline"
    )


@pytest.mark.parametrize(
    ("through", "offered"),
    [
        (f"{SES}:identity/elsewhere.example", True),
        (f"{SES}:identity/*", False),
        (f"{SES}:identity/*.example", False),
        (f"{SES}:configuration-set/another", False),
        ("*", False),
    ],
)
def test_to_name_the_identity_is_offered_only_where_one_is_named(
    stack: FakeStack, through: str, *, offered: bool
) -> None:
    may_send_through(stack, *ALLOWED, through)

    with pytest.raises(InvalidInput, match="its mail could go uncounted") as refused:
        adopted(stack, USER)

    assert ("or name the identity with --identity" in str(refused.value)) is offered


def test_a_policy_that_cannot_be_read_is_refused(stack: FakeStack) -> None:
    stack.iam_users.users[USER].policies["odd"] = "{"

    with pytest.raises(InvalidInput, match=f"{USER} cannot be adopted: policy odd: it is no policy document of IAM"):
        adopted(stack, USER)


# ---------------------------------------------------------------- who could not send through our set

OURS, THEIRS = f"{SES}:configuration-set/permille", f"{SES}:identity/bakery.example"


def sending(effect: str, resource: str = OURS) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": "ses:Send*", "Resource": resource}]}


ALLOWS, DENIES = sending("Allow"), sending("Deny")


@pytest.mark.parametrize(
    ("policies", "boundary", "mends"),
    [
        ({}, None, r"allow it \(aws iam put-user-policy .*\); then"),
        ({"narrow": sending("Allow", THEIRS)}, None, r"allow it \(aws iam put-user-policy .*\); then"),
        ({"ours": ALLOWS, "no": DENIES}, None, "take it out of what its policies deny; then"),
        ({"ours": ALLOWS}, sending("Allow", THEIRS), "allow it in the permissions boundary; then"),
        ({}, DENIES, r"allow it \(aws .*\), and allow it in the permissions boundary; then"),
    ],
    ids=["no policy", "identity alone", "denied", "bounded", "neither"],
)
def test_whoever_may_not_send_through_our_set_is_refused_with_what_mends_it(
    stack: FakeStack, policies: dict[str, Any], boundary: Any, mends: str
) -> None:
    stack.iam_users.users[USER] = KnownUser(policies=policies, boundary=boundary)

    with pytest.raises(InvalidInput, match=rf"{USER} may not send through {OURS}, .* \(554\): {mends} try again"):
        adopted(stack, USER)


def test_the_policy_that_is_typed_lets_it_be_adopted(stack: FakeStack) -> None:
    stack.iam_users.users[USER] = KnownUser()
    with pytest.raises(InvalidInput) as refused:
        adopted(stack, USER)

    (document,) = re.findall("--policy-document '([^']+)'", str(refused.value))
    stack.iam_users.users[USER].policies["permille-send"] = document

    assert adopted(stack, USER) == (USER,)


def test_a_risk_that_is_taken_lets_nobody_in_who_could_not_send(stack: FakeStack) -> None:
    stack.iam_users.users[USER] = KnownUser()

    with pytest.raises(InvalidInput, match="may not send through"):
        check_adoption(stack.onboarding.adoption, AdoptionRequest([USER], ALLOWED, accept_risk="Why not"))


def test_what_the_deny_group_denies_is_no_reason(stack: FakeStack) -> None:
    stack.iam_users.of_groups[DENIED] = {"deny": sending("Deny", "*")}
    in_groups(stack, DENIED)

    assert adopted(stack, USER) == (USER,)


def test_who_has_no_key_yet_is_taken_and_told(stack: FakeStack) -> None:
    stack.iam_users.users["permille-shop"] = a_sender(keys=["AKIASHOP"])

    assert check_adoption(stack.onboarding.adoption, AdoptionRequest([USER, "permille-shop"], ALLOWED)).keyless == (
        USER,
    )


# ---------------------------------------------------------------- who could evade Permille

ADMIN = {"Statement": [{"Sid": "All", "Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}
NARROW = {"Statement": [{"Effect": "Allow", "Action": "ses:Send*", "Resource": sorted(ALLOWED)}]}
TO_SEND = {"Statement": [{"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}]}


def has(stack: FakeStack, *, boundary: Any = None, **policies: Any) -> None:
    stack.iam_users.users[USER] = a_sender(policies=policies, boundary=boundary)


def test_a_user_that_could_undo_the_switch_is_refused_with_what_lets_it(stack: FakeStack) -> None:
    has(stack, sending=NARROW, admin=ADMIN)

    with pytest.raises(
        InvalidInput, match=r"undo that Permille switches it off: policy admin, statement 1 \(All\): it"
    ):
        adopted(stack, USER)


def test_who_takes_the_risk_adopts_it_and_what_speaks_against_it_is_kept(stack: FakeStack) -> None:
    has(stack, sending=TO_SEND, admin=ADMIN)

    (risk,) = check_adoption(
        stack.onboarding.adoption, AdoptionRequest([USER], ALLOWED, accept_risk="Its operator is ours")
    ).risks

    found = ("policy sending, statement 1: it may send through *", "policy admin, statement 1 (All): it may do iam:*")
    assert risk == AcceptedRisk(USER, found, "Its operator is ours")


def test_where_there_is_no_risk_none_is_taken(stack: FakeStack) -> None:
    has(stack, sending=NARROW)

    assert (
        check_adoption(stack.onboarding.adoption, AdoptionRequest([USER], ALLOWED, accept_risk="To be sure")).risks
        == ()
    )


def test_what_cannot_be_read_is_no_risk_to_be_taken(stack: FakeStack) -> None:
    has(stack, odd="{")

    with pytest.raises(InvalidInput, match="it is no policy document"):
        check_adoption(stack.onboarding.adoption, AdoptionRequest([USER], ALLOWED, accept_risk="Why"))


@pytest.mark.parametrize(
    ("boundary", "refused"),
    [(None, "uncounted and it could undo"), (NARROW, ""), (TO_SEND, "uncounted:"), (ADMIN, "it could undo")],
    ids=["none", "narrow", "to send", "admin"],
)
def test_a_permissions_boundary_bounds_what_policies_allow(stack: FakeStack, boundary: Any, refused: str) -> None:
    has(stack, boundary=boundary, sending=TO_SEND, admin=ADMIN)

    if not refused:
        assert adopted(stack, USER) == (USER,)
        return
    with pytest.raises(InvalidInput, match=refused):
        adopted(stack, USER)


def test_of_many_risks_some_are_told_and_how_many_more(stack: FakeStack) -> None:
    has(stack, **{f"admin-{number}": ADMIN for number in range(8)})

    with pytest.raises(InvalidInput, match=r"policy admin-4, .*; and 3 more\. Either narrow"):
        adopted(stack, USER)


@settings(max_examples=examples(300))
@given(policies, st.none() | policies)
def test_whoever_is_adopted_without_risk_can_neither_undo_the_switch_nor_send_outside_its_identities(
    document: Any, boundary: Any
) -> None:
    stack = a_stack()
    bounding = boundary and {"Statement": [*boundary["Statement"], *NARROW["Statement"]]}
    has(stack, boundary=bounding, drawn=document)
    try:
        adopted(stack, USER)
    except InvalidInput:
        return
    able = [one for one in EVASIONS if allows([document], one) and (not boundary or allows([boundary], one))]
    assert able == []
