"""Who complained is never mailed again: which addresses of an account are suppressed, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from permille.domain.entries.complaints import CountedComplaint, RepeatedComplaint, Unsuppressed
from permille.domain.timeline import Entry, TimelineEntry, entry


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address in its bare form, and the complaint's entry by which it is suppressed."""

    address: str
    since: datetime
    entry_id: str


def suppressed_by(told: Entry) -> str:
    """The address that a complaint suppresses; empty where the report names nobody, or several people: whoever of these
    did not complain is mailed on."""
    return told.facts.recipient if isinstance(told.facts, CountedComplaint | RepeatedComplaint) else ""


def once_each(cards: Iterable[Suppression]) -> Iterable[Suppression]:
    """Each address by the oldest of its cards, which come oldest first."""
    seen = set[str]()
    for card in cards:
        if card.address not in seen:
            seen.add(card.address)
            yield card


def lifted(account_id: str, at: datetime, address: str, reason: str, by: str) -> TimelineEntry[Unsuppressed]:
    """The address may be mailed again, until its holder complains once more."""
    return entry(account_id, at, Unsuppressed(recipient=address, reason=reason, by=by), seed=address)
