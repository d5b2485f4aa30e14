"""`permille suppression`: who complained, and is mailed no more."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.sending.suppression import Suppression, SuppressionReason
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import PermissionDenied

ANN, BOB = "ann@example.com", "bob:fire:[x]@example.com"
FILE = Path(__file__).parent / "addresses.csv"
BECAUSE = ("--reason", "She asked for it")


@pytest.fixture(autouse=True)
def _complained(stack: FakeStack) -> None:
    for number, address in enumerate([ANN, BOB, ANN]):
        at = NOW + timedelta(hours=number)
        stack.rows.suppressing[ACCOUNT, f"complaint-{number}"] = Suppression(address, at, id_at(at))


def test_each_address_is_listed_once_the_longest_suppressed_first(terminal: Terminal) -> None:
    said = terminal.text("suppression", "list", ACCOUNT)

    lines = [
        f"complaint  {ANN}, since 10 March 2026, 12:00 (UTC)",
        f"complaint  {BOB}, since 10 March 2026, 13:00 (UTC)",
    ]
    assert said.splitlines() == lines


def test_machines_get_the_entries_as_well(terminal: Terminal) -> None:
    answer = terminal.answer("suppression", "list", ACCOUNT)

    assert answer["account_id"] == ACCOUNT
    first, _ = answer["suppressions"]
    assert first == {"address": ANN, "since": NOW.isoformat(), "entry_id": id_at(NOW), "reason": "complaint"}


def test_without_complaints_it_says_so(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.suppressing.clear()

    assert terminal.text("suppression", "list", ACCOUNT) == "No address is suppressed.\n"


def test_an_address_is_taken_off_all_its_cards_however_it_is_written(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text("suppression", "remove", ACCOUNT, "Ann <ANN@example.com>", *BECAUSE)

    assert said == f"{ANN} may be mailed again.\n{NOT_IN_SES}"
    assert [one.address for one in stack.rows.suppressing.values()] == [BOB]
    assert stack.kinds(ACCOUNT)[-1] == "unsuppressed"
    assert (stack.last_facts(ACCOUNT).reason, stack.last_facts(ACCOUNT).by) == (BECAUSE[1], STAFF)


def test_machines_get_the_entry_that_says_so(terminal: Terminal) -> None:
    answer = terminal.answer("suppression", "remove", ACCOUNT, ANN, *BECAUSE)

    assert (answer["kind"], answer["facts"]["address"]) == ("unsuppressed", ANN)


def test_an_address_is_added_once(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.text("suppression", "add", ACCOUNT, "Eve <EVE@example.com>", *BECAUSE) == (
        "eve@example.com is suppressed.\n"
    )

    assert stack.last_facts(ACCOUNT).address == "eve@example.com"
    assert "eve@example.com is on the list already" in terminal.refused(
        "suppression", "add", ACCOUNT, "eve@example.com", *BECAUSE
    )
    assert terminal.answer("suppression", "add", ACCOUNT, "cyd@example.com", *BECAUSE)["kind"] == "suppressed"


def test_a_file_is_taken_in_and_can_be_again(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.text("suppression", "import", ACCOUNT, str(FILE), *BECAUSE) == (
        "Added 2; 0 were on the list already.\n"
    )
    assert terminal.answer("suppression", "import", ACCOUNT, str(FILE), *BECAUSE) == {
        "account_id": ACCOUNT,
        "added": 0,
        "known": 2,
    }

    assert stack.kinds(ACCOUNT).count("suppressions_imported") == 1


def test_what_was_exported_can_be_imported(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("suppression", "add", ACCOUNT, "=1+1@example.com", *BECAUSE)
    stack.rows.suppressing = {
        key: card for key, card in stack.rows.suppressing.items() if card.reason is SuppressionReason.ADDED
    }

    table = terminal.text("suppression", "export", ACCOUNT)
    (told,) = terminal.answer("suppression", "export", ACCOUNT)["suppressions"]

    assert table == f"\ufeffaddress,reason,since,why\r\n'=1+1@example.com,added,{NOW.isoformat()},{BECAUSE[1]}\r\n"
    assert (told["address"], told["reason"], told["why"]) == ("=1+1@example.com", "added", BECAUSE[1])
    terminal.stdin = table
    assert terminal.answer("suppression", "import", ACCOUNT, "-", *BECAUSE)["known"] == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("list", "nobody"), "there is no account 'nobody'"),
        (("remove", "nobody", ANN, *BECAUSE), "there is no account 'nobody'"),
        (("remove", ACCOUNT, "ann", *BECAUSE), "'ann' is not an e-mail address such as ann@example.com"),
        (
            ("remove", ACCOUNT, "eve@example.com", *BECAUSE),
            "eve@example.com is not suppressed; see `permille suppression",
        ),
        (("remove", ACCOUNT, ANN, "--reason", ""), "--reason: say why"),
        (("remove", ACCOUNT, ANN), "Missing option '--reason'"),
        (("add", "nobody", ANN, *BECAUSE), "there is no account 'nobody'"),
        (("add", ACCOUNT, "ann", *BECAUSE), "'ann' is not an e-mail address such as ann@example.com"),
        (("import", ACCOUNT, "-", *BECAUSE), "1 line holds no e-mail address: line 2 ('bob'); nothing was imported"),
        (("import", ACCOUNT, "/nowhere.csv", *BECAUSE), "/nowhere.csv cannot be read"),
        (("import", "nobody", str(FILE), *BECAUSE), "there is no account 'nobody'"),
        (("export", "nobody"), "there is no account 'nobody'"),
    ],
    ids=lambda one: " ".join(one[:3]) if isinstance(one, tuple) else "",
)
def test_invalid_input_is_refused(stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    terminal.stdin = f"{ANN}\nbob\n"

    assert says in terminal.refused("suppression", *typed)

    assert len(stack.rows.suppressing) == 3


@pytest.mark.parametrize(
    ("call", "typed"),
    [
        ("suppressions.records", ("list", ACCOUNT)),
        ("suppressions.lift", ("remove", ACCOUNT, ANN, *BECAUSE)),
        ("suppressions.add", ("add", ACCOUNT, ANN, *BECAUSE)),
        ("suppressions.add", ("import", ACCOUNT, str(FILE), *BECAUSE)),
        ("suppressions.detailed", ("export", ACCOUNT)),
    ],
)
def test_an_aws_permission_error_is_reported(
    stack: FakeStack, terminal: Terminal, call: str, typed: tuple[str, ...]
) -> None:
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("suppression", *typed) == "AWS does not allow it"


# ---------------------------------------------------------------- SES's own list

IN_SES = f"It is on SES's own list ({ANN}: COMPLAINT), so SES drops mail to it; --also-in-ses removes it.\n"
HALF = "the address is off the account's list, but perhaps not off SES's own: {}; repeat the command"
NOT_IN_SES = "It is not on SES's own list of the AWS account.\n"


def test_of_an_address_both_lists_are_shown(stack: FakeStack, terminal: Terminal) -> None:
    stack.ses_suppressions.reasons[ANN] = "COMPLAINT"

    assert terminal.text("suppression", "show", ACCOUNT, ANN) == (
        f"{ANN} has been suppressed since 10 March 2026, 12:00 (UTC) for {ACCOUNT}.\n{IN_SES}"
    )
    assert terminal.text("suppression", "show", ACCOUNT, "eve@example.com") == (
        f"eve@example.com is not suppressed for {ACCOUNT}.\n{NOT_IN_SES}"
    )
    answer = terminal.answer("suppression", "show", ACCOUNT, ANN)
    assert (answer["suppression"]["address"], answer["ses"]["reasons"]) == (ANN, {ANN: "COMPLAINT"})


def test_whether_a_bounce_suppresses_the_policy_says(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.suppressing[ACCOUNT, "bounce#m"] = Suppression(
        "eve@example.com", NOW, id_at(NOW), SuppressionReason.BOUNCE
    )
    show = ("suppression", "show", ACCOUNT, "eve@example.com")
    assert terminal.answer(*show)["suppression"]["reason"] == "bounce"

    stack.policies.set('{"suppress_bounces": false}')

    assert terminal.answer(*show)["suppression"] is None
    assert terminal.text(*show).startswith(f"eve@example.com is not suppressed for {ACCOUNT}.")


def test_removing_an_address_says_that_it_is_still_on_the_list_of_ses(stack: FakeStack, terminal: Terminal) -> None:
    stack.ses_suppressions.reasons[ANN] = "COMPLAINT"

    said = terminal.text("suppression", "remove", ACCOUNT, ANN, *BECAUSE)

    assert said == f"{ANN} may be mailed again.\n{IN_SES}"
    assert stack.ses_suppressions.reasons == {ANN: "COMPLAINT"}


@pytest.mark.parametrize("spelling", [ANN, "Ann@Example.com"])
def test_also_in_ses_removes_it_from_the_list_of_ses(stack: FakeStack, terminal: Terminal, spelling: str) -> None:
    stack.ses_suppressions.reasons |= {spelling: "BOUNCE", BOB: "BOUNCE"}

    said = terminal.text("suppression", "remove", ACCOUNT, spelling, *BECAUSE, "--also-in-ses")

    assert said.endswith("It was removed from SES's own list, for all accounts.\n")
    assert stack.ses_suppressions.reasons == {BOB: "BOUNCE"}


def test_a_command_that_was_cut_off_between_the_lists_can_be_repeated(stack: FakeStack, terminal: Terminal) -> None:
    stack.ses_suppressions.reasons[ANN] = "COMPLAINT"
    stack.faults.fail("ses_suppressions.remove")
    remove = ("suppression", "remove", ACCOUNT, ANN, *BECAUSE, "--also-in-ses")
    assert terminal.failed(*remove) == HALF.format("ses_suppressions.remove: injected")

    answer = terminal.answer(*remove)

    assert (answer["ses"], stack.ses_suppressions.reasons) == (
        {"reasons": {ANN: "COMPLAINT"}, "taken_off": True, "unknown": None},
        {},
    )
    assert "is not suppressed" in terminal.refused(*remove)
    assert stack.kinds(ACCOUNT).count("unsuppressed") == 1


def test_where_ses_cannot_be_asked_the_account_is_seen_to_all_the_same(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("ses_suppressions.reason", error=PermissionDenied("AWS does not allow it"))

    said = terminal.text("suppression", "remove", ACCOUNT, ANN, *BECAUSE)

    assert said == f"{ANN} may be mailed again.\nWhether it is on SES's own list is unknown: AWS does not allow it\n"


def test_also_in_ses_fails_if_ses_cannot_be_asked(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("ses_suppressions.reason", error=PermissionDenied("AWS does not allow it"))

    said = terminal.failed("suppression", "remove", ACCOUNT, ANN, *BECAUSE, "--also-in-ses")

    assert said == HALF.format("AWS does not allow it")


def test_if_ses_cannot_be_asked_its_list_is_unknown(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("ses_suppressions.reason", error=PermissionDenied("AWS does not allow it"))

    said = terminal.failed("suppression", "remove", ACCOUNT, "eve@example.com", *BECAUSE, "--also-in-ses")

    assert said == HALF.format("AWS does not allow it")


def test_each_spelling_has_the_reason_of_ses(stack: FakeStack, terminal: Terminal) -> None:
    stack.ses_suppressions.reasons |= {ANN: "COMPLAINT", "Ann@Example.com": "BOUNCE"}
    show = ("suppression", "show", ACCOUNT, "Ann@Example.com")

    assert "(ann@example.com: COMPLAINT, Ann@Example.com: BOUNCE)" in terminal.text(*show)
    assert terminal.answer(*show)["ses"]["reasons"] == {ANN: "COMPLAINT", "Ann@Example.com": "BOUNCE"}
