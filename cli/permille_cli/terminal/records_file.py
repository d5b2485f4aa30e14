"""The file that DNS records of imported identities are written to: CSV, a row for each record."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from permille.domain.values.errors import InvalidInput
from permille.ports.identities import DnsRecord

COLUMNS = ("account_id", "identity", "name", "type", "value")
Append = Callable[[str, Mapping[str, Sequence[DnsRecord]]], None]  # an account's id, and its records by identity


@contextmanager
def records_file(path: Path | None) -> Iterator[Append]:
    """What appends an account's records to the file; nothing does where no file is named. Raises InvalidInput where it
    cannot be opened."""
    if path is None:
        yield lambda *_: None
        return
    try:
        file = path.open("a", encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be opened: {error.strerror}", "records") from error
    with file:
        rows = csv.writer(file, lineterminator="\n")
        if not file.tell():
            rows.writerow(COLUMNS)

        def append(account_id: str, records: Mapping[str, Sequence[DnsRecord]]) -> None:
            for identity, of_identity in records.items():
                rows.writerows([account_id, identity, one.name, "CNAME", one.value] for one in of_identity)
            file.flush()

        yield append
