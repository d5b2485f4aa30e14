"""The file of accounts to import: CSV with a header. Lists are separated by blanks."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from permille.domain.sending.import_plan import AccountLine
from permille.domain.values.errors import InvalidInput
from permille.domain.words.formulas import marked, unmarked
from permille.domain.words.wording import plain
from permille.usecases.senders.new_account import NewAccount

REQUIRED = ("account_id", "owner_email", "identities")
COLUMNS = (*REQUIRED, "owner_name", "timezone", "senders", "take_over", "accept_risk", "note")
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"", "no", "false", "0"})
MOST_LINES = 10_000
LONGEST_SHOWN = 80  # characters of a wrong value
_COLUMN_OF = {"identity": "identities", "sender": "senders"}  # by the names of the options of `account add`


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A line of the file.

    new: the account; None where the line is wrong
    cells: as they were written
    """

    asked: AccountLine
    new: NewAccount | None
    cells: Mapping[str, str]


def accounts_in(text: str, by: str, run: str) -> list[ImportRow]:
    """The accounts of a file, each line that is wrong with the reason. Raises InvalidInput where the file is no such
    table. `by`: who imports it; `run`: the id of the import's run."""
    lines = iter(_lines(text))
    header = _checked(next(lines, (0, []))[1])
    rows = [_row(number, header, cells, by, run) for number, cells in lines]
    if not rows:
        raise InvalidInput("it has a header, and no account", "csv")
    if len(rows) > MOST_LINES:
        raise InvalidInput(f"it has {len(rows):,} accounts; import {MOST_LINES:,} at a time", "csv")
    return rows


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with its number."""
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise InvalidInput(f"line {reader.line_num} is no CSV: {error}", "csv") from error


def text_with(rows: Iterable[Mapping[str, str]]) -> str:
    """The file with these rows. Cells that a spreadsheet would run as a formula are marked."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([marked(row.get(column, "")) for column in COLUMNS] for row in rows)
    return text.getvalue()


def _delimiter(text: str) -> str:
    """A comma, or the semicolon or tab that the header has instead."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in ";\t" if mark in first and "," not in first), ",")


def _checked(cells: Sequence[str]) -> list[str]:
    """The names of the columns."""
    header = [cell.strip().lower() for cell in cells]
    if missing := [name for name in REQUIRED if name not in header]:
        raise InvalidInput(f"its header lacks {', '.join(missing)}; the columns are {', '.join(COLUMNS)}", "csv")
    if unknown := [plain(name, LONGEST_SHOWN) for name in header if name not in COLUMNS]:
        raise InvalidInput(
            f"its header has the unknown column {', '.join(map(repr, unknown))}; the columns are {', '.join(COLUMNS)}",
            "csv",
        )
    if len({*header}) < len(header):
        raise InvalidInput("its header names a column twice", "csv")
    return header


def _row(line: int, header: Sequence[str], cells: Sequence[str], by: str, run: str) -> ImportRow:
    read = {name: unmarked(cell.strip()) for name, cell in zip(header, cells, strict=False)}
    account_id, wrong = read.get("account_id", ""), ""
    new = None
    if len(cells) != len(header):
        wrong = f"it has {len(cells)} cells, and the header {len(header)}"
    else:
        try:
            new = _account(read, by, run)
        except InvalidInput as error:
            wrong = "; ".join(_named(error))
    if new is None:
        return ImportRow(AccountLine(line, plain(account_id, LONGEST_SHOWN), error=wrong), None, read)
    asked = AccountLine(line, account_id, new.owner_email, new.identities, new.adopted, new.take_over)
    return ImportRow(asked, new, read)


def _account(read: Mapping[str, str], by: str, run: str) -> NewAccount:
    for column in REQUIRED:
        if not read[column]:
            raise InvalidInput("it is empty", column)
    if not read.get("owner_name", "").isprintable():
        raise InvalidInput("it has control characters", "owner_name")
    return NewAccount(
        account_id=read["account_id"],
        owner_email=read["owner_email"],
        owner_name=read.get("owner_name", ""),
        timezone=read.get("timezone") or "UTC",
        identities=_listed(read["identities"]),
        adopted=_listed(read.get("senders", "")),
        accept_risk=read.get("accept_risk") or None,
        take_over=_flag(read.get("take_over", "")),
        by=by,
        adding_run=run,
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.split()))


def _flag(cell: str) -> bool:
    if cell.lower() not in YES | NO:
        raise InvalidInput(f"takes yes or no, not {plain(cell, LONGEST_SHOWN)!r}", "take_over")
    return cell.lower() in YES


def _named(error: InvalidInput) -> Iterator[str]:
    """The messages, each with its column."""
    for field, message in error.errors:
        column = _COLUMN_OF.get(field, field)
        yield f"{column}: {plain(message.replace('--sender', 'senders'), 400)}" if column else plain(message, 400)
