"""`permille policy try|set|history|revert`: a policy is seen before it is set, and can be taken back."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, STAFF, TODAY, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Exemption
from permille.domain.policy.policy_file import parse_policy
from permille.domain.rules.breaker import BreakerState
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Mode
from permille.domain.values.tally import Tally
from permille_cli.answers.policy_preview import MOST_ROWS

STRICT = '{"complaint_ratio": {"complaints_at_least": 1}}'
LENIENT = '{"complaint_ratio": {"complaints_at_least": 5}}'
SHORTER = '{"window_days": 30}'
CHANGES = ("set", "try")


def have(stack: FakeStack, account_id: str, complaints: int = 1, **different: Any) -> None:
    stack.rows.accounts[account_id] = an_account(account_id, assessment=Assessment(TODAY, 0, 0, 0, 0), **different)
    stack.rows.tallies[account_id, 1, TODAY] = Tally(500, complaints)


@pytest.fixture
def _many(stack: FakeStack) -> None:
    """More than the breaker lets pass: 30 with a complaint each."""
    for number in range(30):
        have(stack, f"shop-{number:02}", owner_name=":fire: [b]Bea")


@pytest.fixture
def policy_file(tmp_path: Any) -> str:
    file = tmp_path / "policy.json"
    file.write_text(STRICT, encoding="utf-8")
    return str(file)


# ---------------------------------------------------------------- the preview


@pytest.mark.parametrize("command", CHANGES)
def test_the_preview_lists_accounts_to_disable_and_keep(stack: FakeStack, terminal: Terminal, command: str) -> None:
    have(stack, "shop", owner_name=":fire: [b]Bea")
    have(stack, "partner", exemption=Exemption(NOW + timedelta(days=1), "A partner", STAFF))
    have(stack, "above", 2)
    terminal.stdin = STRICT

    said = terminal.text("policy", command, "-")

    lines = [" ".join(line.split()) for line in said.splitlines()]
    begins = lines.index("Compared with the policy in force, default, by the current counts of 3 accounts:")
    ends = lines.index("1 account would break a rule, and stay enabled: exempt")
    assert lines[1:begins] == ["complaint_ratio.complaints_at_least from 2 to 1", lines[begins - 1]]
    assert lines[begins - 1].startswith("warning: complaint_ratio.complaints_at_least is 1")
    assert lines[begins + 1] == "2 accounts would be disabled, 1 of them by the policy in force too"
    rows = [line for line in lines[begins + 2 : ends] if "complaint_ratio" in line]
    assert [(row.split()[0], row.split("complaint_ratio ")[1]) for row in rows] == [
        ("above", "2 500 4.00 0"),
        ("shop", "1 500 2.00 0"),
    ]
    assert ":fire: [b]Bea" in " ".join(lines).replace("complaint_ratio 1 500 2.00 0 ", "")


def test_the_preview_lists_accounts_to_keep(stack: FakeStack, terminal: Terminal) -> None:
    have(stack, "above", 2)
    terminal.stdin = LENIENT

    said = terminal.text("policy", "try", "-")

    assert "1 account would be kept, contrary to the policy in force" in said
    assert "would be disabled" not in said


def test_the_preview_says_if_nothing_changes(terminal: Terminal) -> None:
    terminal.stdin = SHORTER

    said = terminal.text("policy", "try", "-")

    assert said.endswith("default, by the current counts of 0 accounts: nothing changes\n")


@pytest.mark.usefixtures("_many")
def test_people_get_the_worst_and_machines_get_all(stack: FakeStack, terminal: Terminal) -> None:
    have(stack, "worst", 9)
    terminal.stdin = STRICT

    said = terminal.text("policy", "try", "-")
    preview = terminal.answer("policy", "try", "-")["preview"]

    assert said.count("shop-") == MOST_ROWS - 1
    assert f"... and {31 - MOST_ROWS} more; --json names all\n" in said
    assert preview["would_disable"][0]["account_id"] == "worst"
    assert len(preview["would_disable"]) == 31


@pytest.mark.parametrize("command", CHANGES)
def test_machines_get_every_number(stack: FakeStack, terminal: Terminal, command: str) -> None:
    have(stack, "shop", owner_name="Bea")
    terminal.stdin = STRICT

    answer = terminal.answer("policy", command, "-")

    assert answer.pop("preview") == {
        "present": "default",
        "mode": "enforce",
        "judged": 1,
        "bound": 5,
        "exceeds_bound": False,
        "would_disable": [
            {
                "account_id": "shop",
                "owner_name": "Bea",
                "status": "active",
                "delivered": 500,
                "complaints": 1,
                "bounces": 0,
                "per_1000": 2.0,
                "rule": "complaint_ratio",
                "why": "1 complaint in 500 delivered e-mails over the last 45 days: 2.00 per 1,000. "
                "The limit is 1 complaint for every 1,000.",
                "breaks_present": False,
            }
        ],
        "would_end_trial": [],
        "exempt": [],
        "would_keep": [],
        "would_have_kept": [],
    }
    assert answer == {"parameter": "/permille/policy", **terminal.answer("policy", "check", "-")}
    assert [warning[:45] for warning in answer["warnings"]] == ["complaint_ratio.complaints_at_least is 1: one"]


@pytest.mark.parametrize("command", ["check", *CHANGES])
def test_people_are_warned_of_numbers_that_weaken_a_protection(terminal: Terminal, command: str) -> None:
    terminal.stdin = '{"window_days": 4}'

    assert "warning: window_days is 4: complaints about mail" in terminal.text("policy", command, "-")


@pytest.mark.usefixtures("_many")
def test_to_try_a_policy_sets_nothing_however_many_it_would_disable(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stdin = STRICT

    assert terminal.answer("policy", "try", "-")["preview"]["exceeds_bound"]

    assert stack.policies.document is None
    assert stack.kinds(SYSTEM) == []


# ---------------------------------------------------------------- the question

ASKS = "30 accounts would be disabled, and the breaker allows 5 within an hour"


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize(("answer", "is_set"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_at_a_terminal_a_person_is_asked(
    stack: FakeStack, terminal: Terminal, policy_file: str, answer: str, is_set: bool
) -> None:
    terminal.typing = answer

    status = terminal.status("policy", "set", policy_file)

    said = terminal.capsys.readouterr()
    assert f"{ASKS}. Continue? [y/N]:" in said.err
    assert "30 accounts would be disabled" in said.out  # before
    assert status == (0 if is_set else 1)
    assert is_set or said.err.endswith("permille: nothing was done\n")
    assert (stack.policies.document == STRICT) is is_set
    assert stack.kinds(SYSTEM) == ["policy_set"] * is_set


@pytest.mark.usefixtures("_many")
def test_without_a_terminal_nothing_is_set(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stdin = STRICT

    status = terminal.status("policy", "set", "-")

    said = terminal.capsys.readouterr()
    wants = f"permille: {ASKS}; nothing was done: to do it, repeat the command with --yes\n"
    assert (status, said.err) == (2, wants)
    assert "30 accounts would be disabled" in said.out
    assert stack.policies.document is None


@pytest.mark.usefixtures("_many")
def test_a_machine_is_never_asked(stack: FakeStack, terminal: Terminal, policy_file: str) -> None:
    terminal.typing = "y\n"

    assert terminal.refused("policy", "set", policy_file, "--json").startswith(ASKS)

    assert stack.policies.document is None


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("options", [("--yes",), ("--yes", "--json")])
def test_yes_skips_the_confirmation_and_shows_the_preview(
    stack: FakeStack, terminal: Terminal, options: tuple[str, ...]
) -> None:
    terminal.stdin = STRICT

    said = terminal.text("policy", "set", "-", *options)

    assert ("30 accounts would be disabled" in said) or len(json.loads(said)["preview"]["would_disable"]) == 30
    assert stack.policies.document == STRICT


@pytest.mark.usefixtures("_many")
def test_below_the_bound_there_is_no_confirmation(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.breaker = BreakerState(active_accounts=1500)
    terminal.stdin = STRICT

    assert terminal.answer("policy", "set", "-")["preview"]["bound"] == 30

    assert stack.policies.document == STRICT


@pytest.mark.usefixtures("_many")
def test_in_monitor_mode_there_is_no_confirmation(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stack = replace(stack, outputs={**stack.outputs, "EnforcementMode": Mode.MONITOR})
    terminal.stdin = STRICT

    assert "The mode is monitor: no account is disabled.\n" in terminal.text("policy", "set", "-")


@pytest.mark.usefixtures("_many")
def test_the_same_policy_can_be_set_again_without_confirmation(stack: FakeStack, terminal: Terminal) -> None:
    stack.policies.document = STRICT
    terminal.stdin = STRICT

    said = terminal.text("policy", "set", "-")

    assert "It is in force already, so no account is judged again." in said
    assert "within a minute" not in said
    assert stack.kinds(SYSTEM) == ["policy_set"]


def test_the_policy_in_force_that_nobody_breaks_is_said_to_disable_nobody(stack: FakeStack, terminal: Terminal) -> None:
    stack.policies.document = terminal.stdin = STRICT

    assert "By the current counts of 0 accounts: none would be disabled\n" in terminal.text("policy", "try", "-")


@pytest.mark.parametrize("options", [(), ("--yes",), ("--json",)])
@pytest.mark.parametrize("call", ["accounts.all", "tallies.days", "control.breaker"])
def test_where_the_counts_cannot_be_read_nothing_is_set_whatever_is_said(
    stack: FakeStack, terminal: Terminal, call: str, options: tuple[str, ...]
) -> None:
    have(stack, "shop")
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))
    terminal.stdin = SHORTER

    assert terminal.failed("policy", "set", "-", *options) == "AWS does not allow it"

    assert (stack.policies.document, stack.kinds(SYSTEM)) == (None, [])


# ---------------------------------------------------------------- the history


def were_set(terminal: Terminal, *documents: str) -> list[str]:
    """Sets one after the other, and returns their ids."""
    ids = []
    for terminal.stdin in documents:
        ids.append(terminal.answer("policy", "set", "-")["policy"]["id"])
    return ids


def test_the_history_says_when_by_whom_and_what_changed_the_newest_first(terminal: Terminal) -> None:
    shorter, strict = were_set(terminal, SHORTER, STRICT)

    said = " ".join(terminal.text("policy", "history").split())

    assert said.startswith(f"{strict} is in force When (UTC) Policy What 2026-03-10 12:00:0")
    assert said.index(f"in the place of {shorter}") < said.index("in the place of default: window_days from 45 to 30.")
    assert "By user/sam, in the place of" in said


def test_machines_get_the_history_with_all_numbers(terminal: Terminal) -> None:
    shorter, strict = were_set(terminal, SHORTER, STRICT)

    told = terminal.answer("policy", "history")

    assert (told["in_force"]["id"], told["is_recorded"]) == (strict, True)
    assert [(entry["policy"], entry["replaced"]) for entry in told["entries"]] == [
        (strict, shorter),
        (shorter, "default"),
    ]
    newest = told["entries"][0]
    assert (newest["by"], newest["rules"]["id"], newest["replaced_rules"]["window_days"]) == (STAFF, strict, 30)


def test_a_policy_that_was_set_in_another_way_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    were_set(terminal, STRICT)
    stack.policies.document = SHORTER

    said = " ".join(terminal.text("policy", "history").split())

    by_hand = parse_policy(SHORTER).id
    assert said.startswith(f"{by_hand} is in force, but not in the history: it was set in another way")
    assert not terminal.answer("policy", "history")["is_recorded"]


def test_an_unparsable_policy_is_reported_with_the_history(stack: FakeStack, terminal: Terminal) -> None:
    were_set(terminal, STRICT)
    stack.policies.document = "{"

    said = terminal.text("policy", "history")

    assert said.startswith("The policy in /permille/policy cannot be parsed, so no account is judged")
    assert "in the place of default" in " ".join(said.split())
    assert terminal.answer("policy", "history")["in_force"] is None


# ---------------------------------------------------------------- taking back


def test_revert_is_in_the_history(stack: FakeStack, terminal: Terminal) -> None:
    shorter, strict = were_set(terminal, SHORTER, STRICT)

    assert terminal.answer("policy", "revert")["policy"]["id"] == shorter
    assert stack.policies.current() == parse_policy(SHORTER)
    assert terminal.answer("policy", "revert")["policy"]["id"] == strict  # the one before is now this one

    told = terminal.answer("policy", "history")["entries"]
    assert [entry["policy"] for entry in told] == [strict, shorter, strict, shorter]


def test_any_policy_of_the_history_can_be_named(stack: FakeStack, terminal: Terminal) -> None:
    were_set(terminal, SHORTER, STRICT)

    terminal.text("policy", "revert", "--to", "default")

    assert terminal.answer("policy", "show")["policy"]["id"] == "default"


def test_a_policy_that_cannot_be_understood_is_left_for_the_newest_of_the_history(
    stack: FakeStack, terminal: Terminal
) -> None:
    [strict] = were_set(terminal, STRICT)
    stack.policies.document = "{"

    assert terminal.answer("policy", "revert")["policy"]["id"] == strict


@pytest.mark.usefixtures("_many")
def test_revert_asks_for_confirmation_as_set_does(stack: FakeStack, terminal: Terminal) -> None:
    stack.policies.document = STRICT
    [lenient] = were_set(terminal, LENIENT)

    assert terminal.refused("policy", "revert", "--json").startswith(ASKS)
    assert terminal.answer("policy", "history")["in_force"]["id"] == lenient

    assert terminal.answer("policy", "revert", "--yes")["policy"]["id"] == parse_policy(STRICT).id


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ((), "the history has no policy before the one in force"),
        (("--to", "default-00000000"), "the history has no policy 'default-00000000'; it has none"),
    ],
)
def test_what_is_not_in_the_history_is_refused(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    assert terminal.refused("policy", "revert", *typed) == says

    assert stack.policies.document is None
