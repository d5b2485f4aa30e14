"""What `permille local` refuses before anything starts, and what it says where nothing runs."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from permille.domain.errors import Failed, InvalidInput
from permille_cli.local import commands, schedule, stack
from permille_cli.local.deployment import Deployment, _last_said
from permille_cli.main import status_of


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERMILLE_LOCAL_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--stack", "bad name"),
        ("--stack", "1x"),
        ("--stack", "x" * 65),
        ("--stack", "AWS-mail"),
        ("--stack", "ssm"),
        ("--stack", ""),
        ("--hours", "-1"),
        ("--hours", "0"),
        ("--hours", "nan"),
        ("--hours", "inf"),
        ("--platform-name", ""),
        ("--platform-name", " "),
        ("--platform-name", "a\nb"),
        ("--platform-name", "x" * 61),
        ("--dir", __file__),
    ],
)
def test_up_refuses_before_anything_starts(
    directory: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str]
) -> None:
    status = status_of(["local", "up", *arguments])

    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (2, "", 1)
    assert not directory.exists()


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59Z", "0999-01-01", "0001-01-01T00:00:00+14:00", "1999-12-31T23:59:59Z", "tomorrow"]
)
def test_a_tick_is_between_2000_and_2100(directory: Path, capsys: pytest.CaptureFixture[str], at: str) -> None:
    assert status_of(["local", "tick", "--at", at]) == 2
    assert "--at: takes" in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--export",), ("--export", "--json")])
def test_status_prints_nothing_for_a_shell_where_nothing_runs(
    directory: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    status = status_of(["local", "status", *options])

    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert "not running" in said.err


def test_status_answers_a_machine_where_nothing_runs(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["local", "status", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"running": False}


class Replayed:
    cleared = False

    def __init__(self, **_: Any) -> None: ...

    def clear(self) -> None:
        Replayed.cleared = True

    def ahead(self) -> timedelta:
        return timedelta(days=1)


class FakeRunning:
    account_id, region = "000000000000", "us-east-1"

    def client(self, _: str) -> None:
        return None


@pytest.fixture
def runs(directory: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A stack whose Enforce answers with this."""
    result = {"looked_at": 1, "entries": 0, "failed": 0, "left": 0, "swept": 0}
    outputs = {"ControlTable": "control", "EnforceFunctionName": "enforce"}
    directory.mkdir()
    monkeypatch.setattr(commands, "_running", lambda _: (FakeRunning(), {"outputs": outputs}))
    monkeypatch.setattr(schedule, "_invoke", lambda *_: result)
    monkeypatch.setattr(schedule, "ReplayedTime", Replayed)
    monkeypatch.setattr(Replayed, "cleared", False)
    return result


def test_a_tick_says_what_it_did(runs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["local", "tick", "--at", "2030-01-01"]) == 0
    assert capsys.readouterr().out == "2030-01-01T00:00:00Z  looked at 1 account, wrote 0 entries\n"


def test_a_tick_that_failed_for_some_account_fails(runs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    runs["failed"] = 2

    assert status_of(["local", "tick"]) == 1
    assert "2 accounts could not be seen to" in capsys.readouterr().err


def test_a_tick_without_a_time_takes_the_clock_and_the_replayed_time_away(
    runs: dict[str, Any], directory: Path
) -> None:
    status_of(["local", "tick", "--at", "2030-01-01"])
    assert (directory / "clock").exists()
    assert not Replayed.cleared

    status_of(["local", "tick"])

    assert not (directory / "clock").exists()
    assert Replayed.cleared


def test_a_tick_that_did_not_run_leaves_the_clock(
    runs: dict[str, Any], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise Failed("no")

    monkeypatch.setattr(schedule, "_invoke", fails)

    assert status_of(["local", "tick", "--at", "2030-01-01"]) == 1
    assert not (directory / "clock").exists()


def test_a_stack_that_runs_is_described_only_to_who_asks_for_it() -> None:
    found = {"stack": "permille", "outputs": {"EnforcementMode": "enforce", "PlatformName": "APWT"}}

    stack._check_that_it_is(Deployment("permille", "enforce", "APWT"), found)
    with pytest.raises(InvalidInput, match=r"runs is --stack permille --mode enforce .*`permille local down`"):
        stack._check_that_it_is(Deployment("permille", "observe", "APWT"), found)


def test_sams_failure_is_its_last_error() -> None:
    log = "Building ...\n\nError: The stack is\nin a bad way\n\n----\nTip: try again\n"

    assert _last_said(log) == "Error: The stack is in a bad way"
    assert _last_said("one\n\ntwo\n---\n") == "two"
