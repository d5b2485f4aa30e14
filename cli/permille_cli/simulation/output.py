"""The two files of a simulation: the events, and the truth beside them."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from permille_cli.simulation.feedback import Truth
from permille_cli.simulation.population import account_of, caller_of

SUFFIXES = (".jsonl", ".jsonl.gz")
LEVEL = 6  # of compression
PART = ".part"
EVENT_BYTES, COMPRESSED_BYTES = 2_123, 111  # of a file, by `python -m bench.simulating`
COLUMNS = (
    "account_id",
    "caller_identity",
    "true_per_1000",
    "monthly_volume",
    "rhythm_days",
    "mailings",
    "bursts",
    "mails",
    "delivered",
    "complaints",
    "permanent_bounces",
    "transient_bounces",
)


def truth_file(events: Path) -> Path:
    """Where the truth about a file of events is written."""
    return events.with_name(f"{events.name}.truth.csv")


def expected_bytes(events: Path, number: int) -> int:
    """About how large a file of so many events becomes."""
    return number * (COMPRESSED_BYTES if events.suffix == ".gz" else EVENT_BYTES)


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text file, compressed where its name ends in .gz, that takes the place of `path` when it is complete. Until
    then it has another name; if the block fails, it is removed. The same text makes the same bytes."""
    part = path.with_name(path.name + PART)
    try:
        with _opened(part, compressed=path.suffix == ".gz") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, *, compressed: bool) -> Iterator[TextIO]:
    if not compressed:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as file,
    ):
        yield file


def write_truths(file: TextIO, truths: Sequence[Truth]) -> None:
    """One line for each tenant, in the order of their numbers."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(number, truth) for number, truth in enumerate(truths))


def _row(number: int, truth: Truth) -> Iterable[object]:
    account = account_of(number)
    return (
        account,
        caller_of(account),
        f"{truth.true_rate * 1000:.6g}",
        truth.tenant.monthly,
        truth.tenant.rhythm,
        truth.mailings,
        truth.bursts,
        truth.mails,
        truth.delivered,
        truth.complaints,
        truth.permanent_bounces,
        truth.transient_bounces,
    )
