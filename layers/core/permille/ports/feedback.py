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
    """Whose mail a caller sends, and when that account's later epochs began. Where it is the platform's own mail, which
    nobody is judged by, `ignored` is the reason that staff gave, and there is no account."""

    caller: str
    account_id: str
    epochs: tuple[datetime, ...] = ()
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One thing to count exactly once: `identity` is its marker. A complaint brings its entry, which is its record too,
    and a bounce a `record`; a report that does not count has an empty tally. `once`, where it is not empty, is a marker
    that several have: only the first of them is counted, and of the others the entry `repeated` is written."""

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
        """What is written where another one was counted."""
        return replace(self, tally=Tally(), entry=self.repeated, once="", repeated=None)


@dataclass(frozen=True, slots=True)
class CountResult:
    """Identities: `new` are counted now, `known` were before, `failed` are not counted and can be tried again."""

    new: frozenset[str] = frozenset()
    duplicates: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


class Ledger(Protocol):
    """Where feedback is counted."""

    def senders_for(self, callers: Collection[str]) -> dict[str, Sender]:
        """The senders among `callers`, strongly consistent: an epoch committed before the call is seen."""

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> CountResult:
        """Counts each identity at most once, ever, whatever fails or is repeated. Identities must be distinct. What
        fails for a passing cause is tried again until `patience` is over. Keeps that counting goes on (`Heartbeat`),
        also where there is nothing to count."""

    def add_mail_details(self, count: Count) -> None:
        """Where a complaint was counted before from a copy without the mail's subject or campaign, and this copy has
        them, its record and its entry get them. Nothing else of them changes, and nobody is told again."""

    def mark_due(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        """Makes the account due now, where it exists. `bounced`: and remembers that bounces were counted."""

    @property
    def suppressions(self) -> Suppressions:
        """Who is suppressed by what was counted here."""

    def mark_owner_mail(self, identity: str, entry: TimelineEntry[OwnerMailStopped], address: str) -> bool:
        """Marks that mail to the account's owner does not arrive, with its entry, once for each identity and where the
        account exists; returns whether it did. `address`: to which it did not, canonical; where it is known and
        is not the owner's, or not any more, nothing is marked."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Why a body is in quarantine; `caller` is empty where the body names none."""

    id: str
    reason: str
    caller: str
    at: datetime


class Quarantine(Protocol):
    """Where feedback is kept that could not be read or attributed."""

    def keep(self, body: str, reason: str, caller: str, now: datetime) -> None:
        """Keeps the raw body; the same body makes no second row, whenever it comes again."""


class QuarantineAge(Protocol):
    def oldest(self) -> datetime | None:
        """When the body that rests longest was kept, the last time it came; None where nothing rests. May lag behind
        what was just kept."""


class FeedbackBacklog(Protocol):
    """The queue of feedback; its dead letters are not of it."""

    def size(self) -> int:
        """How many messages wait to be counted, those in flight included."""

    def oldest_sent_at(self, now: datetime) -> datetime | None:
        """When the oldest of them was sent to the queue, as far as the last minutes' metrics tell; None where they tell
        nothing, or none waited."""


class Heartbeat(Protocol):
    """That counting goes on at all: the ledger keeps it, about twice a minute while it counts."""

    def last(self) -> datetime | None:
        """When feedback was last taken off the queue and counted, or found to count for nobody; None if never. Half a
        minute late at most."""
