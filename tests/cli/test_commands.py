"""What holds for every command."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.builders import (
    ACCOUNT,
    NOW,
    TODAY,
    a_complaint_entry,
    a_provider,
    a_provider_request,
    a_server,
    an_account,
    by_staff,
)
from tests.support.fakes import User
from tests.support.json_fields import misnamed
from tests.support.operator_fakes import FakeStack, a_sender
from tests.support.terminal import Terminal

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import ACTIVE
from permille.domain.account.restrictions import Hold
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.sending.suppression import Suppression
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import entry
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import (
    ConfirmationNeeded,
    Conflict,
    DecisionRefused,
    Failed,
    InvalidInput,
    NotFound,
    PermilleError,
    PermissionDenied,
    RequestRejected,
    Unavailable,
)
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.ports.feedback import Sender
from permille_cli.catalogue import all_commands
from permille_cli.main import status_of
from permille_cli.stack import retained
from permille_cli.stack.template import load

ACCOUNTS = Path(__file__).parent / "accounts.csv"
ADDRESSES = Path(__file__).parent / "addresses.csv"
WORDS = "see :warning: [bold] arn:a:secret:b :fire:"
COMPLAINT = a_complaint_entry(at=NOW - timedelta(hours=1), subject=WORDS)
BECAUSE = f"--reason '{WORDS}'"
ASKED = f"--day 2026-03-15 --batch 800 --cause '{WORDS}' --change '{WORDS}'"
OFF = f"account disable bakery {BECAUSE}"
IGNORE = f"sender ignore platform-mail {BECAUSE}"
REQUEST = f"review request bakery {ASKED}"
VOID = f"complaint void bakery {COMPLAINT.id} {BECAUSE}"
SIMULATE = "simulate --accounts 20 --days 2 --out feedback.jsonl --force"
HOOK = "webhook set 'https://hooks.example/:fire:/[b]?token=x'"
CONNECT = "provider connect bakery --host smtp.example.com --port 587 --username ':fire:[b]' --password-stdin"
# What is typed to see a command at work, the command itself last.
RUNS = {
    "account add": ["account add shop --owner-email o@shop.example --owner-name :fire: --identity shop.example"],
    "account change": [f"account change bakery {BECAUSE} --owner-name ':fire:[b] Bea' --timezone Europe/Vienna"],
    "account close": [f"account close bakery {BECAUSE} --yes"],
    "account credential": ["account credential bakery --grace 48"],
    "account disable": [OFF],
    "account enable": [OFF, f"account enable bakery {BECAUSE}"],
    "account exempt": [f"account exempt bakery {BECAUSE} --until 2026-12-31"],
    "account explain": [OFF, "account explain bakery"],
    "account list": ["account list"],
    "account note": [f"account note bakery {shlex.quote(WORDS)}", "account note bakery"],
    "account owner-mail": ["account owner-mail bakery"],
    "account show": ["account show bakery"],
    "account unexempt": [f"account exempt bakery {BECAUSE} --until 2026-12-31", f"account unexempt bakery {BECAUSE}"],
    "backtest": [SIMULATE, "backtest feedback.jsonl"],
    "breaker exempt": [f"breaker exempt held {BECAUSE} --until 2026-12-31"],
    "breaker release": [f"breaker release held {BECAUSE}"],
    "breaker reset": [f"breaker reset {BECAUSE}"],
    "breaker show": [f"breaker reset {BECAUSE}", "breaker show"],
    "complaint list": ["complaint list bakery"],
    "complaint restore": [VOID, f"complaint restore bakery {COMPLAINT.id} {BECAUSE}"],
    "complaint void": [VOID],
    "cost": ["cost --emails 1000000 --accounts 1000"],
    "doctor": ["doctor --check breaker --check policy"],
    "feedback redrive": ["feedback redrive"],
    "import": [f"import --csv {ACCOUNTS} --apply --yes --secrets-manager permille/smtp"],
    "import-stack": ["import-stack"],
    "link owner": ["link owner bakery"],
    "link platform": ["link platform --name crm"],
    "link revoke owner": [f"link revoke owner bakery {BECAUSE}"],
    "link revoke platform": [f"link revoke platform {BECAUSE}"],
    "link revoke staff": [f"link revoke staff {BECAUSE}"],
    "link staff": ["link staff --name ':fire: Sam'"],
    "notify redrive": ["notify redrive --since 2026-03-09"],
    "platform": ["platform"],
    "policy check": ["policy check -"],
    "policy history": ["policy set -", "policy history"],
    "policy judge": ["policy judge --delivered 1000 --complaints 2"],
    "policy revert": ["policy set -", "policy revert --to default"],
    "policy set": ["policy set -"],
    "policy show": ["policy show"],
    "policy try": ["policy try -"],
    "provider connect": [CONNECT],
    "provider disconnect": [CONNECT, "provider disconnect bakery"],
    "provider show": ["provider show connected"],
    "provider test": [CONNECT, "provider test bakery"],
    "provider withdraw": ["provider withdraw asked"],
    "quarantine drop": ["quarantine drop --all --yes"],
    "quarantine list": ["quarantine list"],
    "quarantine replay": ["quarantine replay --all"],
    "quarantine show": ["quarantine show ''"],
    "review amend": [OFF, REQUEST, f"review amend bakery {ASKED}"],
    "review approve": [OFF, REQUEST, f"review approve bakery --day 2026-03-15 --note '{WORDS}'"],
    "review cancel": [OFF, REQUEST, "review approve bakery --day 2026-03-15", f"review cancel bakery {BECAUSE}"],
    "review confirm": ["review confirm waiting"],
    "review decline": [OFF, REQUEST, f"review decline bakery {BECAUSE}"],
    "review list": [OFF, REQUEST, "review list"],
    "review request": [OFF, REQUEST],
    "review withdraw": [OFF, REQUEST, "review withdraw bakery"],
    "route": ["route connected"],
    "sender find": ["sender find"],
    "sender ignore": [IGNORE],
    "sender list": [IGNORE, "sender list"],
    "sender unignore": [IGNORE, f"sender unignore platform-mail {BECAUSE}"],
    "simulate": [SIMULATE],
    "suppression add": [f"suppression add bakery bob@example.com {BECAUSE}"],
    "suppression export": [f"suppression add bakery bob@example.com {BECAUSE}", "suppression export bakery"],
    "suppression import": [f"suppression import bakery {ADDRESSES} {BECAUSE}"],
    "suppression list": ["suppression list bakery"],
    "suppression remove": [f"suppression remove bakery ann@example.com {BECAUSE}"],
    "suppression show": ["suppression show bakery ann@example.com"],
    "timeline": [OFF, "timeline bakery"],
    "uninstall": ["uninstall --yes"],
    "webhook remove": [HOOK, "webhook remove --yes"],
    "webhook rotate-secret": [HOOK, "webhook rotate-secret --grace 48"],
    "webhook set": [f"{HOOK} --kind disabled"],
    "webhook show": [HOOK, "webhook rotate-secret", "webhook show"],
    "webhook test": [HOOK, "webhook test"],
}
SETUPS = {f"permille-{name}-1": setup for name, setup in retained.tables(load()).items()}
EMOJI = "\N{WARNING SIGN}\N{FIRE}\N{CIRCLED IDEOGRAPH SECRET}"


# Those of the embedded stack, and what runs SAM CLI, have tests of their own.
COMMANDS = sorted(
    words
    for words, command in all_commands()
    if not hasattr(command, "commands") and not words.startswith(("local ", "deploy"))
)


@pytest.fixture
def terminal(
    stack: FakeStack, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """On a stack where every command has something to do, and people's words look like emoji and markup."""
    monkeypatch.chdir(tmp_path)
    stack.tables.setups.update(SETUPS)
    stack.iam_users.users["permille-old"] = a_sender(keys=["AKIAOLD"], has_mfa=True)
    provider = a_provider(username=":fire:[b]", secret="arn:aws:secretsmanager:us-east-1:1:secret:permille/x")
    stack.rows.accounts["connected"] = an_account("connected", status=Status.DISABLED, provider=provider)
    stack.rows.accounts["asked"] = an_account("asked", provider=provider, provider_request=a_provider_request())
    stack.rows.accounts["waiting"] = waiting()
    stack.rows.accounts["held"] = an_account("held", hold=Hold(HoldReason.BREAKER, NOW, needs_staff=True))
    stack.rows.suppressing[ACCOUNT, "c"] = Suppression("ann@example.com", NOW, id_at(NOW))
    stack.rows.put(COMPLAINT)
    stack.rows.markers.add((ACCOUNT, COMPLAINT.facts.identity))
    stack.quarantine.keep(WORDS, WORDS, WORDS, NOW)
    stack.login_check.logins[a_server(username=":fire:[b]")] = "{}"
    return Terminal(stack, capsys, stdin="{}")  # a policy, and a password


def waiting() -> Account:
    """An account whose trial went well, and waits to be confirmed."""
    begins_at = NOW - timedelta(days=4)
    ends_at = begins_at + timedelta(days=1)
    trial = Trial(
        TrialState.OBSERVING, begins_at.date(), begins_at, ends_at, NOW - timedelta(days=1), confirmation_requested=True
    )
    return an_account("waiting", status=Status.OBSERVING, trial=trial)


def run(terminal: Terminal, command: str, *options: str) -> str:
    """What the command prints, after what is typed before it."""
    *before, last = RUNS[command]
    for line in before:
        terminal.text(*shlex.split(line))
    return terminal.text(*shlex.split(last), *options)


def test_every_command_is_seen_at_work() -> None:
    assert list(RUNS) == COMMANDS


@pytest.mark.parametrize(
    "command",
    [
        "account exempt bakery --until 2026-12-31 --reason R",
        "account exempt bakery --until 2020-12-31 --reason R",
        "account credential bakery",
        "complaint list bakery",
        "provider show bakery",
        "route bakery",
        "suppression list bakery",
        "suppression show bakery ann@example.com",
    ],
)
def test_people_read_an_accounts_instants_in_its_zone(terminal: Terminal, command: str) -> None:
    """Also in what is refused."""
    late = NOW.replace(hour=23, minute=30)
    provider = replace(a_provider(), connected_at=late)
    vienna = replace(terminal.stack.get(ACCOUNT), timezone="Europe/Vienna", provider=provider)
    terminal.stack.rows.accounts[ACCOUNT] = vienna
    terminal.stack.rows.suppressing[ACCOUNT, "c"] = Suppression("ann@example.com", late, id_at(late))
    terminal.text("complaint", "void", ACCOUNT, COMPLAINT.id, "--reason", "R")
    terminal.text("account", "credential", ACCOUNT, "--grace", "36")

    terminal.status(*shlex.split(command))

    said = "".join(terminal.capsys.readouterr())
    assert "(UTC+01:00)" in said
    assert " UTC " not in said
    assert "(UTC)" not in said


@pytest.mark.parametrize("command", RUNS)
def test_people_read_words_as_they_were_written(terminal: Terminal, command: str) -> None:
    said = run(terminal, command)

    assert said.endswith("\n")
    assert not set(EMOJI) & set(said)
    if ":warning" in said or "arn:a:" in said:
        assert WORDS in " ".join(said.split())


MARKED = "[b]\x1b[31m"  # Rich's markup, and a terminal's


def marked(terminal: Terminal, mark: str) -> None:
    """Has the mark in everything that others name, also where rules would keep it out today."""
    rows, name = terminal.stack.rows, f"odd{mark}"
    provider = a_provider(host=name, username=name, secret=name)
    known: dict[str, Any] = {"owner_email": name, "owner_name": name, "senders": (name,), "provider": provider}
    rows.accounts["odd"] = an_account("odd", status=Status.DISABLED, **known)
    rows.suppressing[ACCOUNT, "odd"] = Suppression(name, NOW, id_at(NOW))
    terminal.stack.quarantine.kept.clear()
    terminal.stack.quarantine.keep("the same", name, name, NOW)
    rows.senders["odd"] = Sender("odd", "", ignored=name)
    rows.put(a_complaint_entry("odd", account_id="odd", subject=name, campaign=name))
    terminal.stack.switch.users[name] = User({name: ACTIVE})
    rows.put(entry("odd", NOW, Created(senders=(name,))), by_staff("odd", "staff_disabled", NOW, name, name))


@pytest.mark.parametrize(
    "command",
    [
        "account list",
        "account show odd",
        "provider show odd",
        "route odd",
        "suppression list bakery",
        "quarantine list",
        "account explain odd",
        "account owner-mail odd",
        "account close odd --reason R --yes",
        "account change odd --reason R --owner-email bea@bakery.example",
        "complaint list odd",
        "sender list",
        "timeline odd",
    ],
)
def test_nothing_that_others_name_is_read_as_markup_or_by_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    said = []
    for mark in (MARKED, MARKED.replace("\x1b", " ")):
        marked(terminal, mark)
        said.append(terminal.text(*shlex.split(command)))

    assert said[0] == said[1]
    assert "odd[b] [31m" in said[0]


@pytest.mark.parametrize(
    ("command", "exact"),
    [
        ("account list", ["owner_email", "senders", "host", "username", "secret_arn"]),
        ("account show odd", ["owner_email", "sender", "access_key_id", "host", "username", "secret_arn"]),
        ("provider show odd", ["host", "username", "secret_arn"]),
        ("quarantine list", []),
        ("account explain odd", []),
        ("timeline odd", []),
        ("policy try -", []),
    ],
)
def test_machines_get_no_control_character_as_it_is(terminal: Terminal, command: str, exact: list[str]) -> None:
    """Names that identify something are escaped, all other words have blanks in their place."""
    marked(terminal, mark := "\x1b\x9b31m\u2028")
    look = Assessment(TODAY, 500, 2, 0, 0, breaks_rule=True)
    terminal.stack.rows.accounts["loud"] = an_account("loud", owner_name=f"Bea{mark}", assessment=look)
    terminal.stack.rows.tallies["loud", 1, TODAY] = Tally(500, 2)

    said = terminal.text(*shlex.split(command), "--json")

    controls = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
    assert not controls.search(said)
    assert {name for name, text in texts_of(json.loads(said)) if controls.search(text)} <= set(exact)


def texts_of(answer: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document, with the name that it stands under."""
    match answer:
        case str():
            yield name, answer
        case dict():
            for key, one in answer.items():
                yield from texts_of(one, key)
        case list():
            for one in answer:
                yield from texts_of(one, name)


@pytest.mark.parametrize("command", RUNS)
def test_machines_get_one_json_document(terminal: Terminal, command: str) -> None:
    answer = json.loads(run(terminal, command, "--json"))

    assert isinstance(answer, dict)
    assert not set(EMOJI) & set(str(answer))
    assert misnamed(command, answer) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_knows_no_wrong_option(terminal: Terminal, command: str) -> None:
    assert "Usage:" in terminal.text(*command.split(), "--help")
    assert "No such option: --colour" in terminal.refused(*command.split(), "--colour")


def test_a_group_without_its_command_gives_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["account"]) == 2

    assert capsys.readouterr().err.startswith("Usage:")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InvalidInput, "invalid_input"),
        (NotFound, "not_found"),
        (DecisionRefused, "refused"),
        (ConfirmationNeeded, "confirmation_needed"),
        (Failed, "failed"),
        (Unavailable, "unavailable"),
        (Conflict, "unavailable"),
        (PermissionDenied, "permission_denied"),
        (RequestRejected, "failed"),
    ],
)
def test_an_error_is_one_line_and_its_exit_code_and_a_document(
    terminal: Terminal, error: type[PermilleError], kind: str
) -> None:
    terminal.stack.faults.fail("accounts.get", error=error("what is wrong,\n and what to do"))
    fails = terminal.refused if error.exit_code == 2 else terminal.failed

    assert fails("account", "show", "bakery") == "what is wrong, and what to do"

    terminal.stack.faults.fail("accounts.get", error=error("what is wrong,\n and what to do"))
    assert terminal.status("account", "show", "bakery", "--json") == error.exit_code
    document = {"kind": kind, "message": "what is wrong, and what to do", "fields": []}
    assert json.loads(terminal.capsys.readouterr().out) == {"error": document}


def test_the_document_of_invalid_input_names_each_option(terminal: Terminal) -> None:
    terminal.text(*shlex.split(OFF))
    typed = "review request bakery --day 2026-03-15 --batch 0 --cause '' --change Ours --json"

    assert terminal.status(*shlex.split(typed)) == 2

    error = json.loads(terminal.capsys.readouterr().out)["error"]
    assert [one["field"] for one in error["fields"]] == ["--batch", "--cause"]
    assert all(one["message"] in error["message"] for one in error["fields"])


@pytest.mark.parametrize("typed", ["account show bakery --colour --json", "account --json", "acount list --json"])
def test_what_was_mistyped_has_a_document_too(terminal: Terminal, typed: str) -> None:
    assert terminal.status(*shlex.split(typed)) == 2

    assert json.loads(terminal.capsys.readouterr().out)["error"]["kind"] == "invalid_input"


def test_an_interruption_is_reported_with_its_exit_code(terminal: Terminal) -> None:
    for options in ((), ("--json",)):
        terminal.stack.faults.fail("accounts.get", error=KeyboardInterrupt())

        assert terminal.status("account", "show", "bakery", *options) == 130
        said = terminal.capsys.readouterr()
        assert said.err == "permille: interrupted\n"
    assert json.loads(said.out)["error"]["kind"] == "interrupted"


def test_an_output_that_a_stack_lacks_is_named(terminal: Terminal) -> None:
    lacking = {name: value for name, value in terminal.stack.outputs.items() if name != "PlatformName"}
    terminal.stack = replace(terminal.stack, outputs=lacking)

    assert terminal.failed("timeline", "bakery") == (
        "the stack permille has no output PlatformName: it is not Permille's, or an older one; deploy it again"
    )
