"""Commands that decide about an account: what they are given is parsed into a decision, or told to be wrong."""

from datetime import UTC, datetime

import pytest
from tests.support.builders import ACCOUNT, STAFF, an_account
from tests.support.desk_world import went_well
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.restrictions import Exemption
from permille.domain.values.status import Status

ASKED = ["--batch", "800", "--cause", "We mailed an old list", "--change", "We took it off"]
DECIDED_WITH_A_REASON = [
    ["account", "disable", ACCOUNT],
    ["account", "enable", ACCOUNT],
    ["account", "close", ACCOUNT],
    ["account", "change", ACCOUNT, "--owner-name", "Nell"],
    ["account", "exempt", ACCOUNT, "--until", "2026-12-31"],
    ["account", "unexempt", ACCOUNT],
    ["account", "owner-mail", ACCOUNT, "--reset"],
    ["link", "revoke", "owner", ACCOUNT],
    ["review", "decline", ACCOUNT],
    ["review", "cancel", ACCOUNT],
    ["review", "confirm", ACCOUNT],
]


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "a\udcff", "x" * 1001])
@pytest.mark.parametrize("typed", DECIDED_WITH_A_REASON, ids=" ".join)
def test_without_a_reason_nothing_is_decided(
    stack: FakeStack, terminal: Terminal, typed: list[str], reason: str
) -> None:
    before = stack.get(ACCOUNT)

    assert terminal.refused(*typed, "--reason", reason).startswith("--reason: ")

    assert stack.get(ACCOUNT) == before


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["review", "request", "--day", "20261231", *ASKED], "--day: takes a day such as 2026-12-31"),
        (["review", "request", "--day", "2026-02-30", *ASKED], "--day: is not a date of the calendar"),
        (["review", "request", "--day", "9999-12-31", *ASKED], "--day: that day is too far ahead"),
        (["review", "amend", "--day", "2026-12-31", *ASKED[:4], "--change", " "], "--change: say what was changed"),
        (["review", "approve", "--day", "2026-12-31", "--note", "x" * 1001], "--note: 1,001 characters are too many"),
        (["account", "exempt", "--reason", "Why", "--until", "20261231"], "--until: takes a day such as 2026-12-31"),
        (["account", "exempt", "--reason", "Why", "--until", "2026-12-31T99"], "--until: takes a day such as"),
        (["account", "exempt", "--reason", "Why", "--until", "2206-12-31"], "lasts at most 366 days"),
        (["account", "enable", "--reason", "Why"], "bakery is active already"),
    ],
)
def test_an_invalid_value_names_its_option(stack: FakeStack, terminal: Terminal, typed: list[str], says: str) -> None:
    before = stack.get(ACCOUNT)

    assert says in terminal.refused(*typed[:2], ACCOUNT, *typed[2:])

    assert stack.get(ACCOUNT) == before


def test_all_invalid_values_are_reported_at_once(terminal: Terminal) -> None:
    said = terminal.refused(
        "review", "request", ACCOUNT, "--day", "2026-03-12", "--batch", "0", "--cause", "", "--change", "x"
    )

    assert said == (
        "--batch: a batch has 1 to 10,000,000 e-mails; say how many go out on that day; --cause: say what went wrong"
    )


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T12:00:00", datetime(2026, 12, 31, 12, tzinfo=UTC)),
        ("2026-12-31T12:00:00+02:00", datetime(2026, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_an_exemption_lasts_to_the_end_of_its_day_or_to_an_instant(
    stack: FakeStack, terminal: Terminal, until: str, ends: datetime
) -> None:
    terminal.text("account", "exempt", ACCOUNT, "--reason", " A partner ", "--until", until)

    assert stack.get(ACCOUNT).exemption == Exemption(ends, "A partner", STAFF)


def test_another_exemption_says_what_it_replaces(terminal: Terminal) -> None:
    exempt = ("account", "exempt", ACCOUNT, "--until")

    first = terminal.text(*exempt, "2026-12-31", "--reason", "A partner")
    second = terminal.text(*exempt, "2026-06-30", "--reason", "Half a year")

    assert "Instead of" not in first
    assert second.endswith("Instead of the exemption until 1 January 2027, 00:00 (UTC): A partner\n")


@pytest.mark.parametrize(
    "typed",
    [
        ["request", ACCOUNT, "--day", "2026-03-12", *ASKED],
        ["amend", ACCOUNT, "--day", "2026-03-12", *ASKED],
        ["approve", ACCOUNT, "--day", "2026-03-12"],
        ["decline", ACCOUNT, "--reason", "Why"],
    ],
    ids=lambda typed: typed[0],
)
def test_where_the_zone_is_not_known_here_no_day_is_decided_on(
    stack: FakeStack, terminal: Terminal, typed: list[str]
) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED, timezone="Mars/Olympus")

    assert terminal.refused("review", *typed) == "'Mars/Olympus' is no time zone that is known here"

    terminal.text("account", "enable", ACCOUNT, "--reason", "Why")  # what needs no zone is decided


def test_an_unknown_time_zone_is_reported(terminal: Terminal) -> None:
    said = terminal.refused(
        "account", "add", "rocket", "--owner-email", "r@example.com", "--identity", "example.com", "--timezone", "Mars"
    )

    assert said == "--timezone: 'Mars' is no time zone; one is Europe/Vienna"


def test_a_confirmation_has_a_reason_also_where_none_is_typed(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = went_well()
    stack.rows.entries.clear()

    terminal.text("review", "confirm", ACCOUNT)

    assert stack.last_facts(ACCOUNT).reason == "The trial went well"
