"""docs/embedded-stack.md has `sam local invoke`: each function in Lambda's container image, against the embedded stack.

`make test-containers` runs it; `make test` does not, for it needs Docker and the image. With SAM_SKIP_PULL_IMAGE=1 the
image that is there is taken, whoever made it.
"""

import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.stack.conftest import Stack, running

PROJECT = Path(__file__).parents[2]
BUILT_FROM = ("events", "functions", "infra", "layers", "samconfig.toml")
COMMANDS = re.findall(
    r"^(sam local invoke .*?) *(?:#.*)?$", (PROJECT / "docs" / "embedded-stack.md").read_text(encoding="utf-8"), re.M
)
ANSWERS = {
    "IngestComplaint": lambda answer: answer == {"batchItemFailures": []},
    "Enforce": lambda answer: answer["failed"] == 0,
    "Notify": lambda answer: answer == {"batchItemFailures": []},
    "Webhook": lambda answer: answer == {"is_set": False},
    "Console": lambda answer: answer["statusCode"] == 200,
    "Api": lambda answer: answer["statusCode"] == 401,
    "Access": lambda answer: answer["statusCode"] == 403,
    "Provisioning": lambda answer: answer["statusCode"] == 403,
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With the account that the sample events are about."""
    with running(tmp_path_factory.mktemp("stack") / "state", "--for-containers") as stack:
        stack.answer("account", "add", "good-bakery", "--owner-email", "bea@b.example", "--identity", "b.example")
        yield stack


@pytest.fixture(scope="module")
def run(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command of the page in a copy of the project, after those that README has before it."""
    copy = tmp_path_factory.mktemp("project")
    for name in BUILT_FROM:
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    path = os.pathsep.join([str(PROJECT / ".venv-tools" / "bin"), str(PROJECT / ".venv" / "bin"), os.environ["PATH"]])

    def run(command: str, **env: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | stack.env | {"PATH": path, "SAM_CLI_TELEMETRY": "0"} | env
        return subprocess.run(  # noqa: S603 - the page's own
            command.split(), cwd=copy, env=environment, capture_output=True, text=True, timeout=600, check=True
        )

    run("permille local env --file env.json")
    run("sam build")
    return run


def invoked(run: Run, command: str, **env: str) -> Any:
    """What the function answers, with the architecture of this computer, as the page says."""
    here = " --parameter-overrides Architecture=x86_64" if platform.machine() == "x86_64" else ""
    done = run(command + here, **env)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("command", COMMANDS)
def test_the_function_does_its_work_in_a_container(run: Run, command: str) -> None:
    answer = invoked(run, command)

    assert ANSWERS[command.split()[3]](answer), answer


def test_what_it_counts_in_a_container_the_embedded_stack_has(stack: Stack, run: Run) -> None:
    invoked(run, "sam local invoke IngestComplaint -e events/ingest-complaint.json -n env.json")

    kinds = [entry["kind"] for entry in stack.answer("timeline", "good-bakery")["entries"]]
    assert "complaint" in kinds


def test_tokens_made_by_the_stacks_keys_let_in_to_the_api_in_a_container(
    stack: Stack, run: Run, tmp_path: Path
) -> None:
    event = json.loads((PROJECT / "events" / "api-account.json").read_text(encoding="utf-8"))
    event["headers"]["authorization"] = f"Bearer {stack.answer('link', 'platform', '--name', 'crm')['token']}"
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")

    answer = invoked(run, f"sam local invoke Api -e {tmp_path / 'event.json'} -n env.json")

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["account_id"] == "good-bakery"


def test_links_made_by_the_stacks_keys_open_in_a_container(stack: Stack, run: Run, tmp_path: Path) -> None:
    link = urlsplit(stack.answer("link", "owner", "good-bakery")["link"])
    event = json.loads((PROJECT / "events" / "console-page.json").read_text(encoding="utf-8"))
    event["requestContext"]["http"]["path"] = event["rawPath"] = link.path
    event["queryStringParameters"] = dict([link.query.split("=", 1)])
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")

    answer = invoked(run, f"sam local invoke Console -e {tmp_path / 'event.json'} -n env.json")

    assert answer["statusCode"] == 303
    assert answer["cookies"]


def test_containers_need_the_stacks_credentials(run: Run) -> None:
    answer = invoked(
        run,
        "sam local invoke IngestComplaint -e events/ingest-complaint.json -n env.json",
        AWS_SECRET_ACCESS_KEY="another",
    )

    assert "signature" in answer["errorMessage"]
