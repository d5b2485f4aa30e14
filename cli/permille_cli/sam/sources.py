"""What SAM builds: the template, the functions, and the layer with the package `permille`."""

import shutil
from pathlib import Path

import permille
from permille_cli.project import IS_INSTALLED, PROJECT

_PARTS = ("infra", "functions", "layers")
_LEFT_OUT = shutil.ignore_patterns("__pycache__")


def laid_out(folder: Path) -> Path:
    """The folder that has `infra`, `functions` and `layers`: the checkout, or else `folder`, to which they are copied.

    The layer gets the package that is installed beside this command, so that functions and command agree."""
    return copied(folder) if IS_INSTALLED else PROJECT


def copied(folder: Path, project: Path = PROJECT) -> Path:
    """Copies the sources of `project` to `folder`, in place of those that are there."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in _PARTS:
        shutil.copytree(project / part, folder / part, ignore=_LEFT_OUT)
    package = folder / "layers" / "core" / "permille"
    shutil.copytree(Path(permille.__file__).parent, package, ignore=_LEFT_OUT, dirs_exist_ok=True)
    return folder
