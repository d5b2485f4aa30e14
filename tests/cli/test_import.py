"""`permille import`: the plan first, then account by account; passwords go where they are kept, and nowhere else."""

import csv
import json
import os
import signal
from pathlib import Path

import pytest
from tests.support.fakes import Killed
from tests.support.operator_fakes import FakeStack, KnownUser, a_sender
from tests.support.terminal import Terminal

from permille.domain.values.errors import PermissionDenied
from permille.usecases.senders.smtp_password import smtp_password

FILE = """account_id,owner_email,identities,senders
florist,owner@florist.example,florist.example,
joiner,owner@joiner.example,joiner.example,
oldshop,owner@oldshop.example,oldshop.example,permille-old
"""
BAD = f"{FILE}Bad,nobody,x.example,\nghost,o@ghost.example,ghost.example,permille-ghost\n"


@pytest.fixture
def terminal(
    stack: FakeStack, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    stack.iam_users.users["permille-old"] = a_sender(keys=["AKIAOLD"])
    Path("accounts.csv").write_text(FILE)
    Path("bad.csv").write_text(BAD)
    return Terminal(stack, capsys)


PLAN = ("import", "--csv", "accounts.csv")
APPLY = (*PLAN, "--apply", "--passwords", "passwords.csv")


def stored() -> dict[str, dict[str, str]]:
    """The last row of each account in the file of passwords."""
    with Path("passwords.csv").open() as file:
        return {row["account_id"]: row for row in csv.DictReader(file)}


def test_the_plan_says_what_would_be_done_and_how_long_it_takes(terminal: Terminal) -> None:
    terminal.text("account", "add", "joiner", "--owner-email", "o@j.example", "--identity", "joiner.example")

    said = terminal.text(*PLAN)

    assert "2  create    florist: florist.example (new)" in said
    assert "3  skip      joiner: the account is there already" in said
    assert "its owner_email differ" in said
    assert "4  adopt     oldshop" in said
    assert "1 to create, 1 to adopt, 1 to skip." in said
    assert "It takes up to 1 min: 8 requests to SES, which allows one a second." in said
    assert "IAM users: 3 of 5,000, and 1 new. Identities of SES: 1 of 10,000, and 2 new, which" in said
    assert "florist" not in terminal.stack.rows.accounts


def test_the_plan_as_json(terminal: Terminal) -> None:
    terminal.stack.identities.sandbox = True

    plan = terminal.answer(*PLAN)

    assert plan["accounts"][2] == {
        "line": 4,
        "account_id": "oldshop",
        "action": "adopt",
        "why": None,
        "notes": [],
        "identities": ["oldshop.example"],
        "new_identities": ["oldshop.example"],
        "senders": ["permille-old"],
    }
    assert plan["totals"] == {"create": 2, "adopt": 1, "complete": 0, "skip": 0, "refuse": 0}
    assert (plan["ses_requests"], plan["seconds"], plan["in_sandbox"]) == (12, 13, True)
    assert plan["iam_users"] == {"used": 2, "new": 2, "quota": 5000}
    assert plan["ses_identities"] == {"used": 0, "new": 3, "quota": 10_000}
    assert (plan["imported"], plan["failed"], plan["left"]) == ([], 0, 3)


def test_passwords_that_log_in_are_in_the_file_and_nowhere_else(terminal: Terminal) -> None:
    said = terminal.text(*APPLY, "--yes")

    assert "3 imported, 0 failed, 0 not tried." in said
    assert set(stored()) == {"florist", "joiner"}
    (key,) = terminal.stack.iam_users.users["permille-florist"].keys
    password = smtp_password(f"secret-{key.removeprefix('AKIA')}", "us-east-1")
    assert stored()["florist"] == {
        "account_id": "florist",
        "host": "email-smtp.us-east-1.amazonaws.com",
        "port": "587",
        "username": key,
        "password": password,
    }
    assert password not in said
    assert "secret-" not in said


def test_dns_records_are_collected_in_a_file_that_the_next_run_continues(terminal: Terminal) -> None:
    Path("first.csv").write_text("\n".join(FILE.splitlines()[:2]))
    to = ("--apply", "--yes", "--passwords", "passwords.csv", "--records", "dns.csv")

    terminal.text("import", "--csv", "first.csv", *to)
    said = terminal.text(*PLAN, *to)

    with Path("dns.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["account_id", "identity", "name", "type", "value"]
    assert [row["account_id"] for row in rows] == ["florist"] * 3 + ["joiner"] * 3 + ["oldshop"] * 3
    assert {(row["identity"], row["type"]) for row in rows[:3]} == {("florist.example", "CNAME")}
    assert all(f"{row['name']} CNAME {row['value']}" in said for row in rows[3:])


def test_what_does_not_fit_on_the_screen_is_named_with_its_file(terminal: Terminal) -> None:
    many = [f"shop-{number},o@shop.example,shop-{number}.example,\n" for number in range(11)]
    Path("many.csv").write_text(f"{FILE.splitlines()[0]}\n{''.join(many)}")
    command = ("import", "--csv", "many.csv", "--apply", "--yes", "--passwords", "passwords.csv")

    assert "  and 3 more: in dns.csv\n" in terminal.text(*command, "--records", "dns.csv")


def test_json_has_what_was_done_and_no_password(terminal: Terminal) -> None:
    said = terminal.text(*APPLY, "--yes", "--json")

    answer = json.loads(said)
    assert [(one["account_id"], one["action"], one["why"]) for one in answer["imported"]] == [
        ("florist", "create", None),
        ("joiner", "create", None),
        ("oldshop", "adopt", None),
    ]
    assert len(answer["imported"][0]["records_to_publish"]) == 3
    assert not any(row["password"] in said for row in stored().values())


def test_passwords_may_go_to_secrets_manager(terminal: Terminal) -> None:
    terminal.text(*PLAN, "--apply", "--yes", "--secrets-manager", "permille/smtp")

    assert set(terminal.stack.passwords_below["permille/smtp"].stored) == {"florist", "joiner"}


def test_a_run_that_was_killed_is_continued_by_the_same_command(terminal: Terminal) -> None:
    terminal.stack.faults.fail("iam_users.create_key", skip=1, error=Killed("injected"))
    terminal.stack.faults.fail("accounts.remove", error=Killed("injected"))
    with pytest.raises(Killed):
        terminal.status(*APPLY, "--yes")
    terminal.stack.faults.heal()
    terminal.capsys.readouterr()
    assert not terminal.answer("account", "show", "joiner")["is_complete"]
    assert "Adding it was cut off" in terminal.text("account", "show", "joiner")

    said = terminal.text(*APPLY, "--yes")
    assert terminal.answer("account", "show", "joiner")["is_complete"]

    assert "2  skip      florist: the account is there already" in said
    assert "3  complete  joiner: an import of it was cut off" in said
    assert set(stored()) == {"florist", "joiner"}
    assert all(
        terminal.stack.iam_users.users[f"permille-{name}"].keys == [row["username"]] for name, row in stored().items()
    )


def test_lines_that_cannot_be_imported_are_named_and_nothing_is_done(terminal: Terminal) -> None:
    assert terminal.status("import", "--csv", "bad.csv") == 2
    assert "2 to refuse." in terminal.capsys.readouterr().out

    assert terminal.status("import", "--csv", "bad.csv", "--apply", "--yes", "--passwords", "p.csv") == 2

    said = terminal.capsys.readouterr().err
    assert said.startswith("permille: --csv: 2 lines cannot be imported: line 5 (Bad): account_id: 'Bad' is no account")
    assert "line 6 (ghost): there is no IAM user permille-ghost" in said
    assert said.endswith("Mend them, or leave them out (--skip-invalid)\n")
    assert "florist" not in terminal.stack.rows.accounts
    assert not Path("p.csv").exists()


def test_they_are_left_out_and_written_to_a_file_that_can_be_mended(terminal: Terminal) -> None:
    command = ("import", "--csv", "bad.csv", "--apply", "--yes", "--passwords", "p.csv", "--failed", "failed.csv")
    terminal.text(*command, "--skip-invalid")

    assert "oldshop" in terminal.stack.rows.accounts
    with Path("failed.csv").open() as file:
        failed = list(csv.DictReader(file))
    assert [(row["account_id"], row["owner_email"]) for row in failed] == [
        ("Bad", "nobody"),
        ("ghost", "o@ghost.example"),
    ]
    assert failed[1]["note"].startswith("there is no IAM user permille-ghost")
    terminal.stack.iam_users.users["permille-ghost"] = a_sender()
    mended = Path("failed.csv").read_text().replace("Bad,nobody", "good,o@good.example")
    Path("mended.csv").write_text(mended)
    terminal.text("import", "--csv", "mended.csv", "--apply", "--yes", "--passwords", "p.csv")
    assert {"good", "ghost"} < set(terminal.stack.rows.accounts)


def test_one_that_fails_is_listed_at_the_end_with_exit_1(terminal: Terminal) -> None:
    terminal.stack.faults.fail("iam_users.create", error=PermissionDenied("AWS does not allow it"))

    assert terminal.status(*APPLY, "--yes", "--failed", "failed.csv") == 1

    said = terminal.capsys.readouterr().out
    assert "2 imported, 1 failed, 0 not tried." in said
    assert "florist failed: AWS does not allow it" in said
    assert "florist,owner@florist.example,florist.example,,,,,,AWS does not allow it" in Path("failed.csv").read_text()


def test_ctrl_c_finishes_the_account_in_hand(terminal: Terminal) -> None:
    terminal.stack.faults.meanwhile("iam_users.create", lambda: os.kill(os.getpid(), signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)

    assert terminal.status(*APPLY, "--yes", "--failed", "failed.csv") == 130

    said = terminal.capsys.readouterr()
    assert "1 imported, 0 failed, 2 not tried." in said.out
    assert "Finishing the account in hand" in said.err
    assert set(stored()) == {"florist"}
    assert terminal.stack.get("florist").adding_run == ""
    assert Path("failed.csv").read_text().count("not tried") == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_import_answers_what_it_did(terminal: Terminal) -> None:
    terminal.stack.faults.meanwhile("iam_users.create", lambda: os.kill(os.getpid(), signal.SIGINT))

    assert terminal.status(*APPLY, "--yes", "--json") == 130

    said = terminal.capsys.readouterr()
    assert json.loads(said.out)["left"] == 2
    assert said.err.endswith("permille: interrupted\n")


def test_ctrl_c_again_interrupts_the_account_in_hand_and_the_next_run_completes_it(terminal: Terminal) -> None:
    for call in ("accounts.add", "iam_users.create"):
        terminal.stack.faults.meanwhile(call, lambda: os.kill(os.getpid(), signal.SIGINT))

    assert terminal.status(*APPLY, "--yes") == 130

    terminal.capsys.readouterr()
    terminal.text(*APPLY, "--yes")
    assert set(stored()) == {"florist", "joiner"}


def test_it_asks_before_it_changes_something(terminal: Terminal) -> None:
    assert terminal.status(*APPLY) == 2
    assert (
        "this adds or completes 3 accounts, and takes up to 1 min; nothing was done" in terminal.capsys.readouterr().err
    )

    terminal.typing = "n\n"
    assert terminal.status(*APPLY) == 1
    assert "florist" not in terminal.stack.rows.accounts

    terminal.typing = "y\n"
    assert terminal.status(*APPLY) == 0
    assert "florist" in terminal.stack.rows.accounts


def test_where_there_is_nothing_to_do_nothing_is_asked(terminal: Terminal) -> None:
    terminal.text(*APPLY, "--yes")

    assert "0 imported, 0 failed, 0 not tried." in terminal.text(*PLAN, "--apply")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "say where new SMTP passwords go: --passwords FILE or --secrets-manager PREFIX"),
        (["--passwords", "p", "--secrets-manager", "a"], "--passwords: passwords go to a file or to Secrets Manager"),
        (["--secrets-manager", "/a"], "--secrets-manager: takes letters, digits and /_+=.@-"),
        (["--passwords", "accounts.csv"], "--passwords: names the file of the accounts"),
        (["--passwords", "bad.csv"], "--passwords: others can read bad.csv: chmod 600 it"),
        (["--passwords", "p", "--failed", "accounts.csv"], "--failed: names the file of the accounts"),
        (["--passwords", "p", "--failed", "sub/../accounts.csv"], "--failed: names the file of the accounts"),
        (["--passwords", "missing/p"], "--passwords: 'missing/p' is in a folder that does not exist"),
        (["--passwords", "p", "--records", "accounts.csv"], "--records: names the file of the accounts"),
        (["--passwords", "p", "--records", "p"], "--records: 'p' is another file of this command"),
        (["--passwords", "p", "--failed", "./p"], "--failed: 'p' is another file of this command"),
        (
            ["--passwords", "p", "--failed", "missing/f.csv"],
            "--failed: 'missing/f.csv' is in a folder that does not exist",
        ),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_made(
    terminal: Terminal, options: list[str], says: str
) -> None:
    Path("bad.csv").chmod(0o644)

    assert terminal.status(*PLAN, "--apply", "--yes", *options) == 2

    assert terminal.capsys.readouterr().err.startswith(f"permille: {says}")
    assert "florist" not in terminal.stack.rows.accounts


def test_a_file_that_is_not_there_is_refused(terminal: Terminal) -> None:
    assert "none.csv cannot be read: No such file" in terminal.refused("import", "--csv", "none.csv")


def test_adopted_users_alone_need_no_place_for_passwords(terminal: Terminal) -> None:
    Path("accounts.csv").write_text(f"{FILE.splitlines()[0]}\n{FILE.splitlines()[3]}\n")

    terminal.text(*PLAN, "--apply", "--yes")

    assert terminal.stack.get("oldshop").senders == ("permille-old",)
    assert terminal.stack.iam_users.users["permille-old"] == a_sender(keys=["AKIAOLD"])


def test_the_risk_that_is_accepted_is_recorded_with_who_did_it(terminal: Terminal) -> None:
    wide = {"Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}
    terminal.stack.iam_users.users["permille-old"] = KnownUser(policies={"wide": wide})
    header, line = "account_id,owner_email,identities,senders,accept_risk", "o,o@o.example,o.example,permille-old,Known"
    Path("accounts.csv").write_text(f"{header}\n{line}\n")

    said = terminal.text(*PLAN, "--apply", "--yes")

    assert "the risk of permille-old is accepted" in said
    (entry,) = terminal.stack.rows.told("o", "risk_accepted")
    assert entry.data["by"] == terminal.stack.operator_arn()
