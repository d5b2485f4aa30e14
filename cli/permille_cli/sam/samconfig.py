"""samconfig.toml: the values that a stack is deployed with. SAM CLI reads the same file."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.project import PROJECT
from permille_cli.terminal.whole_file import write_whole

STARTER = PROJECT / "samconfig.toml"
TEMPLATE = Path("infra") / "template.yaml"  # in a checkout, which SAM CLI can build by itself


class SamConfig:
    """The file at `path`, or a new one made of the project's own, with its comments."""

    def __init__(self, path: Path) -> None:
        self.path, self.is_new = path, not path.exists()
        try:
            self._document = tomlkit.parse((STARTER if self.is_new else path).read_text(encoding="utf-8"))
            self._deploy = _table(self._document, "default", "deploy", "parameters")
            self._global = _table(self._document, "default", "global", "parameters")
        except (OSError, UnicodeDecodeError, TOMLKitError, TypeError) as error:
            raise InvalidInput(f"{path} is no samconfig.toml: {error}", "config") from error
        if self.is_new and not (path.parent / TEMPLATE).exists():
            for section in ("build", "validate"):
                del self._document["default"][section]

    @property
    def stack_name(self) -> str:
        """The name of the stack; empty if the file has none."""
        return str(self._deploy.get("stack_name") or self._global.get("stack_name") or "")

    @property
    def region(self) -> str:
        """The AWS Region; empty if the file has none."""
        return str(self._deploy.get("region") or self._global.get("region") or "")

    @property
    def values(self) -> dict[str, str]:
        """The parameters' values, by name."""
        found = self._deploy.get("parameter_overrides", [])
        pairs = shlex.split(found) if isinstance(found, str) else [str(one) for one in found]
        split = (pair.partition("=") for pair in pairs)
        return {name: value.strip("'\"") for name, _, value in split}

    def save(self, stack_name: str, region: str, values: Mapping[str, str]) -> None:
        """Writes the file; what else it has, and its comments outside of the list of values, stay. Raises Failed, and
        leaves it as it was then."""
        self._global["stack_name"] = stack_name
        self._deploy.pop("stack_name", None)
        self._deploy["region"] = region
        listed = tomlkit.array().multiline(multiline=True)
        for name, value in values.items():
            listed.append(f"{name}='{value}'")
        self._deploy["parameter_overrides"] = listed
        try:
            write_whole(self.path, tomlkit.dumps(self._document))
        except OSError as error:
            raise Failed(f"{self.path} cannot be written: {error.strerror}") from error


def _table(document: Any, *names: str) -> Any:
    """The table of that name, made if there is none."""
    for name in names:
        if name not in document:
            document[name] = tomlkit.table()
        document = document[name]
    return document
