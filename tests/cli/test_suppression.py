"""`permille suppression`: who complained, and is mailed no more."""

from datetime import timedelta

import pytest
from tests.builders import ACCOUNT, NOW, STAFF
from tests.cli.terminal import Terminal
from tests.operator_fakes import FakeStack

from permille.domain.errors import PermissionDenied
from permille.domain.suppression import Suppression
from permille.domain.timeline import id_at

ANN, BOB = "ann@example.com", "bob:fire:[x]@example.com"
BECAUSE = ("--reason", "She asked for it")


@pytest.fixture(autouse=True)
def _complained(stack: FakeStack) -> None:
    for number, address in enumerate([ANN, BOB, ANN]):
        at = NOW + timedelta(hours=number)
        stack.rows.suppressing[ACCOUNT, f"complaint-{number}"] = Suppression(address, at, id_at(at))


def test_each_address_is_listed_once_the_longest_suppressed_first(terminal: Terminal) -> None:
    said = terminal.text("suppression", "list", ACCOUNT)

    assert said == f"2026-03-10 12:00:00 UTC  complaint  {ANN}\n2026-03-10 13:00:00 UTC  complaint  {BOB}\n"


def test_machines_get_the_entries_as_well(terminal: Terminal) -> None:
    answer = terminal.answer("suppression", "list", ACCOUNT)

    assert answer["account_id"] == ACCOUNT
    first, _ = answer["suppressions"]
    assert first == {"address": ANN, "since": NOW.isoformat(), "entry_id": id_at(NOW), "why": "complaint"}


def test_where_nobody_complained_it_says_so(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.suppressing.clear()

    assert terminal.text("suppression", "list", ACCOUNT) == "Nobody is suppressed.\n"


def test_an_address_is_taken_off_all_its_cards_however_it_is_written(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text("suppression", "remove", ACCOUNT, "Ann <ANN@example.com>", *BECAUSE)

    assert said == f"{ANN} may be mailed again.\n"
    assert [one.address for one in stack.rows.suppressing.values()] == [BOB]
    assert stack.kinds(ACCOUNT)[-1] == "unsuppressed"
    assert (stack.last_facts(ACCOUNT).reason, stack.last_facts(ACCOUNT).by) == (BECAUSE[1], STAFF)


def test_machines_get_the_entry_that_says_so(terminal: Terminal) -> None:
    answer = terminal.answer("suppression", "remove", ACCOUNT, ANN, *BECAUSE)

    assert (answer["kind"], answer["facts"]["recipient"]) == ("unsuppressed", ANN)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("list", "nobody"), "there is no account 'nobody'"),
        (("remove", "nobody", ANN, *BECAUSE), "there is no account 'nobody'"),
        (("remove", ACCOUNT, "ann", *BECAUSE), "'ann' is no e-mail address, such as ann@example.com"),
        (("remove", ACCOUNT, "eve@example.com", *BECAUSE), "eve@example.com is not suppressed; `permille suppression"),
        (("remove", ACCOUNT, ANN, "--reason", ""), "--reason: say why"),
        (("remove", ACCOUNT, ANN), "Missing option '--reason'"),
    ],
    ids=lambda one: " ".join(one[:3]) if isinstance(one, tuple) else "",
)
def test_what_cannot_be_is_refused(stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("suppression", *typed)

    assert len(stack.rows.suppressing) == 3


@pytest.mark.parametrize(
    ("call", "typed"),
    [("suppressions.cards", ("list", ACCOUNT)), ("suppressions.lift", ("remove", ACCOUNT, ANN, *BECAUSE))],
)
def test_what_aws_does_not_allow_is_said(
    stack: FakeStack, terminal: Terminal, call: str, typed: tuple[str, ...]
) -> None:
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("suppression", *typed) == "AWS does not allow it"
