"""Who complained, or whose mail bounced for good, is mailed no more: which addresses of an account are suppressed,
since when, and why."""

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
        """What the record of that identity is."""
        return cls(identity.partition("#")[0])


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address in its bare form, and the id of what it is suppressed by: of a complaint that of its entry on the
    timeline."""

    address: str
    since: datetime
    entry_id: str
    why: SuppressionReason = SuppressionReason.COMPLAINT


@dataclass(frozen=True, slots=True)
class Detailed:
    """A suppression with its reason: what the recipient did, why the mail bounced, or what staff said."""

    suppression: Suppression
    reason: str


@dataclass(frozen=True, slots=True)
class Addition:
    """Staff suppress an address, which is in its bare form."""

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


def suppressed_by(told: Entry) -> str:
    """The address that a complaint suppresses; empty where the report names nobody, or several people: whoever of these
    did not complain is mailed on."""
    return told.facts.recipient if isinstance(told.facts, CountedComplaint | RepeatedComplaint) else ""


def in_force(records: Iterable[Suppression], *, bounces: bool) -> Iterable[Suppression]:
    """Those by which an address is suppressed. `bounces`: whether bounces suppress, as the policy says."""
    return records if bounces else (record for record in records if record.why is not SuppressionReason.BOUNCE)


def once_each(records: Iterable[Suppression]) -> Iterable[Suppression]:
    """Each address by the oldest of its records, which come oldest first."""
    seen = set[str]()
    for record in records:
        if record.address not in seen:
            seen.add(record.address)
            yield record


def lifted(account_id: str, at: datetime, address: str, reason: str, by: str) -> TimelineEntry[Unsuppressed]:
    """The address may be mailed again, until its holder complains, or a mail to it bounces, once more."""
    return entry(account_id, at, Unsuppressed(recipient=address, reason=reason, by=by), distinguisher=address)
