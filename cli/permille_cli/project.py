"""The project's files that are no modules: template, functions, the layer's build, pins. A checkout has them where git
has them; an installed package has them in `assets`, laid out alike."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_ASSETS = _PACKAGE / "assets"

IS_INSTALLED = _ASSETS.is_dir()
PROJECT = _ASSETS if IS_INSTALLED else _PACKAGE.parents[1]
