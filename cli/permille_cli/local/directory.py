"""Where `permille local` keeps its stack, unless --dir says otherwise."""

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_state_path

from permille.domain.values.errors import InvalidInput
from permille_cli.local.state import StateDirectory
from permille_cli.project import IS_INSTALLED, PROJECT

Directory = Annotated[
    Path,
    typer.Option(
        "--dir",
        envvar="PERMILLE_LOCAL_DIR",
        metavar="DIR",
        show_default="~/.local/state/permille/local, in a checkout .permille",
        help="State directory of the stack.",
    ),
]
DIRECTORY = user_state_path("permille") / "local" if IS_INSTALLED else PROJECT / ".permille"


def state_of(directory: Path) -> StateDirectory:
    """The state directory at that path. Raises InvalidInput where there can be none."""
    try:
        path = directory.resolve()
    except (OSError, RuntimeError) as error:  # too long a name, symbolic links in a circle
        raise InvalidInput(f"takes a directory, not {str(directory)!r}", "dir") from error
    return StateDirectory(path)
