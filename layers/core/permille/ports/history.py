"""Ports of an account's history: tallies, timeline, bounces, suppressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from permille.domain.feedback.bounces import BounceRecord
    from permille.domain.sending.suppression import Addition, Suppression
    from permille.domain.timeline.facts import Audience, Topic
    from permille.domain.timeline.timeline import Entry
    from permille.domain.values.tally import Days
    from permille.ports.paging import Page


class Tallies(Protocol):
    """Counts by account, epoch and send day. Strongly consistent."""

    def days(self, account_id: str, epoch: int, first: date) -> Days:
        """The tallies of one epoch by send day, from `first` on; days without any are left out."""

    def by_epoch(self, account_id: str, first: date) -> dict[int, Days]:
        """The same for each epoch that has any, by its number."""


@dataclass(frozen=True, slots=True)
class EntrySelection:
    """Which entries a page lists, and in which order.

    audience: only entries for it; None: all
    since: only entries from this instant on; None: all
    """

    audience: Audience | None = None
    since: datetime | None = None
    newest_first: bool = False


ALL_ENTRIES = EntrySelection()


class Timeline(Protocol):
    """Reads the entries of an account, or of the whole stack where the account is SYSTEM."""

    def since(self, account_id: str, at: datetime) -> list[Entry]:
        """The entries from `at` on, oldest first. Strongly consistent."""

    def latest(self, account_id: str, limit: int, before: str = "") -> Page[Entry]:
        """The newest entries, newest first. Strongly consistent. The last page may be empty.

        before: an entry's id; only older ones are read. Empty: all
        """

    def about(self, account_id: str, topic: Topic, limit: int) -> Page[Entry]:
        """The newest entries of a topic, newest first. By an index: may lag behind what was just written."""

    def get(self, account_id: str, entry_id: str) -> Entry | None:
        """Strongly consistent; None where there is no such entry."""

    def page(self, account_id: str, after: str, limit: int, selection: EntrySelection = ALL_ENTRIES) -> Page[Entry]:
        """The selected entries that come after the entry `after`, in the order of the selection. May lag behind what
        was just written. A page may have fewer than `limit` entries, or none, although more follow."""


class TimelineLog(Protocol):
    """Writes entries that no change of an account goes with."""

    def append(self, entry: Entry) -> None:
        """Writes an entry by itself. Raises Conflict where an entry has its id."""


MAX_RECORDS_AT_ONCE = 99  # of one transaction, which has the entry as well
BOUNCES_KEPT_FOR = timedelta(days=400)  # thirteen months


class Bounces(Protocol):
    """The records of counted bounces, kept for BOUNCES_KEPT_FOR. May lag behind what was just counted."""

    def latest(self, account_id: str, since: str, limit: int) -> Page[BounceRecord]:
        """Newest first.

        since: an entry's id; only records from it on
        """

    def page(self, account_id: str, after: str, limit: int, before: str = "") -> Page[BounceRecord]:
        """Oldest first, after the id `after`, up to and with the id `before`, where one is named."""


class Suppressions(Protocol):
    """The records of counted complaints and bounces that suppress the address they name, and what staff added."""

    def records(self, account_id: str) -> Iterator[Suppression]:
        """Oldest first, read lazily. An address comes once for each of its records. May lag behind what was just
        counted."""

    def identities_of(self, account_id: str, address: str) -> list[str]:
        """The identities of the records that suppress `address`. Strongly consistent."""

    def complaints_about(self, account_id: str, message_id: str, address: str) -> dict[str, datetime]:
        """When the complaints about one message that suppress `address` were reported, by identity. Strongly
        consistent."""

    def lift(self, account_id: str, identities: Sequence[str], entry: Entry | None) -> None:
        """Ends the suppression by these records, at most MAX_RECORDS_AT_ONCE, and writes the entry, in one transaction.
        Raises Conflict where one of them does not suppress any more."""


class SuppressionAdditions(Protocol):
    """What staff add to an account's suppressions."""

    def add(self, account_id: str, additions: Sequence[Addition], entry: Entry | None) -> None:
        """Suppresses the addresses, at most MAX_RECORDS_AT_ONCE, and writes the entry, in one transaction. Raises
        Conflict where one of them was added before."""
