"""`permille local` starts one stack, says where it is, drives its clock, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from tests.stack.conftest import COMMAND, Stack, eventually, permille
from tests.support.json_fields import misnamed

from permille_cli.local.state import StateDirectory


def test_up_again_describes_the_stack_that_runs(stack: Stack) -> None:
    described = stack.answer("local", "up")

    assert described["endpoint"] == stack.endpoint
    assert described["outputs"] == stack.outputs


def test_up_says_what_to_do_next_and_no_secret(stack: Stack) -> None:
    said = stack.run("local", "up").stdout

    assert 'eval "$(permille local status --export)"' in said
    assert stack.env["AWS_SECRET_ACCESS_KEY"] not in said
    assert stack.env["AWS_SECRET_ACCESS_KEY"] not in stack.run("local", "up", "--json").stdout


def test_status_exports_the_credentials_for_a_shell_and_as_json(stack: Stack) -> None:
    lines = stack.run("local", "status", "--export").stdout
    document = stack.answer("local", "status", "--export")

    assert f"export AWS_SECRET_ACCESS_KEY={document['AWS_SECRET_ACCESS_KEY']}" in lines
    assert document["AWS_ENDPOINT_URL"] == stack.endpoint
    assert document["PERMILLE_STACK"] == stack.name


def test_up_with_other_parameters_is_refused_while_a_stack_runs(stack: Stack) -> None:
    other = stack.run("local", "up", "--mode", "monitor")

    assert other.returncode == 2
    assert "`permille local down`" in other.stderr
    assert stack.run("local", "status").returncode == 0


def test_status_tells_where_a_running_stack_is(stack: Stack) -> None:
    status = stack.run("local", "status", "--json")

    assert status.returncode == 0
    assert json.loads(status.stdout)["smtp"]["port"] == stack.smtp.port


@pytest.mark.parametrize("command", ["local status", "local tick"])
def test_machines_get_the_fields_that_the_help_names(stack: Stack, command: str) -> None:
    assert misnamed(command, stack.answer(*command.split())) == []


def test_up_describes_the_stack_with_the_fields_that_its_help_names(stack: Stack) -> None:
    described = stack.answer("local", "status")

    assert misnamed("local up", described) == []


def test_status_exports_the_environment_for_a_shell(stack: Stack) -> None:
    status = stack.run("local", "status", "--export")

    assert f"export AWS_ENDPOINT_URL={stack.endpoint}" in status.stdout.splitlines()
    assert f"export PERMILLE_STACK={stack.name}" in status.stdout.splitlines()


def test_what_holds_credentials_and_mails_is_its_owners_alone(stack: Stack) -> None:
    kept = [stack.directory, *stack.directory.iterdir(), *stack.mails.iterdir()]

    assert {"running.json", "deployed.json", "mails", "sam"} <= {path.name for path in kept}
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_the_stack_answers_with_the_real_smtp_endpoint(stack: Stack) -> None:
    assert stack.outputs["SmtpEndpoint"] == f"{stack.smtp.host}:{stack.smtp.port}"


def test_the_deny_group_is_the_templates(stack: Stack) -> None:
    policy = stack.client("iam").get_group_policy(GroupName=stack.outputs["DenyGroupName"], PolicyName="deny-sending")

    assert policy["PolicyDocument"]["Statement"] == [{"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}]


def test_a_tick_runs_enforce_at_the_time_it_is_given(stack: Stack) -> None:
    at = datetime.now(UTC).replace(microsecond=0)

    ticked = stack.run("local", "tick", "--at", at.isoformat(), "--json")
    clock = StateDirectory(stack.directory).now()
    stack.run("local", "tick")

    assert ticked.returncode == 0, ticked.stderr
    assert json.loads(ticked.stdout)["at"] == at.isoformat()
    assert at <= clock < at + timedelta(seconds=60)
    assert not (stack.directory / "clock").exists()


@pytest.mark.parametrize("time", ["tomorrow", "2026-13-01"])
def test_a_tick_takes_no_other_times_than_iso_8601(stack: Stack, time: str) -> None:
    ticked = stack.run("local", "tick", "--at", time)

    assert ticked.returncode == 2
    assert "--at: takes an ISO 8601 time" in ticked.stderr


def test_env_is_for_containers_which_have_to_reach_the_stack(stack: Stack) -> None:
    printed = stack.run("local", "env")

    assert (printed.returncode, printed.stdout) == (1, "")
    assert "`up --for-containers`" in printed.stderr


# ---------------------------------------------------------------- without a deployment


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def supervisor(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A stack that nothing is deployed to, which takes a tenth of the time."""
    StateDirectory(directory).make()
    command = [sys.executable, "-m", "permille_cli.local.supervisor", str(directory), "--hours", "0.1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            eventually((directory / "running.json").exists)
            yield process
        finally:
            process.terminate()


def test_down_leaves_no_process_and_no_directory(directory: Path, supervisor: subprocess.Popen[bytes]) -> None:
    port = _port(directory)

    down = permille("local", "down", env={"PERMILLE_LOCAL_DIR": str(directory)})

    assert down.returncode == 0, down.stderr
    assert supervisor.wait(timeout=5) == 0
    assert not directory.exists()
    assert not _listens(port)


def test_the_emulator_does_not_outlive_a_killed_supervisor(
    directory: Path, supervisor: subprocess.Popen[bytes]
) -> None:
    port = _port(directory)

    os.kill(supervisor.pid, signal.SIGKILL)

    eventually(lambda: not _listens(port))
    status = permille("local", "status", env={"PERMILLE_LOCAL_DIR": str(directory)})
    assert status.returncode == 1


def test_a_second_supervisor_does_not_start(directory: Path, supervisor: subprocess.Popen[bytes]) -> None:
    command = [sys.executable, "-m", "permille_cli.local.supervisor", str(directory)]

    second = subprocess.run(command, capture_output=True, timeout=30, check=False)  # noqa: S603

    assert second.returncode != 0
    assert supervisor.poll() is None


def test_down_is_content_when_nothing_runs(directory: Path) -> None:
    down = permille("local", "down", env={"PERMILLE_LOCAL_DIR": str(directory)})

    assert (down.returncode, down.stdout) == (0, "The embedded stack is not running.\n")


@pytest.mark.parametrize("command", [("tick",), ("env",)])
def test_a_command_that_needs_a_stack_says_so(directory: Path, command: tuple[str]) -> None:
    done = permille("local", *command, env={"PERMILLE_LOCAL_DIR": str(directory)})

    assert done.returncode == 1
    assert "`permille local up` starts it" in done.stderr


def test_neither_up_nor_down_touches_a_directory_of_somebody_else(directory: Path) -> None:
    directory.mkdir()
    (directory / "thesis.txt").write_text("dear", encoding="utf-8")

    up = permille("local", "up", env={"PERMILLE_LOCAL_DIR": str(directory)})
    down = permille("local", "down", env={"PERMILLE_LOCAL_DIR": str(directory)})

    assert (up.returncode, down.returncode) == (2, 2)
    assert [path.name for path in directory.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("numbers", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)])
@pytest.mark.parametrize("reached", ["logs/supervisor.log", "logs/sam-build.log"])
def test_an_interrupted_up_leaves_nothing(directory: Path, reached: str, numbers: tuple[signal.Signals, ...]) -> None:
    env = os.environ | {"PERMILLE_LOCAL_DIR": str(directory)}
    with subprocess.Popen([*COMMAND, "local", "up"], env=env, stderr=subprocess.PIPE, text=True) as up:  # noqa: S603
        eventually((directory / reached).exists)
        for number in numbers:
            up.send_signal(number)
            time.sleep(0.2)
        _, said = up.communicate(timeout=60)

    assert up.returncode == 130
    assert "Traceback" not in said
    assert not directory.exists()


def test_down_waits_for_an_up_that_is_under_way(directory: Path) -> None:
    state = StateDirectory(directory)
    command = [*COMMAND, "local", "down", "--dir", str(directory)]
    with state.alone(lambda: None):
        down = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603
        assert down.stderr is not None
        said = down.stderr.readline()
        assert down.poll() is None
    down.communicate(timeout=30)

    assert "Waiting for another" in said
    assert down.returncode == 0
    assert not directory.exists()


def test_the_platforms_name_is_what_was_asked_for(directory: Path) -> None:
    name = 'O"Reilly & Söhne, $HOME\\'
    env = {"PERMILLE_LOCAL_DIR": str(directory)}
    try:
        up = permille("local", "up", "--platform-name", name, "--stack", "other", "--json", env=env)
        assert up.returncode == 0, up.stderr
        described = json.loads(up.stdout)
    finally:
        permille("local", "down", env=env)

    assert described["stack"] == "other"
    assert described["outputs"]["PlatformName"] == name
    assert not directory.exists()


def _port(directory: Path) -> int:
    endpoint: str = json.loads((directory / "running.json").read_text(encoding="utf-8"))["endpoint"]
    return int(endpoint.rpartition(":")[2])


def _listens(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.connect()
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
    return True
