"""Runs a program at a pseudo terminal, where somebody reads and answers."""

import os
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Seen:
    """What the program showed, without colours, and its exit status."""

    text: str
    status: int


def at_a_terminal(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], answers: Sequence[tuple[str, str]]
) -> Seen:
    """Runs the command in the folder. `answers`: pairs of the end of a question and what is typed then, in their order.
    Fails where a question does not come."""
    ours, theirs = os.openpty()
    try:
        program = subprocess.Popen(  # noqa: S603
            command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        text = _conversation(ours, list(answers))
        status = program.wait(PATIENCE_SECONDS)
    finally:
        os.close(ours)
    return Seen(text, status)


def _conversation(terminal: int, answers: list[tuple[str, str]]) -> str:
    deadline, text, answered_to = time.monotonic() + PATIENCE_SECONDS, "", 0
    while data := _read(terminal):
        text += data
        if answers and _shown(text[answered_to:]).endswith(answers[0][0]):
            os.write(terminal, f"{answers.pop(0)[1]}\n".encode())
            answered_to = len(text)
        assert time.monotonic() < deadline, _shown(text)
    assert not answers, f"{answers[0][0]!r} was not asked: {_shown(text)}"
    return _shown(text)


def _read(terminal: int) -> str:
    """What comes next; nothing once the program has ended."""
    readable, _, _ = select.select([terminal], [], [], PATIENCE_SECONDS)
    try:
        return os.read(terminal, 65536).decode("utf-8", "replace") if readable else ""
    except OSError:  # Linux: nobody has the other end open
        return ""


def _shown(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r\n", "\n")
