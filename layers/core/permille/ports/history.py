"""Ports that read and write what happened to an account: tallies, timeline, bounces, suppressions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from permille.domain.feedback.bounces import BounceRecord
    from permille.domain.sending.suppression import Suppression
    from permille.domain.timeline.facts import Audience, Topic
    from permille.domain.timeline.timeline import Entry
    from permille.domain.values.tally import Days
    from permille.ports.paging import Page


class Tallies(Protocol):
    def days(self, account_id: str, epoch: int, first: date) -> Days:
        """The epoch's tallies by send day from `first` on, strongly consistent."""

    def by_epoch(self, account_id: str, first: date) -> dict[int, Days]:
        """The same of every epoch that has any."""


class Timeline(Protocol):
    def since(self, account_id: str, at: datetime) -> list[Entry]:
        """The account's entries from then on, oldest first, strongly consistent."""

    def latest(self, account_id: str, limit: int, before: str = "") -> Page[Entry]:
        """The account's newest entries, the newest first, of those older than the one of the id `before`, strongly
        consistent. The last page may be empty."""

    def about(self, account_id: str, topic: Topic, limit: int) -> Page[Entry]:
        """The account's newest entries of a topic, the newest first, whatever else was written. May lag behind what was
        just written."""

    def get(self, account_id: str, entry_id: str) -> Entry | None: ...

    def page(self, account_id: str, after: str, limit: int, audience: Audience | None = None) -> Page[Entry]:
        """Some of the account's entries, those for `audience` where one is named, oldest first, beginning behind the
        entry of that id; fewer than `limit`, or none, also where more follow. May lag behind what was just written.
        """


MOST_LIFTED = 99  # records at once, beside the entry that tells of it


KEPT_BOUNCES = timedelta(days=400)  # thirteen months


class Bounces(Protocol):
    """The records of counted bounces, kept for KEPT_BOUNCES. May lag behind what was just counted."""

    def latest(self, account_id: str, since: str, limit: int) -> Page[BounceRecord]:
        """The newest first, of those whose ids are not before `since`."""

    def page(self, account_id: str, after: str, limit: int, before: str = "") -> Page[BounceRecord]:
        """The oldest first, of those behind the id `after`, and where one is named not behind the id `before`."""


class Suppressions(Protocol):
    """The records of counted complaints and bounces that suppress the address they name, and what staff added."""

    def records(self, account_id: str) -> Iterator[Suppression]:
        """Oldest first, read as far as they are taken; an address comes again for each of its records. May lag behind
        what was just counted."""

    def naming(self, account_id: str, address: str) -> list[str]:
        """The identities of those that suppress `address`, strongly consistent."""

    def about(self, account_id: str, message_id: str, address: str) -> dict[str, datetime]:
        """When the complaints about a message were reported that suppress `address`, by their identities, strongly
        consistent."""

    def lift(self, account_id: str, identities: Sequence[str], entry: Entry | None) -> None:
        """Has at most MOST_LIFTED of them suppress nobody any more and writes the entry, in one transaction. Raises
        Conflict where one does not any more."""
