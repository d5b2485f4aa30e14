"""The command as a process whose streams are odd: it ends with its exit status and one line, never a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

DELIVERED = b"delivered,complaints,note\n1000,2,caf\xe9\n"  # Latin-1


def run(
    typed: str,
    stdout: "int | IO[bytes]" = subprocess.PIPE,
    *,
    piped: bytes | None = None,
    before: Callable[[], None] | None = None,
    **environment: str,
) -> "subprocess.CompletedProcess[bytes]":
    """`before`: what the process does before it becomes the command."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "permille_cli", *typed.split()],
        stdout=stdout,
        stderr=subprocess.PIPE,
        input=piped,
        preexec_fn=before,
        env=os.environ | {"PYTHONUNBUFFERED": ""} | environment,
        check=False,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("policy judge --delivered 5 --complaints 0", 1, b"No space left on device"),
        ("policy judge --delivered 5 --complaints 0 --json", 1, b"No space left on device"),
        ("cost --emails=-5 --accounts 1 --json", 2, b"takes a whole number"),
    ],
)
def test_an_answer_that_cannot_be_written_is_one_line(typed: str, status: int, said: bytes, unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = run(typed, full, PYTHONUNBUFFERED=unbuffered)

    assert (ended.returncode, ended.stderr.count(b"\n")) == (status, 1)
    assert said in ended.stderr


def test_without_standard_input_there_is_nothing_to_read() -> None:
    ended = run("policy check -", before=lambda: os.close(0))

    assert (ended.returncode, ended.stderr.count(b"\n")) == (2, 1)
    assert b"JSON" in ended.stderr


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_what_is_piped_has_to_be_utf_8_as_a_file_whatever_the_locale(locale: str, tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_bytes(DELIVERED)

    piped = run("policy judge --csv -", piped=DELIVERED, LC_ALL=locale)
    named = run(f"policy judge --csv {file}", LC_ALL=locale)

    assert (piped.returncode, piped.stdout) == (named.returncode, named.stdout) == (2, b"")
    assert b"- is not UTF-8" in piped.stderr
