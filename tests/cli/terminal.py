"""Commands typed in this process, on a stack of fakes."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from tests.operator_fakes import FakeStack

from permille_cli.main import status_of


@dataclass(slots=True)
class Terminal:
    stack: FakeStack
    capsys: pytest.CaptureFixture[str]

    def text(self, *typed: str) -> str:
        """What the command prints for people, after seeing that it went well."""
        assert status_of(typed, stack=self.stack) == 0, self.capsys.readouterr().err
        return self.capsys.readouterr().out

    def answer(self, *typed: str) -> Any:
        """What it answers machines."""
        return json.loads(self.text(*typed, "--json"))

    def refused(self, *typed: str) -> str:
        """The one line of exit 2: what was asked for is wrong."""
        return self._line(2, *typed)

    def failed(self, *typed: str) -> str:
        """The one line of exit 1: it was tried and did not work."""
        return self._line(1, *typed)

    def _line(self, status: int, *typed: str) -> str:
        assert status_of(typed, stack=self.stack) == status
        said = self.capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("permille: ")
        assert said.err.count("\n") == 1
        return said.err.removeprefix("permille: ").rstrip("\n")
