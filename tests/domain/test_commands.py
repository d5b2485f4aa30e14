"""What people can decide: every command is valid once it is made, and comes to something."""

import ast
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, STAFF, TODAY, TOMORROW, a_provider, a_provider_request, a_server, an_account
from tests.support.desk_world import COMPLAINT, agreed, asking, went_well

from permille.domain.account.account import Account
from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.login.links import LinkRole
from permille.domain.people.commands import Command
from permille.domain.people.correction import ComplaintToCorrect
from permille.domain.people.decisions import Context, apply_command
from permille.domain.people.owner_commands import (
    AmendReview,
    ConnectProvider,
    DeleteReview,
    DisconnectProvider,
    EndProviderRequest,
    PutReview,
    RequestLink,
    RequestProvider,
    RequestReview,
    ReviewRequest,
    SwitchMonthlyMail,
    TryProvider,
    WithdrawReview,
)
from permille.domain.people.staff_commands import (
    ApproveReview,
    CancelTrial,
    ChangeIdentities,
    ChangeOwner,
    ChangeSenders,
    Close,
    ConfirmTrial,
    CorrectComplaint,
    DeclineReview,
    Disable,
    Enable,
    Exempt,
    ReleaseHold,
    ResetOwnerMail,
    RestoreComplaint,
    RevokeOwnerLinks,
    StaffCommand,
    Unexempt,
    VoidComplaint,
)
from permille.domain.people.system_commands import IgnoreSender, ResetBreaker, RevokeAccess, UnignoreSender, Unsuppress
from permille.domain.policy.policy import SecondChance
from permille.domain.sending.iam_risk import AcceptedRisk
from permille.domain.values.errors import InvalidInput
from permille.domain.values.status import HoldReason, Status
from permille.domain.words.wording import OWNER

COMMANDS: tuple[type[Any], ...] = get_args(Command)
OF_SYSTEM: tuple[type[Any], ...] = (ResetBreaker, IgnoreSender, UnignoreSender, RevokeAccess, Unsuppress)
ALL = (*COMMANDS, *OF_SYSTEM)
LATER = NOW + timedelta(hours=1)
VALID: dict[str, Any] = {
    "reason": "They asked us to",
    "note": "Begin small",
    "by": STAFF,
    "until": LATER,
    "day": TOMORROW,
    "batch": 800,
    "cause": "An old list",
    "change": "A new one",
    "provider": a_provider(),
    "server": a_server(),
    "provider_request": a_provider_request(),
    "version": "v-1",
    "expired": False,
    "refused": False,
    "request": "",
    "replaces": None,
    "allow": 20,
    "on": False,
    "sender": "platform-news",
    "role": LinkRole.STAFF,
    "name": "Anna",
    "address": "ann@example.com",
    "short_day": False,
    "by_staff": False,
    "owner_email": "bea@bakery.example",
    "owner_name": None,
    "timezone": None,
    "before": ("bakery.example",),
    "after": ("bakery.example", "bread.example"),
    "add": ("permille-old",),
    "remove": (),
    "risks": (AcceptedRisk("permille-old", ("policy admin, statement 1: it may do iam:*",), "Its operator is ours"),),
    "complaint": COMPLAINT.id,
}
SUITS: dict[type[Any], Account] = {
    Disable: an_account(),
    Enable: asking(),
    Close: an_account(),
    Exempt: an_account(),
    ReleaseHold: an_account(hold=Hold(HoldReason.BREAKER, NOW, needs_staff=True)),
    VoidComplaint: an_account(),
    RestoreComplaint: an_account(),
    Unexempt: an_account(exemption=Exemption(LATER, "A partner", STAFF)),
    ResetOwnerMail: an_account(owner_mail="bounced"),
    RevokeOwnerLinks: an_account(),
    ChangeOwner: an_account(),
    ChangeIdentities: an_account(identities=("bakery.example",)),
    ChangeSenders: an_account(),
    ApproveReview: asking(),
    DeclineReview: asking(),
    CancelTrial: agreed(),
    ConfirmTrial: went_well(),
    RequestReview: an_account(status=Status.DISABLED),
    AmendReview: asking(),
    PutReview: asking(),
    WithdrawReview: asking(),
    DeleteReview: asking(),
    RequestLink: an_account(),
    SwitchMonthlyMail: an_account(),
    ConnectProvider: an_account(),
    DisconnectProvider: an_account(provider=a_provider()),
    TryProvider: an_account(),
    RequestProvider: an_account(),
    EndProviderRequest: an_account(provider_request=a_provider_request()),
}
UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200d\u2060\u2800\u3164\ufe0f\ufeff\uffa0\u1680"
    "\U0001d159\U0001d173\U000e0100"
)
WRONG: list[tuple[str, Any, str]] = [
    *[(field, text, "say why") for field in ("reason",) for text in ("", "  ", "\n", "\u200b", "\u202e")],
    ("reason", "x" * 1001, "1,001 characters are too many; 1,000 are enough"),
    ("reason", "a\udcff", "characters that are none"),
    ("note", "\u200b", "say why"),
    ("note", "x" * 1001, "1,000 are enough"),
    *[("by", text, "known who decides") for text in ("", "  ", "\u200b")],
    ("until", NOW.replace(tzinfo=None), "with its zone"),
    ("until", datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), "no instant that UTC has"),
    ("day", NOW, "a day has no time"),
    ("day", TODAY.replace(year=3000), "too far ahead"),
    *[("batch", size, "a batch has 1 to 10,000,000 e-mails") for size in (0, -1, 10_000_001)],
    *[("cause", text, "say what went wrong") for text in ("", " \t", "\u2060")],
    ("cause", "x" * 1001, "1,000 are enough"),
    *[("change", text, "say what was changed") for text in ("", " \t", "\u2060")],
    ("change", "x" * 1001, "1,000 are enough"),
    *[("allow", more, "from 0 to 1,000,000") for more in (-1, 1_000_001)],
    *[("sender", text, "names no IAM user or role") for text in ("", " ", "\u200b")],
    ("sender", "x" * 129, "128 are enough"),
    *[("name", text, "1 to 60 printable characters") for text in (" ", "\u202e", "a\nb", "x" * 61)],
    *[("name", f"An{sign}na", "each of which shows something") for sign in UNSEEN],
    *[("name", text, "no brackets") for text in ("Anna (link by root)", "Anna\uff08root\uff09")],
    *[("complaint", text, "the id of an entry") for text in ("", "complaint#m-1", "20260310T120000.000000Z-x")],
]
each_command = pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)


def a_command(kind: type[Any], **different: Any) -> Any:
    return kind(**{field.name: VALID[field.name] for field in fields(kind)} | different)


@pytest.mark.parametrize(
    ("kind", "field", "value", "says"),
    [(kind, *wrong) for kind in ALL for wrong in WRONG if wrong[0] in {one.name for one in fields(kind)}],
)
def test_a_command_with_a_wrong_value_cannot_be_made(kind: type[Any], field: str, value: Any, says: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        a_command(kind, **{field: value})

    ((named, message),) = raised.value.errors
    assert (named, says in message) == (field, True)


def test_every_field_that_somebody_types_is_tried_here() -> None:
    parsed = {"provider", "replaces", "role", "address", "short_day", "by_staff", "on"}
    parsed |= {"server", "provider_request", "version", "expired", "refused", "request"}  # before they get here
    parsed |= {"owner_email", "owner_name", "timezone", "before", "after", "add", "remove", "risks"}  # by change.Change
    typed = {field.name for kind in ALL for field in fields(kind)} - parsed

    assert {field for field, _, _ in WRONG} == typed


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        RequestReview(day=TOMORROW, batch=0, cause="", change="A new one", by=OWNER)

    assert [field for field, _ in raised.value.errors] == ["batch", "cause"]


@each_command
def test_a_command_is_a_value(kind: type[Any]) -> None:
    command = a_command(kind)

    assert command == a_command(kind)
    assert not hasattr(command, "__dict__")
    assert hash(command) == hash(a_command(kind))


def test_commands_of_two_kinds_are_never_the_same() -> None:
    assert len({a_command(kind) for kind in COMMANDS}) == len(COMMANDS)


@given(text=st.text(max_size=200))
def test_a_reason_is_kept_as_it_was_typed_but_for_the_space_around_it(text: str) -> None:
    reason = f"{text}x"

    assert Disable(reason=f" {reason}\n", by=STAFF).reason == reason.strip()


def test_an_end_is_kept_in_utc() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))

    assert a_command(Exempt, until=there).until.tzinfo is UTC


# ---------------------------------------------------------------- what comes of them


class Untouched:
    """Neither a zone nor a policy: whoever looks at it fails."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not needed")


@each_command
def test_every_command_comes_to_something_where_it_suits_the_account(kind: type[Any]) -> None:
    """With nothing but what it says that it needs."""
    nothing: Any = Untouched()
    context = Context(UTC if kind.needs_zone else nothing, SecondChance() if kind.needs_policy else nothing)

    if issubclass(kind, CorrectComplaint):
        context = replace(context, complaint=ComplaintToCorrect(COMPLAINT, voided=kind is RestoreComplaint))

    outcome = apply_command(SUITS[kind], a_command(kind), context, NOW)

    assert outcome.account != SUITS[kind]
    entry = outcome.entries[0]
    if issubclass(kind, StaffCommand):
        why = entry.data.get("reason", entry.data.get("staff_reason"))
        assert (why, entry.data["by"]) == (VALID["reason"], STAFF)
    if issubclass(kind, ReviewRequest):
        assert (entry.data["batch"], entry.data["cause"]) == (800, "An old list")


# ---------------------------------------------------------------- who can give them

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "layers" / "core" / "permille"
SURFACES = [
    *(PROJECT / "cli" / "permille_cli").rglob("*.py"),
    *(PACKAGE / "console").rglob("*.py"),
    *(PACKAGE / "usecases" / "senders").glob("change*.py"),
    PACKAGE / "usecases" / "decisions" / "providers.py",
    PACKAGE / "usecases" / "decisions" / "provider_requests.py",
]


def test_every_command_is_made_somewhere() -> None:
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in SURFACES]
    named = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}

    assert {kind.__name__ for kind in COMMANDS} - named == set()
