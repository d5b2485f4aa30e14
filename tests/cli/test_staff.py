"""`permille account disable|enable|close|exempt|unexempt|owner-mail`: what staff decide, with a reason."""

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.credential import Denial
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status

REASON = "see :warning: [bold] arn:a:secret:b"
BECAUSE = ("--reason", REASON)
SWITCHED = "The SMTP credential changes within seconds; `permille account show` shows it."


@pytest.mark.parametrize(
    ("command", "before", "after", "kind"),
    [
        ("disable", Status.ACTIVE, Status.DISABLED, "staff_disabled"),
        ("enable", Status.DISABLED, Status.ACTIVE, "staff_enabled"),
    ],
)
def test_the_status_changes_and_the_timeline_says_why_and_who_it_was(
    stack: FakeStack, terminal: Terminal, command: str, before: Status, after: Status, kind: str
) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=before)

    said = terminal.text("account", command, ACCOUNT, *BECAUSE)

    assert " ".join(said.split()) == f"bakery is {after}. {SWITCHED}"
    assert stack.get(ACCOUNT).status is after
    assert stack.kinds(ACCOUNT)[-1] == kind
    assert (stack.last_facts(ACCOUNT).reason, stack.last_facts(ACCOUNT).by) == (REASON, STAFF)


def test_machines_get_the_account_as_it_is_now(terminal: Terminal) -> None:
    assert terminal.answer("account", "disable", ACCOUNT, *BECAUSE) == {
        "account_id": ACCOUNT,
        "status": "disabled",
        "denied_by_hand": False,
        "in_sync": False,
        "epoch": 1,
        "owner_mail": None,
        "exempt_until": None,
    }


def test_enabling_lifts_a_deny_that_was_put_in_by_hand(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(denial=Denial((CALLER,), NOW))

    said = " ".join(terminal.text("account", "exempt", ACCOUNT, *BECAUSE, "--until", "2026-12-31").split())
    answer = terminal.answer("account", "enable", ACCOUNT, *BECAUSE)

    assert said == "bakery is active, switched off by hand in AWS, exempt until 1 January 2027, 00:00 (UTC)."
    assert [answer[name] for name in ("status", "denied_by_hand", "in_sync", "epoch")] == ["active", False, False, 1]
    assert stack.kinds(ACCOUNT)[-1] == "deny_lifted"


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("2026-12-31", "1 January 2027, 00:00"),
        ("2026-12-31T18:30:00Z", "31 December 2026, 18:30"),
        ("2026-12-31T18:30:00+01:00", "31 December 2026, 17:30"),
    ],
)
def test_an_exemption_ends_with_its_last_day_or_at_an_instant(
    stack: FakeStack, terminal: Terminal, until: str, end: str
) -> None:
    said = terminal.text("account", "exempt", ACCOUNT, *BECAUSE, "--until", until)

    assert said == f"bakery is active, exempt until {end} (UTC).\n"
    exemption = stack.get(ACCOUNT).exemption
    assert exemption is not None
    assert (exemption.reason, exemption.by) == (REASON, STAFF)


def test_an_exemption_can_be_ended(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("account", "exempt", ACCOUNT, *BECAUSE, "--until", "2026-12-31")

    answer = terminal.answer("account", "unexempt", ACCOUNT, *BECAUSE)

    assert answer["exempt_until"] is None
    assert stack.get(ACCOUNT).exemption is None


def test_an_owner_who_is_not_written_to_any_more_is_written_to_again(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(owner_mail="bounced")

    told = terminal.text("account", "owner-mail", ACCOUNT)
    answer = terminal.answer("account", "owner-mail", ACCOUNT, "--reset", *BECAUSE)

    assert told.startswith("owner@bakery.example: a mail to it bounced")
    assert told.endswith("; no more mail is sent\n")
    assert answer["owner_mail"] is None
    assert stack.get(ACCOUNT).owner_mail == ""


def test_whether_an_owner_is_written_to_can_be_asked(terminal: Terminal) -> None:
    assert terminal.text("account", "owner-mail", ACCOUNT) == "owner@bakery.example: mail to it is sent\n"
    told = {"account_id": ACCOUNT, "owner_email": "owner@bakery.example", "owner_mail": None}
    assert terminal.answer("account", "owner-mail", ACCOUNT) == told


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("disable", ACCOUNT, "--reason", " "), "--reason: say why"),
        (("disable", ACCOUNT, "--reason", "x" * 10_000), "--reason: 10,000 characters are too many"),
        (("disable", ACCOUNT), "Missing option '--reason'"),
        (("disable", "nobody", *BECAUSE), "there is no account 'nobody'"),
        (("disable", "", *BECAUSE), "there is no account ''"),
        (("enable", ACCOUNT, *BECAUSE), "bakery is active already"),
        (
            ("exempt", ACCOUNT, *BECAUSE, "--until", "soon"),
            "--until: takes a day such as 2026-12-31",
        ),
        (("exempt", ACCOUNT, *BECAUSE, "--until", "2206-12-31"), "lasts at most 366 days"),
        (("exempt", ACCOUNT, *BECAUSE, "--until", "2026-03-01"), "the exemption would be over already"),
        (("unexempt", ACCOUNT, *BECAUSE), "bakery is not exempt"),
        (("owner-mail", ACCOUNT, "--reset", *BECAUSE), "mails to the owner of bakery are not withheld"),
        (("owner-mail", ACCOUNT, "--reset"), "--reason: say why"),
        (("close", "nobody", *BECAUSE), "there is no account 'nobody'"),
    ],
    ids=lambda typed: typed[0] if isinstance(typed, tuple) else "",
)
def test_what_cannot_be_decided_changes_nothing(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    before = stack.get(ACCOUNT)

    assert says in terminal.refused("account", *typed)

    assert stack.get(ACCOUNT) == before
    assert stack.kinds(ACCOUNT) == ["created"]


def test_a_concurrent_write_is_retried(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.meanwhile("accounts.save", lambda: stack.rows.accounts.update({ACCOUNT: an_account(revision=7)}))

    terminal.text("account", "disable", ACCOUNT, *BECAUSE)

    assert stack.get(ACCOUNT).status is Status.DISABLED


@pytest.mark.parametrize("call", ["stack.operator_arn", "accounts.get", "accounts.save"])
def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal, call: str) -> None:
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("account", "disable", ACCOUNT, *BECAUSE) == "AWS does not allow it"
    assert stack.kinds(ACCOUNT) == ["created"]
    assert stack.time == NOW
