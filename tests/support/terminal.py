"""Runs commands in this process, on a stack of fakes."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from tests.support.operator_fakes import FakeStack
from tests.support.shapes import conform

from permille_cli.main import status_of


@dataclass(slots=True)
class Terminal:
    """`stdin`: what is piped into the commands, of which one is typed each second; `typing`: what somebody types at the
    terminal instead, where a command asks."""

    stack: FakeStack
    capsys: pytest.CaptureFixture[str]
    stdin: str = ""
    typing: str = ""

    def text(self, *typed: str) -> str:
        """What the command prints for people, after seeing that it went well."""
        assert self.status(*typed) == 0, self.capsys.readouterr().err
        return self.capsys.readouterr().out

    def answer(self, *typed: str) -> Any:
        """What it answers machines."""
        return json.loads(self.text(*typed, "--json"))

    def refused(self, *typed: str) -> str:
        """The error line of invalid input (exit code 2)."""
        return self._line(2, *typed)

    def failed(self, *typed: str) -> str:
        """The one line of exit 1: it was tried and did not work."""
        return self._line(1, *typed)

    def _line(self, status: int, *typed: str) -> str:
        assert self.status(*typed) == status
        said = self.capsys.readouterr()
        assert "--json" in typed or said.out == ""
        assert said.err.startswith("permille: ")
        assert said.err.count("\n") == 1
        return said.err.removeprefix("permille: ").rstrip("\n")

    def status(self, *typed: str) -> int:
        """Runs the command and returns its exit status. What it prints with --json has to be as its schema says."""
        now, self.stack = self.stack, self.stack.at(self.stack.time + timedelta(seconds=1))
        with _reading(_Typing(self.typing) if self.typing else _piped(self.stdin)):
            status = status_of(typed, stack=now)
        if "--json" in typed:
            said, wrong = self.capsys.readouterr()
            conform(typed, json.loads(said), status)
            sys.stdout.write(said)
            sys.stderr.write(wrong)
        return status


class _Typing(io.StringIO):
    def isatty(self) -> bool:
        return True


def _piped(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="")


@contextmanager
def _reading(stdin: io.TextIOBase) -> Iterator[None]:
    before, sys.stdin = sys.stdin, stdin
    try:
        yield
    finally:
        sys.stdin = before
