"""Runs SAM CLI."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from permille.domain.values.errors import Failed
from permille_cli.local.state import StateDirectory
from permille_cli.local.tools import tool, tool_environment


def run_sam(state: StateDirectory, environment: Mapping[str, str], command: str, *arguments: str) -> None:
    """Runs a command of SAM CLI with its log in the state directory. Raises Failed with the end of its log."""
    quiet = {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": str(state.path / "sam"), "AWS_DEFAULT_REGION": "us-east-1"}
    path = state.logs / f"sam-{command}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own tool
            [tool("sam"), command, *arguments],
            cwd=state.path, env=tool_environment(state.tmp) | quiet | dict(environment),
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


def last_lines(log: str) -> str:
    """The line that says why, and the one after it: the last error's if there is one, else the very last."""
    lines = [line.strip() for line in log.splitlines() if re.search(r"\w", line)]
    errors = [number for number, line in enumerate(lines) if line.startswith("Error")]
    return " ".join(lines[errors[-1] :][:2] if errors else lines[-1:])
