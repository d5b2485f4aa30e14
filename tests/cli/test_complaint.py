"""`permille complaint`: the complaints about an account's mail, and taking one back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, PATIENCE, STAFF, TODAY, a_complaint, a_record, a_verdict, days_of
from tests.support.fakes import FakeLedger
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.timeline.kinds.complaints import reported
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count

BECAUSE = ("--reason", "An employee :fire: [b]")


def counted(stack: FakeStack, message_id: str, feedback_type: str = "abuse") -> Entry:
    report = a_complaint(message_id, feedback_type=feedback_type)
    told = reported(ACCOUNT, NOW - timedelta(hours=1), report, 1)
    tally = Tally(complaints=0 if report.why_not_counted else 1)
    FakeLedger(stack.rows).count([Count(report.identity, ACCOUNT, TODAY, 1, tally, told)], NOW, PATIENCE)
    return told


@pytest.fixture
def complaint(stack: FakeStack) -> Entry:
    return counted(stack, "m-1")


def complaints(stack: FakeStack) -> int:
    return sum(tally.complaints for tally in stack.rows.tallies.values())


def test_each_is_listed_with_its_id_and_whether_it_counts(
    stack: FakeStack, terminal: Terminal, complaint: Entry
) -> None:
    report = counted(stack, "m-2", "not-spam")

    lines = terminal.text("complaint", "list", ACCOUNT).splitlines()

    assert {line.split()[0] for line in lines[::2]} == {complaint.id, report.id}
    assert sorted(line.strip() for line in lines[1::2]) == [
        "counted in counting period 1",
        "not counted: the report says not-spam",
    ]


def test_without_complaints_it_says_so(terminal: Terminal) -> None:
    assert terminal.text("complaint", "list", ACCOUNT) == "No complaint was reported.\n"


def test_one_is_taken_back_with_a_reason(stack: FakeStack, terminal: Terminal, complaint: Entry) -> None:
    said = terminal.text("complaint", "void", ACCOUNT, complaint.id, *BECAUSE)

    assert said == f"{complaint.id} no longer counts\n"
    assert complaints(stack) == 0
    assert (stack.last_facts(ACCOUNT).staff_reason, stack.last_facts(ACCOUNT).by) == (BECAUSE[1], STAFF)
    shown = terminal.text("complaint", "list", ACCOUNT)
    assert f"voided 10 March 2026, 12:00 (UTC) by {STAFF}: {BECAUSE[1]}" in shown


def test_machines_get_who_took_it_back_and_why(terminal: Terminal, complaint: Entry) -> None:
    done = terminal.answer("complaint", "void", ACCOUNT, complaint.id, *BECAUSE)
    (listed,) = terminal.answer("complaint", "list", ACCOUNT)["complaints"]

    assert done == {
        "account_id": ACCOUNT,
        "decided": [complaint.id],
        "refused": {},
        "status": "active",
        "kept_now": False,
    }
    assert (listed["id"], listed["voided"]["by"], listed["voided"]["reason"]) == (complaint.id, STAFF, BECAUSE[1])


def test_restored_it_counts_again(stack: FakeStack, terminal: Terminal, complaint: Entry) -> None:
    terminal.text("complaint", "void", ACCOUNT, complaint.id, *BECAUSE)

    said = terminal.text("complaint", "restore", ACCOUNT, complaint.id, *BECAUSE)

    assert (said, complaints(stack)) == (f"{complaint.id} counts again\n", 1)
    assert terminal.answer("complaint", "list", ACCOUNT)["complaints"][0]["voided"] is None


def test_of_several_one_that_is_refused_keeps_no_other_from_it(
    stack: FakeStack, terminal: Terminal, complaint: Entry
) -> None:
    report, gone = counted(stack, "m-2", "not-spam"), "20260310T120000.000000Z-00000000"

    assert terminal.status("complaint", "void", ACCOUNT, report.id, gone, complaint.id, *BECAUSE) == 2

    said = terminal.capsys.readouterr().out
    assert f"{report.id} not done: {report.id} never counted (the report says not-spam)" in said
    assert f"{gone} not done: {ACCOUNT} has no complaint {gone}; `permille complaint list {ACCOUNT}` names them" in said
    assert f"{complaint.id} no longer counts" in said
    assert complaints(stack) == 0


def test_where_the_rule_is_kept_now_staff_are_told_and_nothing_is_switched(
    stack: FakeStack, terminal: Terminal, complaint: Entry
) -> None:
    stack.rows.tallies[ACCOUNT, 1, TODAY] = Tally(1000, 2)
    stack.rows.put(a_record(ACCOUNT, NOW, a_verdict(1000, 2), days_of(1000, 2), []))
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), status=Status.DISABLED, strikes=1, decided_at=NOW)

    said = terminal.text("complaint", "void", ACCOUNT, complaint.id, *BECAUSE)

    kept = "Support has voided a complaint since, and by now the rules are kept."
    assert f"bakery is disabled. {kept} That alone does not switch it on again" in said
    assert stack.get(ACCOUNT).status is Status.DISABLED
    assert kept in terminal.text("account", "explain", ACCOUNT)
    assert terminal.answer("account", "explain", ACCOUNT)["kept_now"]


UNREADABLE = "{"


@pytest.mark.parametrize("call", ["tallies.days", "timeline.latest"])
def test_what_was_done_is_answered_where_the_account_cannot_be_judged(
    stack: FakeStack, terminal: Terminal, complaint: Entry, call: str
) -> None:
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), status=Status.DISABLED, decided_at=NOW)
    void = ("complaint", "void", ACCOUNT, complaint.id, *BECAUSE)
    restore = ("complaint", "restore", ACCOUNT, complaint.id, *BECAUSE)

    for typed, done, counted in ((void, "no longer counts", 0), (restore, "counts again", 1)):
        stack.faults.fail(call)
        said = terminal.text(*typed)
        assert said == f"{complaint.id} {done}\nbakery is disabled. Whether the rules are kept now is unknown.\n"
        assert complaints(stack) == counted
    stack.faults.fail(call)
    assert terminal.answer(*void)["kept_now"] is None


@pytest.mark.parametrize(("status", "kept_now"), [(Status.ACTIVE, False), (Status.DISABLED, None)])
def test_a_complaint_is_restored_also_while_the_policy_cannot_be_read(
    stack: FakeStack, terminal: Terminal, complaint: Entry, status: Status, kept_now: bool | None
) -> None:
    terminal.text("complaint", "void", ACCOUNT, complaint.id, *BECAUSE)
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), status=status)
    stack.policies.document = UNREADABLE

    answer = terminal.answer("complaint", "restore", ACCOUNT, complaint.id, *BECAUSE)

    assert (answer["decided"], answer["status"], answer["kept_now"]) == ([complaint.id], status, kept_now)
    assert complaints(stack) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("list", "nobody"), "there is no account 'nobody'"),
        (("void", "nobody", "20260310T120000.000000Z-00000000", *BECAUSE), "there is no account 'nobody'"),
        (("void", ACCOUNT, "complaint#m-1", *BECAUSE), "COMPLAINT: takes the id of an entry"),
        (("void", ACCOUNT, "20260310T120000.000000Z-00000000", "--reason", ""), "--reason: say why"),
        (("void", ACCOUNT, *BECAUSE), "Missing argument 'COMPLAINT'"),
    ],
)
def test_invalid_input_is_refused(terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("complaint", *typed)


def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal, complaint: Entry) -> None:
    stack.faults.fail("accounts.save", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("complaint", "void", ACCOUNT, complaint.id, *BECAUSE) == "AWS does not allow it"
