"""Runs a module in a process of its own, and returns its result."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from permille_cli.project import PROJECT


def found_by(module: str, *arguments: object, environment: Mapping[str, str]) -> Any:
    """The document that the module writes; its output is discarded."""
    with TemporaryDirectory() as directory:
        found = Path(directory) / "found.json"
        command = [sys.executable, "-m", module, str(found), *map(str, arguments)]
        subprocess.run(command, env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        return json.loads(found.read_text(encoding="utf-8"))
