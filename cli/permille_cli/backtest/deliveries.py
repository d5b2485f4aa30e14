"""The deliveries of an archive, each counted once. They are told apart by 8-byte digests of their identities: in
memory, and where they are many in a temporary database on disk, which SQLite removes when it is closed."""

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing

from permille_cli.backtest.history import Arrivals

IN_MEMORY = 2_000_000  # rows, of 24 bytes each
CACHE_KB = 64 * 1024  # of the temporary database

_TABLE = "CREATE TABLE deliveries (account INTEGER, digest INTEGER, at INTEGER, sent INTEGER)"
_INDEX = "CREATE INDEX IF NOT EXISTS by_account ON deliveries (account, digest, at, sent)"
_FIRST = "SELECT min(at) AS at, sent FROM deliveries WHERE account = ? GROUP BY digest"
_ROWS = f"SELECT at, sent, count(*) FROM ({_FIRST}) GROUP BY at, sent ORDER BY at, sent"  # noqa: S608 - constants


class _Rows:
    """Rows of one account, in the order in which they were read."""

    __slots__ = ("at", "digest", "sent")

    def __init__(self) -> None:
        self.digest, self.at, self.sent = array("q"), array("q"), array("q")


class DeliveryLog:
    """Collects deliveries, and returns those of an account. The order in which they are added does not matter.

    in_memory: so many rows are kept in memory
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._in_memory, self._number = in_memory, 0
        self._rows: dict[int, _Rows] = defaultdict(_Rows)
        self._database: sqlite3.Connection | None = None

    def add(self, account: int, identity: str, at: int, sent: int) -> None:
        """Adds one delivery. `identity`: its idempotency key, which ends in a hexadecimal digest."""
        rows = self._rows[account]
        rows.digest.append(int(identity[-16:], 16) - 2**63)
        rows.at.append(at)
        rows.sent.append(sent)
        self._number += 1
        if self._number >= self._in_memory:
            self._to_disk()

    def of(self, account: int) -> Arrivals:
        """The account's deliveries. Of two with one identity the first that arrived counts."""
        if self._database is None:
            return _arrivals(self._rows[account])
        if self._number:
            self._to_disk()
            self._database.execute(_INDEX)
        return Arrivals.of(self._database.execute(_ROWS, (account,)))

    def close(self) -> None:
        """Removes the temporary database."""
        if self._database is not None:
            self._database.close()

    def _to_disk(self) -> None:
        if self._database is None:
            self._database = sqlite3.connect("", isolation_level=None)  # "": a temporary file, which has no name
            for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
                self._database.execute(f"PRAGMA {pragma}")
            self._database.execute(_TABLE)
        with closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany("INSERT INTO deliveries VALUES (?, ?, ?, ?)", self._buffered())
            cursor.execute("COMMIT")
        self._rows.clear()
        self._number = 0

    def _buffered(self) -> Iterator[tuple[int, int, int, int]]:
        for account, rows in self._rows.items():
            for digest, at, sent in zip(rows.digest, rows.at, rows.sent, strict=True):
                yield account, digest, at, sent


def _arrivals(rows: _Rows) -> Arrivals:
    from_last = sorted(zip(rows.at, rows.sent, rows.digest, strict=True), reverse=True)
    first = {digest: (at, sent) for at, sent, digest in from_last}
    return Arrivals.of((*instants, number) for instants, number in Counter(first.values()).items())
