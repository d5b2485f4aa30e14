"""The tools (SAM CLI, the emulator, uv) in an environment of their own, since they pin another boto3."""

import os
from pathlib import Path

from permille.domain.values.errors import Failed
from permille_cli.stack.template import PROJECT

TOOLS = PROJECT / ".venv-tools" / "bin"


def tool(name: str) -> str:
    """The path of a tool. Raises Failed if it is not installed."""
    path = TOOLS / name
    if not path.exists():
        raise Failed(f"{path} is missing: run `make setup`")
    return str(path)


def tool_environment(scratch: Path, *, bare: bool = False) -> dict[str, str]:
    """The environment for a tool that leaves its files in `scratch`: ours without anybody's AWS credentials.

    If `bare`, nothing of ours: the functions inherit the emulator's environment.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return ({} if bare else ours) | {
        "PATH": f"{TOOLS}{os.pathsep}{ours.get('PATH', os.defpath)}",
        "HOME": ours.get("HOME", str(scratch)),
        "LANG": "C.UTF-8",
        "TMPDIR": str(scratch),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
