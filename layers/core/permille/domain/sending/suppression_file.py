"""Parses files of addresses to suppress: one a line, or a table with a column of them, as `permille suppression export`
writes it."""

import csv
from collections.abc import Callable, Sequence

from permille.domain.values.errors import InvalidInput
from permille.domain.words.formulas import unmarked
from permille.domain.words.wording import plain

MOST_ADDRESSES = 100_000
NAMED_LINES = 5
COLUMNS = frozenset({"address", "email", "e-mail", "email address", "e-mail address", "recipient"})


def addresses_in(text: str, bare: Callable[[str], str | None]) -> list[str]:
    """The addresses, each once, in their bare form. `bare`: returns that form, or None where a text is no address.
    Raises InvalidInput that names the lines without an address."""
    addresses: dict[str, None] = {}
    wrong: list[tuple[int, str]] = []
    for line, cell in _cells(text):
        if address := bare(unmarked(cell)):
            addresses[address] = None
        else:
            wrong.append((line, cell))
    if wrong:
        raise InvalidInput(_message(wrong))
    if not addresses:
        raise InvalidInput("there is no address in it: one a line, or a table with a column `address`")
    if len(addresses) > MOST_ADDRESSES:
        raise InvalidInput(
            f"{len(addresses):,} addresses are too many for one import; take {MOST_ADDRESSES:,} at a time"
        )
    return list(addresses)


def _cells(text: str) -> list[tuple[int, str]]:
    """The cells that should be addresses, each with the number of its line. Empty lines are skipped."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(text.splitlines(), delimiter=_delimiter(first))
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise InvalidInput(f"line {reader.line_num} cannot be read: {error}") from error
    filled = [(line, row) for line, row in rows if any(row)]
    column = _column(filled[0][1]) if filled else None
    rest = filled if column is None else filled[1:]
    return [(line, row[column or 0] if len(row) > (column or 0) else "") for line, row in rest]


def _delimiter(first: str) -> str:
    """A comma, or what the first line has instead."""
    return next((mark for mark in ";\t" if mark in first and "," not in first), ",")


def _column(header: Sequence[str]) -> int | None:
    """The index of the column of addresses, by its heading; None where there is no header."""
    return next((place for place, cell in enumerate(header) if cell.lower() in COLUMNS), None)


def _message(wrong: Sequence[tuple[int, str]]) -> str:
    named = ", ".join(f"line {line} ({plain(cell, 40)!r})" for line, cell in wrong[:NAMED_LINES])
    more = f" and {len(wrong) - NAMED_LINES:,} more" if len(wrong) > NAMED_LINES else ""
    hold = "line holds" if len(wrong) == 1 else "lines hold"
    return f"{len(wrong):,} {hold} no e-mail address: {named}{more}; nothing was imported"
