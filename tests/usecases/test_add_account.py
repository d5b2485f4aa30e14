"""An account is added whole or not at all: whatever call fails, nothing is left behind, and the next try succeeds."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, an_account
from tests.support.fakes import Killed, When
from tests.support.operator_fakes import BOUNDARY, FakeStack, KnownUser, a_sender, a_stack, dkim

from permille.domain.values.errors import Conflict, Failed, InvalidInput, PermissionDenied
from permille.ports.iam_users import UserQuota
from permille.usecases.senders.add_account import AddedAccount, add_account
from permille.usecases.senders.new_account import NewAccount

KNOWN, NEW, ADDRESS = "known.example", "new.example", "news@known.example"
BAKERY = NewAccount(ACCOUNT, "owner@bakery.example", "Bea", "Europe/Vienna", (KNOWN, NEW, ADDRESS))
MARK = "permille/us-east-1/bakery"
SES = "arn:aws:ses:us-east-1:123456789012"


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack()
    found.identities.sets[KNOWN] = "another-set"
    found.identities.forwarding.add(KNOWN)
    return found


def add(stack: FakeStack, new: NewAccount = BAKERY, now: datetime = NOW) -> AddedAccount:
    return add_account(stack.onboarding, new, now)


def different(**changed: Any) -> NewAccount:
    return replace(BAKERY, **changed)


# ---------------------------------------------------------------- what is made


def test_the_row_names_its_owner_and_its_sender_and_the_timeline_begins(stack: FakeStack) -> None:
    add(stack)

    account = stack.get(ACCOUNT)
    assert (account.owner_email, account.owner_name) == ("owner@bakery.example", "Bea")
    assert (account.timezone, account.senders) == ("Europe/Vienna", (CALLER,))
    assert stack.accounts.owner_of(CALLER) == ACCOUNT
    assert sorted(stack.kinds(ACCOUNT)) == ["created", "default_sets_replaced", "forwarding_stopped"]


def test_its_user_may_send_through_its_identities_and_our_set_alone(stack: FakeStack) -> None:
    added = add(stack)

    user = stack.iam_users.users[CALLER]
    [through, to_anybody] = user.policies["permille-send"]["Statement"]
    names = ["configuration-set/permille", f"identity/{KNOWN}", f"identity/{NEW}", f"identity/{ADDRESS}"]
    assert set(through["Resource"]) == {f"{SES}:{name}" for name in names}
    senders = [f"*@{KNOWN}", f"*@{NEW}", ADDRESS]
    assert to_anybody["Resource"] == f"{SES}:identity/*"
    assert to_anybody["Condition"] == {"StringLike": {"ses:FromAddress": senders, "ses:FeedbackAddress": senders}}
    assert added.key is not None
    assert user.keys == [added.key.id]
    assert user.tag == MARK
    assert user.boundary == BOUNDARY


def test_a_user_that_an_earlier_version_left_gets_the_boundary_before_it_may_send(stack: FakeStack) -> None:
    stack.iam_users.users[CALLER] = KnownUser(MARK)
    bounded: list[Any] = []
    stack.faults.meanwhile("iam_users.allow", lambda: bounded.append(stack.iam_users.users[CALLER].boundary))

    add(stack)

    assert bounded == [BOUNDARY]


def test_our_set_becomes_each_identitys_default_and_what_it_replaced_is_told(stack: FakeStack) -> None:
    added = add(stack)

    assert stack.identities.sets == dict.fromkeys([KNOWN, NEW, ADDRESS], "permille")
    assert added.prepared.replaced_sets == {KNOWN: "another-set"}
    assert added.prepared.records == {NEW: dkim(NEW), ADDRESS: []}


@pytest.mark.parametrize("before", ["", "permille"])
def test_where_no_other_set_was_the_default_nothing_was_replaced(stack: FakeStack, before: str) -> None:
    stack.identities.sets[KNOWN] = before

    assert add(stack).prepared.replaced_sets == {}


@pytest.mark.parametrize("before", ["another-set", ""])
def test_what_was_the_default_is_told_before_it_is_replaced(stack: FakeStack, before: str) -> None:
    """So that it can be put back, once nobody remembers."""
    stack.identities.sets[KNOWN] = before
    told = list[int]()
    stack.faults.meanwhile(
        "identities.set_default", lambda: told.append(len(stack.rows.told(ACCOUNT, "default_sets_replaced")))
    )

    add(stack)

    (entry,) = stack.rows.told(ACCOUNT, "default_sets_replaced")
    assert entry.data["former"] == [{"identity": KNOWN, "configuration_set": before}]
    assert told == [1]


def test_of_what_ses_did_not_know_or_was_ours_nothing_is_told(stack: FakeStack) -> None:
    stack.identities.sets[KNOWN] = "permille"

    add(stack)

    assert "default_sets_replaced" not in stack.kinds(ACCOUNT)


def test_other_scripts_domains_become_what_ses_takes(stack: FakeStack) -> None:
    add(stack, different(owner_email="Kim@bäckerei.example", identities=("bäckerei.example", "news@パン.example")))

    assert stack.get(ACCOUNT).owner_email == "Kim@xn--bckerei-5wa.example"
    assert set(stack.identities.sets) == {KNOWN, "xn--bckerei-5wa.example", "news@xn--odk8c.example"}


def test_ses_forwards_no_feedback_any_more_and_which_it_had_forwarded_is_told_and_kept(stack: FakeStack) -> None:
    added = add(stack)

    assert stack.identities.forwarding == set()
    assert added.prepared.forwarding_stopped == (KNOWN, NEW, ADDRESS)
    (told,) = stack.rows.told(ACCOUNT, "forwarding_stopped")
    assert told.data["identities"] == [KNOWN, NEW, ADDRESS]


def test_what_forwarded_is_kept_before_it_is_stopped(stack: FakeStack) -> None:
    told = list[int]()
    stack.faults.meanwhile(
        "identities.set_forwarding", lambda: told.append(len(stack.rows.told(ACCOUNT, "forwarding_stopped")))
    )

    add(stack)

    assert told == [1]


def test_where_nothing_is_forwarded_nothing_is_told(stack: FakeStack) -> None:
    stack.identities.forwarding.clear()

    added = add(stack, different(identities=(KNOWN,)))

    assert (added.prepared.forwarding_stopped, stack.rows.told(ACCOUNT, "forwarding_stopped")) == ((), [])


def test_an_adopted_user_stays_as_it_is(stack: FakeStack) -> None:
    stack.iam_users.users[CALLER] = a_sender(keys=["AKIAOLD"])

    added = add(stack, different(adopted=(CALLER,)))

    assert added.key is None
    assert stack.iam_users.users[CALLER] == a_sender(keys=["AKIAOLD"])
    assert stack.get(ACCOUNT).senders == (CALLER,)


def test_a_user_of_an_interrupted_try_is_reused_where_it_has_no_keys(stack: FakeStack) -> None:
    stack.iam_users.users[CALLER] = KnownUser(MARK)

    added = add(stack)

    assert added.key is not None
    assert stack.iam_users.users[CALLER].keys == [added.key.id]


def test_the_case_of_a_domain_makes_no_other_identity(stack: FakeStack) -> None:
    """An ARN in a policy of IAM has one, and SES knows domains in small letters; of local parts it minds the case."""
    add(stack, different(identities=("Known.Example", "known.example", "News@NEW.example")))

    assert stack.get(ACCOUNT).identities == (KNOWN, "News@new.example")
    assert set(stack.identities.sets) == {KNOWN, "News@new.example"}


def test_that_ses_is_in_the_sandbox_is_found(stack: FakeStack) -> None:
    stack.identities.sandbox = True

    assert add(stack).findings.in_sandbox


def test_identities_below_its_domains_are_found_since_their_mail_goes_by_them(stack: FakeStack) -> None:
    others = ("news@new.example", "mail.known.example", "x@a.b.known.example", "unknown.example", "ann@inbox.example")
    stack.identities.sets |= dict.fromkeys(others, "")

    assert add(stack).findings.below == ("mail.known.example", "news@new.example", "x@a.b.known.example")


def test_how_many_users_iam_has_room_for_is_found(stack: FakeStack) -> None:
    stack.iam_users.users["permille-old"] = a_sender()

    assert add(stack).findings.room == UserQuota(1, 5000)
    assert add(stack, different(account_id="shop", adopted=("permille-old",))).findings.room is None


def test_a_secret_shows_itself_nowhere(stack: FakeStack) -> None:
    added = add(stack)

    assert added.key is not None
    assert added.key.secret not in repr(added)


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"account_id": "Bakery"}, "account_id", "'Bakery' is no account id: small letters, digits and -"),
        ({"account_id": "-bakery"}, "account_id", "is no account id"),
        ({"account_id": "b" * 55}, "account_id", "is no account id"),
        ({"account_id": "bakery\n"}, "account_id", "is no account id"),
        ({"owner_email": "nobody"}, "owner_email", "'nobody' is no e-mail address"),
        ({"owner_email": "a@b.example\nBcc: x@y.example"}, "owner_email", "is no e-mail address"),
        (
            {"identities": (KNOWN, "not a domain")},
            "identity",
            "'not a domain' is neither a domain nor an e-mail",
        ),
        ({"owner_email": "käthe@bakery.example"}, "owner_email", "other characters than ASCII before the @"),
        ({"owner_email": "a@bäcker ei.example"}, "owner_email", "is no e-mail address"),
        ({"identities": ("käthe@known.example",)}, "identity", "other characters than ASCII before the @"),
        ({"identities": ("*@known.example",)}, "identity", "would allow others as well: IAM reads * ? $ as patterns"),
        ({"identities": ("${aws}@known.example",)}, "identity", "would allow others as well"),
        ({"identities": ("a?@known.example",)}, "identity", "would allow others as well"),
        ({"timezone": "Mars/Olympus"}, "timezone", "'Mars/Olympus' is no time zone; one is Europe/Vienna"),
        ({"timezone": "../etc/passwd"}, "timezone", "is no time zone"),
        ({"adopted": ("",)}, "sender", "names no IAM user: ''"),
        ({"adopted": ("a b",)}, "sender", "names no IAM user: 'a b'"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(changed: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        different(**changed)

    assert says in str(refused.value)
    assert [name for name, _ in refused.value.errors] == [field]


def test_an_account_is_added_once(stack: FakeStack) -> None:
    add(stack)
    before = everything(stack)

    with pytest.raises(InvalidInput, match="the account bakery exists; `permille account show bakery`"):
        add(stack)

    assert everything(stack) == before


def test_of_two_who_add_it_at_once_one_is_refused_before_it_touched_anything(stack: FakeStack) -> None:
    other = an_account(owner_email="other@bakery.example")
    stack.faults.meanwhile("accounts.add", lambda: stack.rows.accounts.update({ACCOUNT: other}))

    with pytest.raises(InvalidInput, match="bakery was added just now, or permille-bakery is another account's"):
        add(stack)

    assert stack.get(ACCOUNT) == other
    assert stack.identities.sets == {KNOWN: "another-set"}
    assert stack.iam_users.users == {}


def test_a_user_of_that_name_that_we_did_not_make_is_left_alone(stack: FakeStack) -> None:
    stack.iam_users.users[CALLER] = KnownUser(keys=["AKIATHEIRS"])
    before = everything(stack)

    with pytest.raises(InvalidInput, match=f"adopt it with --sender {CALLER}"):
        add(stack)

    assert everything(stack) == before


def test_a_user_that_the_stack_could_not_switch_is_not_made(stack: FakeStack) -> None:
    stack = a_stack(SenderUsers="other-*")

    with pytest.raises(InvalidInput, match=r"may switch only users named other-\* .*could not switch permille-bakery"):
        add(stack)


def with_a_key(user: KnownUser) -> str:
    user.keys.append("AKIALIVE")
    return r"has keys already, with which somebody may be sending: AKIALIVE of 2026-03-10, never used, as far as IAM .*"


def with_a_used_key(user: KnownUser) -> str:
    user.keys.append("AKIALIVE")
    user.used["AKIALIVE"] = NOW - timedelta(days=4)
    return r"AKIALIVE of 2026-03-10, last used on 2026-03-06\. Adopt it with --sender permille-bakery, and"


def denied(user: KnownUser) -> str:
    user.groups.add("permille-denied")
    return "is in the deny group, and could not send: take it out"


@pytest.mark.parametrize("so", [with_a_key, with_a_used_key, denied])
def test_a_user_of_ours_that_may_be_in_use_is_left_alone(stack: FakeStack, so: Callable[[KnownUser], str]) -> None:
    """As after the stack was made anew: its tables are empty, and the users are there."""
    stack.iam_users.users[CALLER] = KnownUser(MARK)
    says = so(stack.iam_users.users[CALLER])
    before = everything(stack)

    with pytest.raises(InvalidInput, match=says):
        add(stack)

    assert everything(stack) == before


def test_a_user_that_somebody_makes_meanwhile_is_not_deleted(stack: FakeStack) -> None:
    theirs = KnownUser(MARK, keys=["AKIATHEIRS"])
    stack.faults.meanwhile("iam_users.create", lambda: stack.iam_users.users.update({CALLER: theirs}))

    with pytest.raises(InvalidInput, match=f"somebody else has just created the IAM user {CALLER}"):
        add(stack)

    assert stack.iam_users.users == {CALLER: KnownUser(MARK, keys=["AKIATHEIRS"])}


def test_where_iam_has_no_room_for_another_user_nothing_is_made(stack: FakeStack) -> None:
    stack.iam_users.quota = 0
    before = everything(stack)

    with pytest.raises(InvalidInput, match=r"IAM has room for 0 users in an AWS account, and there are as many: close"):
        add(stack)

    assert everything(stack) == before


def test_where_ses_has_no_smtp_endpoint_no_credential_is_made() -> None:
    stack = a_stack(Region="eu-south-1")
    stack.iam_users.users["permille-old"] = a_sender("eu-south-1")
    before = everything(stack)

    with pytest.raises(InvalidInput, match=r"no SMTP endpoint in eu-south-1 \(looked up on 20\d\d-\d\d-\d\d\)"):
        add(stack)

    assert everything(stack) == before
    assert add(stack, different(adopted=("permille-old",))).key is None


def test_an_identity_that_somebody_else_creates_at_the_same_time_stays(stack: FakeStack) -> None:
    stack.faults.meanwhile("identities.create", lambda: stack.identities.sets.update({NEW: "theirs"}))

    with pytest.raises(Conflict, match=f"{NEW} has just been created"):
        add(stack)

    assert stack.identities.sets == {KNOWN: "another-set", NEW: "theirs"}
    assert ACCOUNT not in stack.rows.accounts


# ---------------------------------------------------------------- what fails


@dataclass(frozen=True, slots=True)
class Everything:
    accounts: Any
    senders: Any
    sets: Any
    forwarding: Any
    users: Any


def everything(stack: FakeStack) -> Everything:
    """All that adding changes but the timeline, which keeps what was written."""
    rows = stack.rows
    ses = stack.identities
    return deepcopy(Everything(rows.accounts, rows.senders, ses.sets, ses.forwarding, stack.iam_users.users))


def calls(new: NewAccount) -> list[str]:
    """Those that adding it makes, in their order."""
    stack = a_stack()
    stack.identities.sets[KNOWN] = "another-set"
    stack.identities.forwarding.add(KNOWN)
    stack.iam_users.users["permille-old"] = a_sender()
    add(stack, new)
    return list(stack.faults.calls)


ADOPTING = different(adopted=("permille-old",))
EVERY_CALL = [
    pytest.param(new, number, when, error, id=f"{name} {when} {error.__name__} {number}")
    for new in (BAKERY, ADOPTING)
    for number, name in enumerate(calls(new))
    for when in When
    for error in (PermissionDenied, Killed)
]


@pytest.mark.parametrize(("new", "number", "when", "error"), EVERY_CALL)
def test_whatever_call_fails_nothing_is_left_behind_and_the_next_try_succeeds(
    stack: FakeStack, new: NewAccount, number: int, when: When, error: type[BaseException]
) -> None:
    stack.iam_users.users["permille-old"] = a_sender()
    before = everything(stack)
    stack.faults.fail(skip=number, when=when, error=error("injected"))

    with pytest.raises(error, match="injected"):
        add(stack, new)

    assert everything(stack) == before
    assert add_account(stack.onboarding, new, NOW + timedelta(minutes=1)).account == stack.get(ACCOUNT)


@pytest.mark.parametrize(("number", "when"), [(number, when) for number in range(len(calls(BAKERY))) for when in When])
def test_whatever_call_fails_a_reused_user_stays_without_keys(stack: FakeStack, number: int, when: When) -> None:
    stack.iam_users.users[CALLER] = KnownUser(MARK)
    stack.faults.fail(skip=number, when=when, error=PermissionDenied("injected"))

    with suppress(PermissionDenied):
        add(stack)

    key = stack.iam_users.users[CALLER].keys
    assert len(key) == (1 if ACCOUNT in stack.rows.accounts else 0)


LEFT = KnownUser(MARK, keys=["AKIALIVE"])


@pytest.mark.parametrize(("number", "when"), [(number, when) for number in range(len(calls(BAKERY))) for when in When])
def test_whatever_call_fails_no_key_that_was_there_before_is_deleted(stack: FakeStack, number: int, when: When) -> None:
    """Also where IAM shows the user only after it was looked for."""
    stack.faults.meanwhile("accounts.add", lambda: stack.iam_users.users.update({CALLER: deepcopy(LEFT)}))
    stack.faults.fail(skip=number, when=when, error=PermissionDenied("injected"))

    with suppress(PermissionDenied, InvalidInput, Failed):
        add(stack)

    assert stack.iam_users.users in ({}, {CALLER: LEFT})


def test_what_cannot_be_undone_is_named(stack: FakeStack) -> None:
    stack.faults.fail("iam_users.create_key", error=PermissionDenied("creating a key: AWS does not allow it"))
    stack.faults.fail("iam_users.delete", error=PermissionDenied("deleting a user: AWS does not allow it"))

    with pytest.raises(Failed) as failed:
        add(stack)

    assert str(failed.value) == (
        "creating a key: AWS does not allow it; what could not be undone: "
        "the IAM user permille-bakery (deleting a user: AWS does not allow it)"
    )
    assert set(stack.iam_users.users) == {CALLER}
    assert ACCOUNT not in stack.rows.accounts
    assert stack.identities.sets == {KNOWN: "another-set"}


def test_what_could_not_be_undone_is_reused_by_the_next_try(stack: FakeStack) -> None:
    stack.faults.fail("iam_users.create_key")
    stack.faults.fail("iam_users.delete")
    with pytest.raises(Failed):
        add(stack)

    assert add(stack, now=NOW + timedelta(minutes=1)).key is not None
