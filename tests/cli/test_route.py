"""`permille route`: may an account send now, and through what."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF, a_provider, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.restrictions import Exemption
from permille.domain.values.status import Status
from permille_cli.terminal.output import out


def test_an_active_account_sends_through_ses(terminal: Terminal) -> None:
    said = terminal.text("route", ACCOUNT)

    assert said.startswith(
        "bakery sends through email-smtp.us-east-1.amazonaws.com:587, since 10 March 2026, 00:00 (UTC)\n"
    )
    assert said.endswith("Your APWT SMTP account was set up\n")


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"status": Status.DISABLED}, "bakery may not send, since "),
        ({"provider": a_provider(username="[red]bakery:fire:")}, "bakery sends through email-smtp.us-east-1"),
        (
            {"status": Status.DISABLED, "provider": a_provider(username="[red]bakery:fire:")},
            "bakery sends through smtp.example.com:587 as [red]bakery:fire:, since ",
        ),
    ],
    ids=["disabled", "connected", "disabled connected"],
)
def test_what_it_sends_through_depends_on_its_status_and_its_provider(
    stack: FakeStack, terminal: Terminal, different: dict[str, Any], said: str
) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(**different)

    assert terminal.text("route", ACCOUNT).startswith(said)


def test_machines_get_all_of_it(terminal: Terminal) -> None:
    answer = terminal.answer("route", ACCOUNT)

    assert (answer["account_id"], answer["may_send"], answer["via"]) == (ACCOUNT, True, "ses")
    assert (answer["host"], answer["port"]) == ("email-smtp.us-east-1.amazonaws.com", 587)


def test_an_account_that_is_not_there_is_refused(terminal: Terminal) -> None:
    assert "there is no account 'nobody'" in terminal.refused("route", "nobody")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("route bakery", "since 10 March 2026, 01:00 (UTC+01:00)"),
        ("account list", "exempt until 11 March 2026, 00:00 (UTC+01:00)"),
        ("account show bakery", "exempt until 11 March 2026, 00:00 (UTC+01:00)"),
        ("timeline bakery", "When (Europe/Vienna)"),
        ("timeline bakery", "2026-03-10 01:00:00"),
    ],
)
def test_times_are_in_the_accounts_zone(
    stack: FakeStack, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: str, says: str
) -> None:
    monkeypatch.setattr(out.console, "width", 200)
    ends = Exemption(until=NOW + timedelta(hours=11), reason="So", by=STAFF)
    stack.rows.accounts[ACCOUNT] = replace(stack.rows.accounts[ACCOUNT], timezone="Europe/Vienna", exemption=ends)

    assert says in " ".join(terminal.text(*command.split()).split())
