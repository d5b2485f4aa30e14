"""The suppression list of an account: recipients who complained, whose mail bounced for good, or whom staff added."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from permille.domain.timeline.kinds.complaints import CountedComplaint, RepeatedComplaint
from permille.domain.timeline.kinds.suppressions import Unsuppressed
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry
from permille.domain.values.entry_id import id_among_many


class SuppressionReason(StrEnum):
    """Why an address is suppressed."""

    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    ADDED = "added"  # by staff

    @classmethod
    def of(cls, identity: str) -> "SuppressionReason":
        """The reason of a record, by its identity."""
        return cls(identity.partition("#")[0])


@dataclass(frozen=True, slots=True)
class Suppression:
    """A record that suppresses an address.

    address: in its bare form
    since: when it was recorded
    entry_id: the id of the record; of a complaint, of its timeline entry
    reason: why it was
    """

    address: str
    since: datetime
    entry_id: str
    reason: SuppressionReason = SuppressionReason.COMPLAINT


@dataclass(frozen=True, slots=True)
class Detailed:
    """A suppression and its reason in words: the recipient's act, why the mail bounced, or the reason of staff."""

    suppression: Suppression
    why: str


@dataclass(frozen=True, slots=True)
class Addition:
    """Staff add an address.

    address: in its bare form
    at: when
    reason: why
    by: who decided
    """

    address: str
    at: datetime
    reason: str
    by: str

    @property
    def identity(self) -> str:
        return f"{SuppressionReason.ADDED}#{self.address}"

    @property
    def suppression(self) -> Suppression:
        return Suppression(self.address, self.at, id_among_many(self.at, self.identity), SuppressionReason.ADDED)


def suppressed_by(entry: Entry) -> str:
    """The address that a complaint's entry suppresses; empty where it is not certain who complained, and of other
    entries."""
    return entry.facts.recipient if isinstance(entry.facts, CountedComplaint | RepeatedComplaint) else ""


def in_force(records: Iterable[Suppression], *, bounces: bool) -> Iterable[Suppression]:
    """The records that suppress. `bounces`: whether bounces do, by the policy's `suppress_bounces`."""
    return records if bounces else (record for record in records if record.reason is not SuppressionReason.BOUNCE)


def once_each(records: Iterable[Suppression]) -> Iterable[Suppression]:
    """The oldest record of each address. `records`: oldest first."""
    seen = set[str]()
    for record in records:
        if record.address not in seen:
            seen.add(record.address)
            yield record


def lifted(account_id: str, at: datetime, address: str, reason: str, by: str) -> TimelineEntry[Unsuppressed]:
    """Makes the entry that takes an address off the list, until it complains or bounces again."""
    return entry(account_id, at, Unsuppressed(address=address, reason=reason, by=by), distinguisher=address)
