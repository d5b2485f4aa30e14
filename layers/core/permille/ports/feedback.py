"""Ports of counting: the ledger, quarantine, and the queue of feedback."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from permille.domain.values.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime, timedelta

    from permille.domain.feedback.bounces import BounceRecord
    from permille.domain.timeline.kinds.owner_contact import OwnerMailStopped
    from permille.domain.timeline.timeline import Entry, TimelineEntry
    from permille.ports.history import Suppressions


@dataclass(frozen=True, slots=True)
class Sender:
    """An IAM user that sends.

    name: its `ses:caller-identity`
    account_id: whose mail it sends; empty where it is ignored
    epochs: when the account's second and later epochs began, oldest first
    ignored: why staff ignore it, as the platform's own sender; empty for a sender of an account
    """

    name: str
    account_id: str
    epochs: tuple[datetime, ...] = ()
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One thing to count exactly once.

    identity: its idempotency key, under which its marker is written
    account_id: for which account it counts
    day: the send day (UTC)
    epoch: the number of the account's epoch on that day
    tally: what is added; empty for a report that does not count
    entry: of a complaint or report; it is stored as its record too
    once: an idempotency key that several counts share: the first of them is counted, and of each other one the entry
        `repeated` is written instead; empty: there is none
    repeated: see `once`
    record: of a bounce
    """

    identity: str
    account_id: str
    day: date
    epoch: int
    tally: Tally
    entry: Entry | None = None
    once: str = ""
    repeated: Entry | None = None
    record: BounceRecord | None = None

    @property
    def as_repeated(self) -> Count:
        """What is written where another count with the same `once` was first."""
        return replace(self, tally=Tally(), entry=self.repeated, once="", repeated=None)


@dataclass(frozen=True, slots=True)
class CountResult:
    """Identities by what became of them.

    new: counted now
    duplicates: counted before
    failed: not counted; the same call can be repeated
    """

    new: frozenset[str] = frozenset()
    duplicates: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


class Ledger(Protocol):
    """Where feedback is counted."""

    def senders_for(self, names: Collection[str]) -> dict[str, Sender]:
        """The known ones of the senders, by name. Strongly consistent: an epoch committed before the call is seen."""

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> CountResult:
        """Counts each identity at most once, ever, whatever fails or is repeated. Identities must be distinct. What
        fails for a passing cause is tried again until `patience` is over, and is in the result. Writes the heartbeat,
        also where there is nothing to count."""

    def add_mail_details(self, count: Count) -> None:
        """Adds subject and campaign to the record and the entry of a complaint that was counted from a copy without
        them. Changes nothing else, and notifies nobody. Idempotent."""

    def mark_due(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        """Marks the account as due now; does nothing where there is none. Idempotent.

        bounced: also remember that bounces were counted of which no entry was written yet
        """

    @property
    def suppressions(self) -> Suppressions:
        """The suppressions that follow from what is counted here."""

    def mark_owner_mail(self, identity: str, entry: TimelineEntry[OwnerMailStopped], address: str) -> bool:
        """Marks that mail to the account's owner does not arrive, and writes the entry, in one transaction; at most
        once for each identity. Returns whether it did: not where there is no such account, or `address` is another one
        than the owner's.

        address: the canonical address to which the mail did not arrive; empty where it is not known
        """


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A stored body, and why it is in quarantine.

    id: the hash of the body
    reason: why it was not counted
    sender: `ses:caller-identity`; empty where the body names none
    at: when it was stored, the last time it came
    """

    id: str
    reason: str
    sender: str
    at: datetime


class Quarantine(Protocol):
    """Stores feedback that could not be read or attributed."""

    def keep(self, body: str, reason: str, sender: str, now: datetime) -> None:
        """Stores the raw body. The same body is one row, however often it comes."""


class QuarantineAge(Protocol):
    """How long feedback has been in quarantine."""

    def oldest(self) -> datetime | None:
        """When the oldest body was stored, the last time it came; None where quarantine is empty. May lag behind what
        was just stored."""


class FeedbackBacklog(Protocol):
    """The queue of feedback, without its dead letters."""

    def size(self) -> int:
        """About how many messages wait to be counted, those in flight included."""

    def oldest_sent_at(self, now: datetime) -> datetime | None:
        """When the oldest message was sent to the queue, by the metrics of the last minutes; None where there are none,
        or no message waited."""


class Heartbeat(Protocol):
    """The liveness signal of counting, which the ledger writes about twice a minute while it counts."""

    def last(self) -> datetime | None:
        """When a batch of feedback was last counted, also where nothing of it counted; None if never. At most half a
        minute late."""
