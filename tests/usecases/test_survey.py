"""The IAM users that send already: what they may send from, and which of them are left out."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, an_account
from tests.support.operator_fakes import FakeStack, KnownUser, a_sender, a_stack

from permille.domain.sending.user_flags import UserFlag
from permille.domain.values.account_id import ACCOUNT_ID
from permille.ports.feedback import Sender
from permille.usecases.importing.survey import SendingUser, UserFilter, survey_users

SES = "arn:aws:ses:us-east-1:123456789012"
CONSOLE_GROUP = "AWSSESSendingGroupDoNotRename"


def may(resource: Any, action: str = "ses:SendRawEmail", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack()
    found.identities.sets |= {"shop.example": "", "news@shop.example": "", "mail.example": ""}
    return found


def survey(stack: FakeStack, **wanted: Any) -> dict[str, SendingUser]:
    users = survey_users(stack.onboarding, stack.user_survey, UserFilter(**wanted), iter)
    assert [user.name for user in users] == sorted(user.name for user in users)
    return {user.name: user for user in users}


def only(stack: FakeStack, user: KnownUser, name: str = "permille-old") -> SendingUser:
    stack.iam_users.users[name] = user
    return survey(stack)[name]


def test_who_may_not_send_is_not_found(stack: FakeStack) -> None:
    stack.iam_users.users["reader"] = KnownUser(policies={"p": may("*", "s3:GetObject")})
    stack.iam_users.users["denied"] = KnownUser(policies={"p": {"Statement": [{"Effect": "Deny", "Action": "ses:*"}]}})

    assert survey(stack) == {}


def test_senders_of_accounts_and_ignored_ones_are_not_found(stack: FakeStack) -> None:
    for name in ("permille-bakery", "permille-platform", "permille-new"):
        stack.iam_users.users[name] = a_sender()
    stack.rows.accounts["bakery"] = an_account(senders=("permille-bakery",))
    stack.rows.senders["permille-platform"] = Sender("permille-platform", "", ignored="Our own mail")

    assert set(survey(stack)) == {"permille-new"}


@pytest.mark.parametrize(
    ("policy", "identities"),
    [
        (may(f"{SES}:identity/shop.example"), ("shop.example",)),
        (may([f"{SES}:identity/shop.example", f"{SES}:identity/gone.example"]), ("shop.example",)),
        (may("*"), ()),
        (may("*", Condition={"StringLike": {"ses:FromAddress": "*@shop.example"}}), ("shop.example",)),
        (
            may("*", Condition={"StringEquals": {"ses:FromAddress": ["news@shop.example", "x@mail.example"]}}),
            ("mail.example", "news@shop.example"),
        ),
        (may("*", Condition={"StringLike": {"ses:FromAddress": "*"}}), ()),
        (may("arn:aws:ses:eu-west-1:123456789012:identity/shop.example"), ()),
    ],
)
def test_the_identities_are_those_that_its_policies_name_and_ses_has(
    stack: FakeStack, policy: Any, identities: tuple[str, ...]
) -> None:
    user = only(stack, a_sender(policies={"p": policy}))

    assert user.identities == identities
    assert ("its policies name no identity that SES has: fill it in" in user.notes) is not bool(identities)


def test_policies_of_groups_count(stack: FakeStack) -> None:
    stack.iam_users.of_groups["mailers"] = {"p": may(f"{SES}:identity/shop.example")}

    assert only(stack, KnownUser(groups={"mailers"})).identities == ("shop.example",)


@pytest.mark.parametrize(
    ("name", "user", "flags"),
    [
        ("permille-old", a_sender(), ()),
        ("permille-old", a_sender(has_password=True), (UserFlag.PERSON,)),
        ("permille-old", a_sender(has_mfa=True), (UserFlag.PERSON,)),
        ("permille-old", a_sender(policies={"wide": may("*")}), (UserFlag.RISKY,)),
        ("permille-old", a_sender(policies={"admin": may("*", "*")}), (UserFlag.RISKY,)),
        ("permille-old", a_sender(policies={"wide": may("*")}, boundary=may(f"{SES}:configuration-set/permille")), ()),
        ("ses-smtp-user.2019", a_sender(), (UserFlag.NOT_SWITCHABLE,)),
        ("ann", a_sender(has_mfa=True, policies={"a": may("*", "*")}), tuple(UserFlag)),
    ],
)
def test_who_is_left_out_unless_it_is_accepted(
    stack: FakeStack, name: str, user: KnownUser, flags: tuple[UserFlag, ...]
) -> None:
    assert only(stack, user, name).flags == flags


def test_a_user_of_sess_console_leaves_its_group_and_is_no_risk(stack: FakeStack) -> None:
    stack.iam_users.of_groups[CONSOLE_GROUP] = {"AmazonSesSendingAccess": may("*")}

    user = only(stack, KnownUser(groups={CONSOLE_GROUP}))

    assert (user.takes_over, user.flags, user.row("")["take_over"]) == (True, (), "yes")


def test_what_keeps_a_user_from_being_adopted_is_noted(stack: FakeStack) -> None:
    user = only(stack, KnownUser(policies={"p": may(f"{SES}:identity/shop.example")}, groups={"permille-denied"}))

    assert user.notes == (
        "it is in the deny group, and cannot send",
        "its policies must allow the configuration set permille: the plan says how",
    )


def test_its_line_says_when_its_keys_were_used(stack: FakeStack) -> None:
    used = {"AKIA1": NOW - timedelta(days=2)}
    user = only(
        stack, a_sender(keys=["AKIA1", "AKIA2"], used=used, policies={"p": may(f"{SES}:identity/shop.example")})
    )

    assert user.row("") == {
        "account_id": "old",
        "identities": "shop.example",
        "senders": "permille-old",
        "take_over": "",
        "accept_risk": "",
        "note": "AKIA1 last used on 2026-03-08 with ses; AKIA2 never used",
    }


def test_the_accepted_risk_is_written_to_the_lines_that_need_it(stack: FakeStack) -> None:
    assert only(stack, a_sender(policies={"wide": may("*")})).row("Known")["accept_risk"] == "Known"
    assert only(stack, a_sender(), "permille-new").row("Known")["accept_risk"] == ""


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, {"permille-a", "permille-b"}),
        ({"prefix": "permille-a"}, {"permille-a"}),
        ({"path": "/mail/"}, {"permille-b"}),
        ({"tag": ("purpose", "mail")}, {"permille-b"}),
        ({"tag": ("purpose", "other")}, set()),
        ({"tag": ("purpose", "")}, {"permille-b"}),
        ({"tag": ("colour", "")}, set()),
    ],
)
def test_a_filter_takes_names_paths_and_tags(stack: FakeStack, wanted: dict[str, Any], names: set[str]) -> None:
    stack.iam_users.users["permille-a"] = a_sender()
    stack.iam_users.users["permille-b"] = a_sender(path="/mail/", tags={"purpose": "mail"})

    assert set(survey(stack, **wanted)) == names


def test_each_user_gets_an_id_of_its_own(stack: FakeStack) -> None:
    names = ["permille-a.b", "permille-a_b", "permille-A+b", "permille-" + "x" * 55, "permille-", "permille-old"]
    for name in names:
        stack.iam_users.users[name] = a_sender()
    stack.rows.accounts["old"] = an_account("old", senders=("other",))

    ids = [user.account_id for user in survey(stack).values()]

    assert len({*ids}) == len(names)
    assert all(ACCOUNT_ID.fullmatch(one) for one in ids)
    assert {"a-b", "a-b-2", "a-b-3", "account", "old-2"} < {*ids}
