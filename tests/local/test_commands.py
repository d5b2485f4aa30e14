"""What `permille local` refuses before anything starts, and what it says where nothing runs."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.shapes import conform

from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.local import deployment, local_commands, schedule, stack
from permille_cli.local.deployment import Deployment
from permille_cli.main import status_of
from permille_cli.sam.sam_cli import last_lines


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


@pytest.mark.parametrize("options", [(), ("--export",)])
def test_status_prints_nothing_for_a_shell_where_nothing_runs(
    directory: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    status = status_of(["local", "status", *options])

    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert "not running" in said.err


def test_status_answers_a_machine_where_nothing_runs(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "local", "status", "--json") == (1, {"running": False})
    assert answered(capsys, "local", "status", "--export", "--json")[1]["error"]["kind"] == "failed"
    assert answered(capsys, "local", "down", "--json") == (0, {"stopped": False})


def answered(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[int, Any]:
    """The exit status and the answer, which keeps its schema."""
    status = status_of(typed)
    answer = json.loads(capsys.readouterr().out)
    conform(typed, answer, status)
    return status, answer


CONTAINERS = "http://172.17.0.1:2"


class Replayed:
    cleared = False

    def __init__(self, **_: Any) -> None: ...

    def clear(self) -> None:
        Replayed.cleared = True

    def ahead(self) -> timedelta:
        return timedelta(days=1)


class FakeRunning:
    account_id, region = "000000000000", "us-east-1"
    endpoint, containers_endpoint = "http://127.0.0.1:1", CONTAINERS

    def client(self, _: str) -> None:
        return None


@pytest.fixture
def runs(directory: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A stack whose Enforce answers with this."""
    result = {"looked_at": 1, "entries": 0, "failed": 0, "left": 0, "swept": 0}
    outputs = {"ControlTable": "control", "EnforceFunctionName": "enforce"}
    directory.mkdir()
    monkeypatch.setattr(
        local_commands, "_running", lambda _: (FakeRunning(), {"stack": "permille", "outputs": outputs})
    )
    monkeypatch.setattr(schedule, "invoke", lambda *_: result)
    monkeypatch.setattr(schedule, "ReplayedTime", Replayed)
    monkeypatch.setattr(Replayed, "cleared", False)
    return result


def test_a_tick_says_what_it_did(runs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["local", "tick", "--at", "2030-01-01"]) == 0
    assert capsys.readouterr().out == "2030-01-01T00:00:00Z  judged 1 account, wrote 0 entries\n"

    done = {"at": "2030-01-01T00:00:00+00:00", "judged": 1, "entries_written": 0, "failed": 0, "left": 0, "swept": 0}
    assert answered(capsys, "local", "tick", "--at", "2030-01-01", "--json") == (0, done)


def test_a_tick_that_failed_for_some_account_fails(runs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    runs["failed"] = 2

    assert status_of(["local", "tick"]) == 1
    assert "2 accounts failed" in capsys.readouterr().err
    status, answer = answered(capsys, "local", "tick", "--json")
    assert (status, answer["failed"]) == (1, 2)


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

    monkeypatch.setattr(schedule, "invoke", fails)

    assert status_of(["local", "tick", "--at", "2030-01-01"]) == 1
    assert not (directory / "clock").exists()


@pytest.fixture
def has_functions(runs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One, whose queue is at the stack's address."""
    variables = {"QUEUE_URL": "http://localhost:1/queue", "AWS_ENDPOINT_URL": "", "OWNER_LINK_KEY": "arn"}
    monkeypatch.setattr(deployment, "logical_functions", lambda *_: {"Notify": "permille-Notify-1"})
    monkeypatch.setattr(deployment, "deployed_environment", lambda *_: variables)


def test_env_is_what_was_deployed_with_the_addresses_of_containers(
    has_functions: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "env.json"

    printed = [answered(capsys, "local", "env", *options)[1] for options in ((), ("--json",))]
    written = answered(capsys, "local", "env", "--file", str(file), "--json")

    there = {"QUEUE_URL": f"{CONTAINERS}/queue", "AWS_ENDPOINT_URL": CONTAINERS, "OWNER_LINK_KEY": "arn"}
    assert [*printed, json.loads(file.read_text(encoding="utf-8"))] == [{"Notify": there}] * 3
    assert written == (0, {"file": str(file), "functions": ["Notify"]})
    assert file.stat().st_mode & 0o777 == 0o600


def test_env_says_in_one_line_that_a_file_cannot_be_written(
    has_functions: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for file in (tmp_path, tmp_path / "missing" / "env.json", tmp_path / "link"):
        status = status_of(["local", "env", "--file", str(file)])

        said = capsys.readouterr().err
        assert (status, said.count("\n")) == (1, 1)
        assert f"{file} cannot be written" in said


def test_a_stack_that_runs_is_described_only_to_who_asks_for_it() -> None:
    outputs = {"EnforcementMode": "enforce", "PlatformName": "APWT"}
    found = {"stack": "permille", "outputs": outputs, "containers_endpoint": None}

    stack._check_same(Deployment("permille", "enforce", "APWT"), found)
    with pytest.raises(InvalidInput, match=r"running stack is --stack permille --mode enforce .*`permille local down`"):
        stack._check_same(Deployment("permille", "monitor", "APWT"), found)
    with pytest.raises(InvalidInput, match=r"not --stack permille .* --frame-origin http://a.example: `permille"):
        stack._check_same(Deployment("permille", "enforce", "APWT", frame_origin="http://a.example"), found)
    with pytest.raises(InvalidInput, match=r"not --stack permille .* --for-containers: `permille local down`"):
        stack._check_same(Deployment("permille", "enforce", "APWT", for_containers=True), found)


def test_sams_failure_is_its_last_error() -> None:
    log = "Building ...\n\nError: The stack is\nin a bad way\n\n----\nTip: try again\n"

    assert last_lines(log) == "Error: The stack is in a bad way"
    assert last_lines("one\n\ntwo\n---\n") == "two"
