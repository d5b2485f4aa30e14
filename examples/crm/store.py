"""The CRM's own data, in SQLite: businesses, contacts, campaigns with their mails, and the Workflow Timeline."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS businesses (id TEXT PRIMARY KEY, name TEXT, sender TEXT, smtp_user TEXT, smtp_password TEXT);
CREATE TABLE IF NOT EXISTS contacts (business TEXT, list TEXT, name TEXT, email TEXT);
CREATE TABLE IF NOT EXISTS campaigns (id INTEGER PRIMARY KEY, business TEXT, list TEXT, subject TEXT, text TEXT,
                                      stopped TEXT DEFAULT '');
CREATE TABLE IF NOT EXISTS mails (campaign INTEGER, name TEXT, email TEXT, state TEXT DEFAULT 'waiting');
CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, business TEXT, kind TEXT, at TEXT, headline TEXT,
                                    sentence TEXT);
"""
# A mail's state: waiting, ses or provider (sent through it), left out (suppressed), refused (a bad address).
CAMPAIGNS = """SELECT campaigns.*, sum(state = 'waiting') waiting, sum(state IN ('ses', 'provider')) sent,
    sum(state = 'provider') by_provider, sum(state = 'left out') left_out, sum(state = 'refused') refused
    FROM campaigns LEFT JOIN mails ON campaign = id WHERE business = ? GROUP BY id ORDER BY id DESC"""


@dataclass(frozen=True, slots=True)
class Store:
    """The database in this file. SMTP passwords are in it: encrypt yours."""

    file: Path

    def __post_init__(self) -> None:
        with self._opened() as database:
            database.executescript(SCHEMA)

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._opened() as database:
            return database.execute(query, values).fetchall()

    def write(self, statement: str, *rows: tuple[Any, ...]) -> None:
        """Runs the statement with each row of values, all or none."""
        with self._opened() as database:
            database.executemany(statement, rows)

    def business(self, business: str) -> sqlite3.Row | None:
        return next(iter(self.rows("SELECT * FROM businesses WHERE id = ?", business)), None)

    def add_contacts(self, business: str, name: str, contacts: Iterable[tuple[str, str]]) -> None:
        """Adds contacts, each a name and an address, to the list of that name."""
        self.write("INSERT INTO contacts VALUES (?, ?, ?, ?)", *((business, name, *one) for one in contacts))

    def add_campaign(self, business: str, contacts: str, subject: str, text: str) -> None:
        """Adds a campaign to the list `contacts`, with a mail that waits for each contact."""
        with self._opened() as database:
            values = business, contacts, subject, text
            added = database.execute(
                "INSERT INTO campaigns (business, list, subject, text) VALUES (?, ?, ?, ?)", values
            )
            database.execute(
                "INSERT INTO mails (campaign, name, email) SELECT ?, name, email FROM contacts "
                "WHERE business = ? AND list = ?",
                (added.lastrowid, business, contacts),
            )

    def add_entry(self, event: dict[str, Any]) -> None:
        """Adds an event of the bus to the Workflow Timeline; one that is there already changes nothing."""
        row = tuple(event[name] for name in ("id", "account_id", "kind", "at", "headline", "sentence"))
        self.write("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.file, timeout=30)
        database.row_factory = sqlite3.Row
        try:
            with database:
                yield database
        finally:
            database.close()
