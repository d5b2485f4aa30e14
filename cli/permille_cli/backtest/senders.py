"""Reads which caller sends for which account: a table with the columns `caller_identity` and `account_id`."""

import csv
import io
from collections.abc import Sequence

from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import plain
from permille.ports.feedback import Sender

CALLER, ACCOUNT = "caller_identity", "account_id"
IGNORED = "no account_id in the table of senders"


def senders_in(file: str, text: str) -> dict[str, Sender]:
    """The senders of a CSV table, by caller; other columns are ignored. A sender without an account is the platform's
    own: its mail counts for no account. Raises InvalidInput that names the line. `file`: the name, for messages."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    senders: dict[str, Sender] = {}
    try:
        _check_columns(file, reader.fieldnames or ())
        for row in reader:
            sender = _sender(row, f"{file}, line {reader.line_num}")
            if senders.setdefault(sender.name, sender) != sender:
                raise InvalidInput(f"{file}, line {reader.line_num}: {plain(sender.name, 80)} has two accounts")
    except csv.Error as error:
        raise InvalidInput(f"{file}, line {reader.line_num}: {error}") from error
    if not senders:
        raise InvalidInput(f"{file} has no senders")
    return senders


def _check_columns(file: str, columns: Sequence[str]) -> None:
    for column in (CALLER, ACCOUNT):
        if column not in columns:
            raise InvalidInput(f"{file} has no column {column}: its first line has to name the columns")


def _sender(row: dict[str, str | None], where: str) -> Sender:
    name, account_id = ((row.get(column) or "").strip() for column in (CALLER, ACCOUNT))
    if not name:
        raise InvalidInput(f"{where}: {CALLER} is empty")
    if account_id and not ACCOUNT_ID.fullmatch(account_id):
        raise InvalidInput(
            f"{where}: {plain(account_id, 80)!r} is no account id: small letters, digits and -, at most 54, "
            "not beginning with -"
        )
    return Sender(name, account_id, ignored="" if account_id else IGNORED)
