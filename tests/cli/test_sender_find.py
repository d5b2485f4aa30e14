"""`permille sender find`: the IAM users that send already, as a file of accounts to import."""

import csv
from pathlib import Path

import pytest
from tests.support.builders import NOW
from tests.support.operator_fakes import FakeStack, a_sender
from tests.support.terminal import Terminal

SES = "arn:aws:ses:us-east-1:123456789012"
WIDE = {"wide": {"Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}]}}
SHOP = {
    "shop": {
        "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": f"{SES}:identity/shop.example"}]
    }
}


@pytest.fixture
def terminal(
    stack: FakeStack, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    stack.identities.sets["shop.example"] = ""
    stack.iam_users.users |= {
        "permille-ann": a_sender(has_password=True, policies=SHOP),
        "permille-shop": a_sender(keys=["AKIASHOP"], used={"AKIASHOP": NOW}, policies=SHOP),
        "permille-wide": a_sender(policies=WIDE),
    }
    return Terminal(stack, capsys)


def lines(path: str = "found.csv") -> list[dict[str, str]]:
    with Path(path).open() as file:
        return list(csv.DictReader(file))


def test_users_are_listed_with_their_last_use_and_why_they_are_left_out(terminal: Terminal) -> None:
    said = terminal.text("sender", "find")

    assert "permille-shop  shop.example" in said
    assert "AKIASHOP last used on 2026-03-10 with ses" in said
    assert "left out: it looks like a person, since it has a console password or MFA (--include-people)" in said
    assert "permille-wide  no identity" in said
    assert "left out: it could evade Permille (--accept-risk)" in said
    assert "policy wide, statement 1: it may send through *" in said
    assert "3 IAM users may send and belong to no account; 1 can be imported." in said


def test_machines_get_all_of_it(terminal: Terminal) -> None:
    answer = terminal.answer("sender", "find", "--prefix", "permille-shop")

    assert answer == {
        "users": [
            {
                "sender": "permille-shop",
                "account_id": "shop",
                "identities": ["shop.example"],
                "keys": [{"access_key_id": "AKIASHOP", "used_at": NOW.isoformat(), "service": "ses"}],
                "flags": [],
                "risks": [],
                "notes": [],
                "left_out": False,
            }
        ],
        "file": None,
    }


def test_the_file_is_imported_once_the_owners_are_filled_in(terminal: Terminal) -> None:
    terminal.text("sender", "find", "--write-csv", "found.csv")
    assert terminal.status("import", "--csv", "found.csv") == 2
    assert "owner_email: it is empty" in terminal.capsys.readouterr().out

    filled = Path("found.csv").read_text().replace("shop,,shop.example", "shop,o@shop.example,shop.example")
    Path("filled.csv").write_text(filled)
    terminal.text("import", "--csv", "filled.csv", "--apply", "--yes")

    assert terminal.stack.get("shop").senders == ("permille-shop",)
    assert terminal.stack.iam_users.users["permille-shop"].keys == ["AKIASHOP"]
    assert "permille-shop" not in terminal.text("sender", "find")


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ([], ["permille-shop"]),
        (["--include-people"], ["permille-ann", "permille-shop"]),
        (["--accept-risk", "Known since 2019"], ["permille-shop", "permille-wide"]),
        (["--include-people", "--accept-risk", "Known"], ["permille-ann", "permille-shop", "permille-wide"]),
    ],
)
def test_what_is_accepted_gets_into_the_file(terminal: Terminal, options: list[str], written: list[str]) -> None:
    terminal.text("sender", "find", "--write-csv", "found.csv", *options)

    assert [line["senders"] for line in lines()] == written
    risky = [line for line in lines() if line["senders"] == "permille-wide"]
    assert [line["accept_risk"] for line in risky] == options[-1:] * len(risky)


def test_a_file_that_was_filled_in_is_not_overwritten(terminal: Terminal) -> None:
    Path("found.csv").write_text("mine")

    assert "--write-csv: found.csv exists: name another file" in terminal.refused(
        "sender", "find", "--write-csv", "found.csv"
    )
    assert Path("found.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--tag", "=mail"], "--tag: takes a name, or a name and a value, such as purpose=mail, not '=mail'"),
        (["--path", "mail"], "--path: takes a path that begins with /, such as /mail/, not 'mail'"),
        (["--accept-risk", ""], "--accept-risk: "),
        (["--write-csv", "none/found.csv"], "--write-csv: none/found.csv cannot be written: No such file"),
    ],
)
def test_wrong_options_are_refused(terminal: Terminal, options: list[str], says: str) -> None:
    """All paths of IAM begin with /: another one would find nobody."""
    assert terminal.refused("sender", "find", *options).startswith(says)
