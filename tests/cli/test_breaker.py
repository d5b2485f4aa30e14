"""`permille breaker`: what keeps the rules from disabling many accounts at once."""

import json

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF, TODAY, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Hold
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import HoldReason
from permille.domain.words.wording import WAITS_FOR
from permille.usecases.enforcement import held_accounts

REASON = "They really spam :fire: [x]"


@pytest.fixture
def _open(stack: FakeStack) -> None:
    stack.rows.breaker = BreakerState(opened_at=NOW, active_accounts=400)
    stack.rows.passed[hour_of(NOW)] = 8
    for account_id, why in {
        "full": HoldReason.BREAKER,
        "unseen": HoldReason.NO_DELIVERIES,
        "waits": HoldReason.FEEDBACK,
    }.items():
        hold = Hold(why, NOW, needs_staff=why is not HoldReason.FEEDBACK)
        stack.rows.accounts[account_id] = an_account(
            account_id, hold=hold, assessment=Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True)
        )


@pytest.mark.usefixtures("_open")
def test_an_open_breaker_shows_since_when_and_the_held_accounts(terminal: Terminal) -> None:
    assert terminal.text("breaker", "show").splitlines() == [
        "open since 10 March 2026, 12:00 (UTC): the rules disable nobody",
        "Check the held accounts; then `permille breaker reset --reason TEXT [--allow N]`.",
        "disablings in the hour from 10 March 2026, 12:00 (UTC): 8; the bound is 8",
        "if the evidence is beyond doubt: up to 16, even while it is open",
        "  held: full, 2 complaints in 1,000 delivered, 0 bounced, because the breaker is full or open",
        f"  held: unseen, 2 complaints in 1,000 delivered, 0 bounced, because {WAITS_FOR['no_deliveries']}",
        "Decide about them with `permille breaker release` or `exempt`: name accounts, or use --all.",
    ]


@pytest.mark.usefixtures("_open")
def test_machines_get_the_same(terminal: Terminal) -> None:
    assert terminal.answer("breaker", "show") == {
        "open": True,
        "opened_at": NOW.isoformat(),
        "hour": "2026-03-10T12",
        "passed": 8,
        "bound": 8,
        "second_bound": 16,
        "active_accounts": 400,
        "held": [
            {"account_id": "full", "hold_reason": "breaker", "delivered": 1000, "complaints": 2, "bounces": 0},
            {"account_id": "unseen", "hold_reason": "no_deliveries", "delivered": 1000, "complaints": 2, "bounces": 0},
        ],
        "last_reset": None,
    }


@pytest.mark.usefixtures("_open")
def test_whom_it_holds_is_read_from_an_index_however_many_accounts_there_are(
    stack: FakeStack, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_accounts, "READ_AT_ONCE", 1)
    monkeypatch.setattr(held_accounts, "MAX_READ", 1)  # of a page of the desk
    for number in range(20):
        stack.rows.accounts[f"fine-{number}"] = an_account(
            f"fine-{number}", assessment=Assessment(TODAY, 5000, 1, 0, 4)
        )

    assert [one["account_id"] for one in terminal.answer("breaker", "show")["held"]] == ["full", "unseen"]
    assert "accounts.all" not in stack.faults.calls
    assert stack.faults.calls.count("account_index.by_risk") == 4  # three above a limit, and the first that is not


@pytest.mark.usefixtures("_open")
def test_a_reset_closes_it_and_lets_as_many_more_pass_as_usual(terminal: Terminal) -> None:
    said = terminal.text("breaker", "reset", "--reason", REASON)

    told = "The breaker is closed; the rules may disable 8 more in this hour before it opens again."
    assert " ".join(said.split()) == told
    state = terminal.answer("breaker", "show")
    assert (state["open"], state["passed"], state["bound"]) == (False, 8, 16)
    assert state["last_reset"] == {"at": "2026-03-10T12:00:00.000000+00:00", "by": STAFF, "reason": REASON}


@pytest.mark.usefixtures("_open")
def test_a_reset_can_name_how_many_more(terminal: Terminal) -> None:
    assert terminal.answer("breaker", "reset", "--reason", REASON, "--allow", "3")["bound"] == 11


def test_resetting_a_closed_breaker_says_so_and_raises_the_bound(terminal: Terminal) -> None:
    said = terminal.text("breaker", "reset", "--reason", REASON, "--allow", "7")

    assert " ".join(said.split()).startswith("The breaker was closed already; the rules may disable 7 more")
    assert terminal.text("breaker", "show").splitlines() == [
        "closed",
        "disablings in the hour from 10 March 2026, 12:00 (UTC): 0; the bound is 7",
        f"last reset 10 March 2026, 12:00 (UTC) by {STAFF}: {REASON}",
    ]


def test_where_the_policy_cannot_be_read_the_bound_is_unknown(stack: FakeStack, terminal: Terminal) -> None:
    stack.policies.document = "{"

    assert "0; the bound is unknown" in terminal.text("breaker", "show")
    assert terminal.answer("breaker", "show")["bound"] is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("--reason", " "), "--reason: say why"),
        ((), "Missing option '--reason'"),
        (("--reason", "x", "--allow", "-1"), "--allow"),
        (("--reason", "x", "--allow", "many"), "--allow"),
    ],
)
@pytest.mark.usefixtures("_open")
def test_a_wrong_reset_leaves_it_open(stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("breaker", "reset", *typed)

    assert stack.rows.breaker.opened_at == NOW


def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("breaker_admin.reset_breaker", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("breaker", "reset", "--reason", "x") == "AWS does not allow it"
    assert ACCOUNT in stack.rows.accounts


# ---------------------------------------------------------------- single accounts, or several


@pytest.mark.usefixtures("_open")
@pytest.mark.parametrize(("named", "whom"), [(("full",), ["full"]), (("--all",), ["full", "unseen"])])
def test_held_disablings_are_let_happen(
    stack: FakeStack, terminal: Terminal, named: tuple[str, ...], whom: list[str]
) -> None:
    assert terminal.answer("breaker", "release", *named, "--reason", REASON) == {"decided": whom, "refused": {}}

    for account_id in whom:
        (entry,) = stack.rows.told(account_id)
        assert (entry.kind, entry.data) == ("hold_released", {"reason": REASON, "by": STAFF})
        assert stack.rows.accounts[account_id].due_at == NOW
    assert terminal.answer("breaker", "show")["open"]


@pytest.mark.usefixtures("_open")
def test_held_accounts_are_exempt_with_one_reason(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text("breaker", "exempt", "--all", "--until", "2026-04-01", "--reason", REASON)

    assert said.splitlines() == ["full is exempt", "unseen is exempt"]
    assert [stack.rows.accounts[one].exempt_at(NOW) for one in ("full", "unseen", "waits")] == [True, True, False]


@pytest.mark.usefixtures("_open")
def test_one_refused_decision_does_not_stop_the_others(terminal: Terminal) -> None:
    status = terminal.status("breaker", "release", "waits", "nobody", "full", "--reason", REASON, "--json")

    answer = json.loads(terminal.capsys.readouterr().out)
    assert (status, answer["decided"], sorted(answer["refused"])) == (2, ["full"], ["nobody", "waits"])
    assert "ends by itself" in answer["refused"]["waits"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("release", "--reason", "x"), "name accounts, or use --all"),
        (("release", "full", "--all", "--reason", "x"), "not both"),
        (("release", "full", "--reason", " "), "--reason: say why"),
        (("exempt", "full", "--until", "soon", "--reason", "x"), "--until: takes a day"),
    ],
)
@pytest.mark.usefixtures("_open")
def test_a_wrong_decision_about_held_accounts_changes_nothing(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("breaker", *typed)

    assert stack.rows.told("full") == []


def test_without_held_accounts_all_selects_none(terminal: Terminal) -> None:
    assert terminal.text("breaker", "release", "--all", "--reason", "x") == "No account is held.\n"
