"""Runs SAM CLI."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from permille.domain.values.errors import Failed
from permille_cli.sam.tools import tool, tool_environment


class Workplace(Protocol):
    """Where SAM CLI works."""

    @property
    def path(self) -> Path:
        """The current folder."""

    @property
    def logs(self) -> Path:
        """The folder of its logs."""

    @property
    def tmp(self) -> Path:
        """The folder of its temporary files."""


def run_sam(place: Workplace, environment: Mapping[str, str], command: str, *arguments: str) -> None:
    """Runs a command of SAM CLI with its log in the workplace. Raises Failed with the end of its log."""
    path = place.logs / f"sam-{command}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own tool
            [tool("sam"), command, *arguments],
            cwd=place.path, env=tool_environment(place.tmp) | settings(place) | dict(environment),
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        status = process.wait()
    except BaseException:  # an interrupt: its children would go on writing into what is about to be removed
        with suppress(ProcessLookupError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if status:
        raise Failed(f"sam {command} failed: {last_lines(path.read_text(encoding='utf-8', errors='replace'))}")


def settings(place: Workplace) -> dict[str, str]:
    """SAM CLI's own settings: it reports nothing to anybody, and keeps its files in the workplace."""
    folder = str(place.path / "sam")
    return {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": folder, "AWS_DEFAULT_REGION": "us-east-1"}


def last_lines(log: str) -> str:
    """The line that says why, and the one after it: the last error's if there is one, else the very last."""
    lines = [line.strip() for line in log.splitlines() if re.search(r"\w", line)]
    errors = [number for number, line in enumerate(lines) if line.startswith("Error")]
    return " ".join(lines[errors[-1] :][:2] if errors else lines[-1:])
