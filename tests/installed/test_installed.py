"""The wheel in an empty environment: the demonstration runs outside the checkout, on each Python of this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from permille_cli.project import PROJECT

UV = PROJECT / ".venv-tools" / "bin" / "uv"
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
PYENV = Path.home() / ".pyenv" / "versions"


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PERMILLE_"))}
    done = subprocess.run(  # noqa: S603
        [*map(str, command)], cwd=cwd, env=environment | (env or {}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done


def interpreters() -> Iterator[str]:
    """The version of each supported Python that this machine has, found by uv or kept by pyenv."""
    for version in SUPPORTED:
        if version == f"{sys.version_info.major}.{sys.version_info.minor}" or program(version):
            yield version


def program(version: str) -> str:
    """The interpreter of a version; empty if there is none."""
    ours = sorted(PYENV.glob(f"{version}.*/bin/python{version}"))
    if ours:
        return str(ours[-1])
    command = [str(UV), "python", "find", "--no-python-downloads", version]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built in isolation from the checkout's environment but for hatchling, which needs no index then."""
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, cwd=PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.parametrize("version", list(interpreters()))
def test_the_demonstration_runs_where_the_wheel_alone_is_installed(version: str, wheel: Path, tmp_path: Path) -> None:
    environment, folder = tmp_path / "venv", tmp_path / "somewhere"
    folder.mkdir()
    run(UV, "venv", "--python", program(version) or sys.executable, environment, cwd=folder)
    pins = ("--constraint", PROJECT / "requirements" / "dev.txt")
    run(UV, "pip", "install", "--python", environment / "bin" / "python", *pins, wheel, cwd=folder)
    own = {
        "TMPDIR": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    own |= {"UV_CACHE_DIR": run(UV, "cache", "dir", cwd=folder).stdout.strip()}  # what is downloaded is shared

    told = run(environment / "bin" / "permille", "local", "demo", "--json", cwd=folder, env=own)

    answers = json.loads(told.stdout)
    assert answers["answers"]["good-bakery"] == {"smtp": "accepted", "api": "accepted"}
    assert answers["answers"]["pushy-deals"]["smtp"].startswith("535")
    assert answers["second_chance"]["two_days_later"] == "accepted"
    assert list(folder.iterdir()) == []
    (tools,) = (tmp_path / "cache" / "permille").glob("tools-*/.done")
    assert (tools.parent / "bin" / "sam").exists()


def test_an_installation_brings_what_it_needs_and_no_tests(wheel: Path) -> None:
    from zipfile import ZipFile

    names = ZipFile(wheel).namelist()

    template = (PROJECT / "infra" / "template.yaml").read_bytes()
    assert ZipFile(wheel).read("permille_cli/assets/infra/template.yaml") == template
    functions = {one.parent.name for one in (PROJECT / "functions").glob("*/app.py")}
    assert {name.split("/")[3] for name in names if name.startswith("permille_cli/assets/functions/")} == functions
    assert [name for name in names if "tests/" in name or name.endswith(".pyc")] == []
