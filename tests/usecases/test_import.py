"""Accounts are imported one by one; whatever is cut off, the next run completes it, and each password is stored."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from tests.support.builders import NOW, STAFF
from tests.support.fakes import Killed, When
from tests.support.operator_fakes import FakeSmtpPasswords, FakeStack, KnownUser, a_sender, a_stack

from permille.domain.account.credential import Renewal
from permille.domain.sending.import_plan import ImportAction, ImportPlan, plan_import
from permille.domain.sending.smtp_server import Password, Server
from permille.domain.values.errors import InvalidInput, PermissionDenied, Unavailable
from permille.domain.values.status import Status
from permille.ports.iam_users import AccessKey
from permille.usecases.importing.account_file import accounts_in
from permille.usecases.importing.import_accounts import (
    MOST_FAILURES,
    ImportedAccount,
    ImportServices,
    Login,
    import_accounts,
)
from permille.usecases.importing.import_facts import gather
from permille.usecases.senders.add_account import ses_facts

FILE = """account_id,owner_email,identities,senders,take_over
bakery,owner@bakery.example,bakery.example news@bread.example,,
oldshop,owner@oldshop.example,oldshop.example,permille-old,
console,owner@console.example,console.example,permille-console,yes
"""
SECONDS = count()
CONSOLE_GROUP = "AWSSESSendingGroupDoNotRename"


def a_world() -> FakeStack:
    found = a_stack()
    found.iam_users.users["permille-old"] = a_sender(keys=["AKIAOLD"])
    found.iam_users.users["permille-console"] = a_sender(keys=["AKIACONSOLE"], groups={CONSOLE_GROUP})
    found.identities.sets["oldshop.example"] = "another-set"
    found.identities.forwarding.add("oldshop.example")
    return found


@pytest.fixture
def stack() -> FakeStack:
    return a_world()


def login_of(key: AccessKey) -> Login:
    return Server("smtp.example", 587, key.id), Password(f"of {key.secret}")


def planned(stack: FakeStack, text: str = FILE) -> ImportPlan:
    rows = accounts_in(text, STAFF, "r0")
    facts = gather(stack.onboarding, rows, ses_facts(stack.identities), iter)
    return plan_import([row.asked for row in rows], facts)


def running(stack: FakeStack, run: str = "r1", text: str = FILE) -> Iterator[ImportedAccount]:
    """The command: it plans, and imports what is to be done."""
    rows = {row.asked.line: row.new for row in accounts_in(text, STAFF, run)}
    ses = ses_facts(stack.identities)
    changes = [rows[change.asked.line] for change in planned(stack, text).changes]
    services = ImportServices(
        stack.onboarding, passwords(stack), login_of, ses, lambda: NOW + timedelta(seconds=next(SECONDS))
    )
    yield from import_accounts(services, [new for new in changes if new])


def imports(stack: FakeStack, run: str = "r1", text: str = FILE) -> list[ImportedAccount]:
    return list(running(stack, run, text))


def passwords(stack: FakeStack) -> FakeSmtpPasswords:
    return stack.smtp_passwords("permille")


def actions(plan: ImportPlan) -> dict[str, str]:
    return {one.asked.account_id: str(one.action) for one in plan.accounts}


def is_complete(stack: FakeStack) -> None:
    """Everything is as the file says, and somebody has the password of each key that was made."""
    assert set(stack.rows.accounts) == {"bakery", "oldshop", "console"}
    assert {account.adding_run for account in stack.rows.accounts.values()} == {""}
    users = stack.iam_users.users
    assert set(users) == {"permille-bakery", "permille-old", "permille-console"}
    (key,) = users["permille-bakery"].keys
    assert passwords(stack).stored == {"bakery": (key, f"of secret-{key.removeprefix('AKIA')}")}
    assert (users["permille-old"].keys, users["permille-console"].keys) == (["AKIAOLD"], ["AKIACONSOLE"])
    assert "permille-send" in users["permille-bakery"].policies
    assert users["permille-console"].groups == set()
    assert set(stack.identities.sets.values()) == {"permille"}
    assert stack.identities.forwarding == set()
    assert all("created" in stack.kinds(account_id) for account_id in stack.rows.accounts)


# ---------------------------------------------------------------- a whole run


def test_each_line_becomes_an_account(stack: FakeStack) -> None:
    imported = imports(stack)

    assert [(one.account_id, one.action, one.error) for one in imported] == [
        ("bakery", ImportAction.CREATE, ""),
        ("oldshop", ImportAction.ADOPT, ""),
        ("console", ImportAction.ADOPT, ""),
    ]
    is_complete(stack)


def test_a_plan_changes_nothing(stack: FakeStack) -> None:
    before = deepcopy((stack.rows, stack.iam_users.users, stack.identities.sets))

    assert actions(planned(stack)) == {"bakery": "create", "oldshop": "adopt", "console": "adopt"}

    stack.faults.calls.clear()
    before[0].faults.calls.clear()
    assert (stack.rows, stack.iam_users.users, stack.identities.sets) == before


def test_what_is_there_already_is_skipped(stack: FakeStack) -> None:
    imports(stack)

    assert set(actions(planned(stack)).values()) == {"skip"}
    assert imports(stack, "r2") == []
    is_complete(stack)


def test_an_account_that_fails_stops_no_other(stack: FakeStack) -> None:
    stack.faults.fail("identities.create", error=PermissionDenied("not allowed"))

    imported = imports(stack)

    assert [one.error for one in imported] == ["not allowed", "", ""]
    assert "bakery" not in stack.rows.accounts
    assert [one.error for one in imports(stack, "r2")] == [""]
    is_complete(stack)


def test_after_many_failures_in_a_row_no_further_account_is_tried(stack: FakeStack) -> None:
    lines = [f"shop{number},o@shop.example,shop{number}.example" for number in range(20)]
    text = "\n".join(["account_id,owner_email,identities", *lines])
    run = running(stack, text=text)
    stack.faults.fail("accounts.add", times=19, error=PermissionDenied("expired"))

    imported = list(run)

    assert [one.error for one in imported] == ["expired"] * MOST_FAILURES


def test_failures_that_are_not_in_a_row_stop_nothing(stack: FakeStack) -> None:
    lines = [f"shop{number},o@shop.example,shop{number}.example" for number in range(12)]
    run = running(stack, text="\n".join(["account_id,owner_email,identities", *lines]))
    failed = []

    for number in range(12):
        if number % 2:
            stack.faults.fail("accounts.add", error=PermissionDenied("not allowed"))
        failed.append(next(run).error)

    assert failed == ["", "not allowed"] * 6
    assert next(run, None) is None


# ---------------------------------------------------------------- what is cut off


def calls() -> list[str]:
    whole = a_world()
    imports(whole)
    return list(whole.faults.calls)


CALLS = calls()
CUT_OFF = [
    pytest.param(number, when, id=f"{name} {when} {number}") for number, name in enumerate(CALLS) for when in When
]


@pytest.mark.parametrize(("number", "when"), CUT_OFF)
def test_wherever_a_run_is_killed_the_next_one_completes_it(stack: FakeStack, number: int, when: When) -> None:
    """Nothing is rolled back by a killed run: no call of it succeeds any more."""
    stack.faults.fail(skip=number, when=when, error=Killed("injected"))
    stack.faults.fail(skip=number, times=100, error=Killed("injected"))
    with pytest.raises(Killed):
        imports(stack)
    stack.faults.heal()

    assert not [one.error for one in imports(stack, "r2") if one.error]

    is_complete(stack)


@pytest.mark.parametrize(("number", "when"), CUT_OFF)
def test_whatever_call_fails_the_next_run_completes_it(stack: FakeStack, number: int, when: When) -> None:
    stack.faults.fail(skip=number, when=when, error=Unavailable("injected"))
    try:
        imports(stack)
    except Unavailable:  # the plan could not be made
        assert not stack.rows.accounts
    stack.faults.heal()

    assert not [one.error for one in imports(stack, "r2") if one.error]

    is_complete(stack)


# ---------------------------------------------------------------- keys whose password is lost


def cut_off(stack: FakeStack, call: str, when: When = When.BEFORE) -> None:
    """A run is killed at the first call of that name."""
    number = CALLS.index(call)
    stack.faults.fail(skip=number, when=when, error=Killed("injected"))
    stack.faults.fail(skip=number, times=100, error=Killed("injected"))
    with pytest.raises(Killed):
        imports(stack)
    stack.faults.heal()


def test_what_a_killed_run_left_is_recognised_in_the_stack(stack: FakeStack) -> None:
    cut_off(stack, "iam_users.create_key", When.AFTER)

    assert actions(planned(stack)) == {"bakery": "complete", "oldshop": "adopt", "console": "adopt"}


def test_a_key_whose_password_was_not_stored_is_deleted_and_made_anew(stack: FakeStack) -> None:
    cut_off(stack, "smtp_passwords.put")
    (lost,) = stack.iam_users.users["permille-bakery"].keys

    imports(stack, "r2")

    assert lost not in stack.iam_users.users["permille-bakery"].keys
    is_complete(stack)


def test_a_key_whose_password_was_stored_stays(stack: FakeStack) -> None:
    cut_off(stack, "smtp_passwords.put", When.AFTER)
    before = dict(passwords(stack).stored)

    imports(stack, "r2")

    assert passwords(stack).stored == before
    is_complete(stack)


def test_a_key_that_somebody_uses_is_not_deleted(stack: FakeStack) -> None:
    cut_off(stack, "smtp_passwords.put")
    user = stack.iam_users.users["permille-bakery"]
    user.used[user.keys[0]] = NOW

    failed, *_ = imports(stack, "r2")

    assert "was used, so that somebody has its password; nothing was deleted: renew it with" in failed.error
    assert len(user.keys) == 1


def test_a_credential_that_was_renewed_meanwhile_stays(stack: FakeStack) -> None:
    cut_off(stack, "smtp_passwords.put")
    user, account = stack.iam_users.users["permille-bakery"], stack.get("bakery")
    renewal = Renewal("permille-bakery", (), new=user.keys[0], until=NOW)
    stack.rows.accounts["bakery"] = replace(account, renewal=renewal)

    imports(stack, "r2")

    assert (len(user.keys), passwords(stack).stored) == (1, {})
    assert stack.get("bakery").adding_run == ""


def test_of_two_runs_at_once_only_one_says_that_its_password_is_valid(stack: FakeStack) -> None:
    """The second completes what the first one is just making."""
    first = running(stack)
    stack.faults.meanwhile("smtp_passwords.put", lambda: imports(stack, "r2", FILE.split("oldshop")[0]))

    assert "another run completes this account at the same time" in next(first).error

    (key,) = stack.iam_users.users["permille-bakery"].keys
    assert stack.get("bakery").adding_run == ""
    assert key == "AKIA2"


def test_an_account_that_was_disabled_before_it_was_complete_is_refused(stack: FakeStack) -> None:
    cut_off(stack, "smtp_passwords.put")
    stack.rows.accounts["bakery"] = replace(stack.get("bakery"), status=Status.DISABLED)

    (bakery, *_) = planned(stack).accounts

    assert bakery.action is ImportAction.REFUSE
    assert bakery.why == (
        "an import of it was cut off, and it is disabled now: enable it, or close it and take another id"
    )


def test_a_user_of_that_name_that_somebody_else_made_meanwhile_is_left_alone(stack: FakeStack) -> None:
    cut_off(stack, "iam_users.create")
    stack.iam_users.users["permille-bakery"] = KnownUser(keys=["AKIATHEIRS"])

    failed, *_ = imports(stack, "r2")

    assert "exists that this stack did not create" in failed.error
    assert stack.iam_users.users["permille-bakery"] == KnownUser(keys=["AKIATHEIRS"])


def test_no_key_is_made_where_its_password_cannot_be_stored(stack: FakeStack) -> None:
    cut_off(stack, "iam_users.create")
    (row, *_) = accounts_in(FILE, STAFF, "r2")
    assert row.new is not None
    services = ImportServices(stack.onboarding, None, login_of, ses_facts(stack.identities), stack.now)

    (failed,) = import_accounts(services, [row.new])

    assert "say where its password goes" in failed.error
    assert "permille-bakery" not in stack.iam_users.users


# ---------------------------------------------------------------- lines that cannot be imported


def why(stack: FakeStack, line: str) -> str:
    """Why a line is refused."""
    (one,) = planned(stack, f"account_id,owner_email,identities,senders\n{line}\n").refused
    return one.why


def test_a_user_that_cannot_be_adopted_is_refused_with_the_reason(stack: FakeStack) -> None:
    stack.iam_users.users["permille-old"] = KnownUser(policies={"wide": WIDE})

    assert "permille-old cannot be adopted as it is" in why(stack, "shop,o@shop.example,shop.example,permille-old")
    assert "there is no IAM user permille-no" in why(stack, "shop,o@shop.example,shop.example,permille-no")


def test_a_name_that_is_taken_is_refused_with_the_reason(stack: FakeStack) -> None:
    stack.iam_users.users["permille-shop"] = KnownUser(keys=["AKIATHEIRS"])

    assert "exists that this stack did not create" in why(stack, "shop,o@shop.example,shop.example,")


def test_an_identity_of_an_account_that_is_off_is_refused(stack: FakeStack) -> None:
    imports(stack)
    stack.rows.accounts["bakery"] = replace(stack.get("bakery"), status=Status.DISABLED)

    assert why(stack, "shop,o@shop.example,mail.bakery.example,") == (
        "mail.bakery.example lies below bakery.example, and bakery.example is an identity of the account bakery, which "
        "is disabled: add it by itself, with `permille account add`, which asks"
    )


def test_a_region_without_smtp_endpoint_makes_no_user() -> None:
    assert "no SMTP endpoint in eu-south-1" in why(a_stack(Region="eu-south-1"), "shop,o@shop.example,s.example,")


def test_too_many_identities_for_one_policy_are_refused(stack: FakeStack) -> None:
    many = " ".join(f"a-long-name-of-a-shop-{number}.example" for number in range(40))

    assert "too many identities for one IAM user" in why(stack, f"shop,o@shop.example,{many},")


def test_what_the_operator_should_know_is_noted(stack: FakeStack) -> None:
    stack.iam_users.users["permille-old"].keys.clear()
    text = "account_id,owner_email,identities,senders\nshop,o@shop.example,shop.example,permille-old\n"
    text += "twin,o@shop.example,shop.example,\n"

    first, second = planned(stack, text).accounts

    assert "permille-old has no access key yet, so it cannot send" in first.notes
    assert "shop.example is an identity of line 2 too" in second.notes


WIDE = {"Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}


def test_a_file_that_is_no_table_of_accounts_is_refused(stack: FakeStack) -> None:
    with pytest.raises(InvalidInput, match="its header lacks identities"):
        planned(stack, "account_id,owner_email\nshop,o@shop.example\n")
