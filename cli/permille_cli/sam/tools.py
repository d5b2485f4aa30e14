"""The tools (SAM CLI, the emulator, uv) in an environment of their own, since they pin another boto3.

A checkout has them in .venv-tools (`make tools`). Elsewhere they are installed once, into the user's cache, as the
pins of requirements/tools.txt demand, by hash; other pins or another Python get another environment.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

from permille.domain.values.errors import Failed
from permille_cli.project import PROJECT
from permille_cli.terminal.output import err

PINS = PROJECT / "requirements" / "tools.txt"
OF_THE_CHECKOUT = PROJECT / ".venv-tools"
DONE = ".done"  # the last file of a complete environment
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def tools() -> Path:
    """The folder with the tools' programs. Installs them if they are not there; one process does, others wait."""
    if (OF_THE_CHECKOUT / DONE).exists():
        return OF_THE_CHECKOUT / "bin"
    return installed(user_cache_path("permille", ensure_exists=True), PINS) / "bin"


def tool(name: str) -> str:
    """The path of a tool. Raises Failed if the tools cannot be installed."""
    return str(tools() / name)


def installed(cache: Path, pins: Path, install: Callable[[Path, Path], None] | None = None) -> Path:
    """The environment in `cache` with what `pins` names. `install(environment, pins)` makes it if it is incomplete."""
    environment = cache / f"tools-{_digest(pins)}"
    if not _is_complete(environment):
        with _alone(environment.with_suffix(".lock")):
            if not _is_complete(environment):
                shutil.rmtree(environment, ignore_errors=True)  # what an interrupted installation left
                (install or _install)(environment, pins)
                (environment / DONE).touch()
    return environment


def tool_environment(scratch: Path, *, bare: bool = False, aws: bool = False) -> dict[str, str]:
    """The environment for a tool that leaves its files in `scratch`: ours without anybody's AWS credentials.

    bare: nothing of ours: the functions inherit the emulator's environment.
    aws: with the operator's credentials, profile, Region and endpoint.
    """
    ours = {name: value for name, value in os.environ.items() if aws or not name.startswith("AWS_")}
    nobodys = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return (
        ({} if bare else ours)
        | ({} if aws else nobodys)
        | {
            "PATH": f"{tools()}{os.pathsep}{ours.get('PATH', os.defpath)}",
            "HOME": ours.get("HOME", str(scratch)),
            "LANG": "C.UTF-8",
            "TMPDIR": str(scratch),
        }
    )


def _digest(pins: Path) -> str:
    """Of the pins and of this Python, whose programs a virtual environment links to."""
    return sha256(pins.read_bytes() + f"{sys.version}{sys.base_prefix}".encode()).hexdigest()[:16]


def _is_complete(environment: Path) -> bool:
    return (environment / DONE).exists() and (environment / "bin" / "python").exists()  # not if its Python is gone


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            err.print("Waiting for another `permille` that installs SAM CLI ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(environment: Path, pins: Path) -> None:
    """Installs uv by pip, and by uv the rest, in a quarter of pip's time."""
    python = str(environment / "bin" / "python")
    with tempfile.TemporaryDirectory() as scratch, err.status("") as progress:
        uv = Path(scratch) / "uv.txt"
        uv.write_text(_pin_of("uv", pins), encoding="utf-8")
        hashed = ("--quiet", "--require-hashes", "--requirement")
        progress.update("Installing SAM CLI and the embedded AWS, once (about 250 MB) ...")
        _run("python3-venv (on Debian) makes it", sys.executable, "-m", "venv", str(environment))
        _run("pip needs an index of packages", python, "-m", "pip", "install", "--disable-pip-version-check",
             "--only-binary", ":all:", *hashed, str(uv))  # fmt: skip
        _run("uv needs an index of packages", str(environment / "bin" / "uv"), "pip", "install", "--no-build",
             "--python", python, *hashed, str(pins))  # fmt: skip


def _run(needs: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this Python's own tools
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"SAM CLI could not be installed ({needs}): {lines[-1].strip() if lines else 'no output'}")


def _pin_of(name: str, pins: Path) -> str:
    """The requirement of that name with its hashes."""
    found = re.search(rf"^{name}==(?:.*\\\n)*.*", pins.read_text(encoding="utf-8"), re.M)
    assert found, f"{pins} does not pin {name}"
    return found.group()
