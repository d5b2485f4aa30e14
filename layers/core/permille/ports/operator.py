"""Ports that the operator's command needs beyond those of the functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from permille.ports.accounts import Accounts, Control, Policies
from permille.ports.desk import BreakerAdmin
from permille.ports.history import Suppressions, Timeline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime, timedelta

    from permille.domain.account.account import Account
    from permille.domain.login.links import Grant, LinkRole
    from permille.domain.sending.suppression import Addition, Detailed
    from permille.domain.timeline.kinds.system import SenderIgnored, SenderUnignored
    from permille.domain.timeline.timeline import Entry, TimelineEntry
    from permille.ports.feedback import Quarantined, Sender
    from permille.ports.table_setup import Lacking, TableSetup


class AllAccounts(Accounts, Protocol):
    def all(self) -> Iterator[Account]:
        """Every account, in no order."""

    def owner_of(self, caller: str) -> str:
        """The id of the account that a sender belongs to; empty where it is nobody's, or ignored."""

    def ignored(self) -> Iterator[Sender]:
        """The senders whose mail counts for nobody, in no order."""

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        """Counts a sender's mail for nobody from now on, and writes the entry, in one transaction. Raises Conflict
        where the sender belongs to an account."""

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        """Ends that, and writes the entry, in one transaction. Raises Conflict where the sender is not ignored."""

    def remove(self, account: Account) -> None:
        """Takes back an account that was added just now, with its senders; its timeline keeps what was written. Raises
        Conflict where somebody decided about it meanwhile."""


class AllTimelines(Timeline, Protocol):
    def append(self, entry: Entry) -> None:
        """Writes an entry that goes with no other write. Raises Conflict where one has its id."""

    def all_since(self, at: datetime) -> Iterator[Entry]:
        """Every account's entries from then on, in no order."""

    def of_kinds(self, kinds: Collection[str]) -> Iterator[Entry]:
        """Every account's entries of these kinds, in no order."""


class SesSuppressions(Protocol):
    """SES's suppression list of the AWS account in its Region: whoever is on it gets no mail of any account's."""

    def reason(self, address: str) -> str:
        """Why the address is on it, as SES says: BOUNCE or COMPLAINT; empty where it is not."""

    def remove(self, address: str) -> None:
        """Can be repeated without harm."""


class AllSuppressions(Suppressions, Protocol):
    def detailed(self, account_id: str) -> Iterator[Detailed]:
        """Every record that suppresses an address, with its reason, in no order; strongly consistent."""

    def added(self, account_id: str) -> frozenset[str]:
        """The addresses that staff have added and nobody has taken off; strongly consistent."""

    def add(self, account_id: str, additions: Sequence[Addition], entry: Entry | None) -> None:
        """Suppresses at most MOST_LIFTED addresses and writes the entry, in one transaction. Raises Conflict where one
        is added already."""


class QuarantinedFeedback(Protocol):
    def all(self) -> Iterator[Quarantined]:
        """All that is in quarantine, in no order, read page by page as it is taken. What comes back meanwhile, as a
        replayed body can, is not met again."""

    def body(self, body_id: str) -> str | None:
        """Strongly consistent; None where it is gone."""

    def drop(self, quarantined: Quarantined) -> None:
        """Deletes it as it was read: where it came back meanwhile, as a replayed body can, it stays."""


class FeedbackQueue(Protocol):
    def put(self, body: str) -> None:
        """Has a body read and counted like one that SES sends."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter in somebody's hands. `receipt`: what the queue gave for it."""

    body: str
    receipt: str


class DeadLetters(Protocol):
    """What could not be done, and rests until somebody has mended why."""

    def count(self) -> int:
        """About how many there are, those in somebody's hands included."""

    def receive(self, limit: int) -> Sequence[DeadLetter]:
        """Some of them, hidden from everybody else for 15 minutes; none where there are no others."""

    def redrive(self, letter: DeadLetter) -> None:
        """Puts it on the queue that it came from, and then deletes it here."""

    def delete(self, letter: DeadLetter) -> None: ...


class PolicyDocument(Policies, Protocol):
    def text(self) -> str | None:
        """As it was set; None where nobody has set one: the preset default is in force then."""

    def set(self, text: str) -> None:
        """Puts it in force, unread: whoever calls has parsed it."""


class OperatorControl(Control, BreakerAdmin, Protocol):
    pass


class LinkIssuer(Protocol):
    def token(self, audience: LinkRole, name: str, lasts: timedelta, grant: Grant | None = None) -> str:
        """A token that lets staff or a platform in. Who asked, as AWS vouches for them, is on the system timeline by
        then, and in the token. Raises InvalidInput, PermissionDenied."""


class Tables(Protocol):
    """Tables as wholes, whatever is in them."""

    def names_with_prefix(self, beginning: str) -> list[str]:
        """All whose names begin so, in order."""

    def setup(self, name: str) -> TableSetup | None:
        """None where there is no such table."""

    def enable(self, name: str, lacking: Lacking) -> None:
        """Sets what it lacks. Can be repeated without harm. Raises Unavailable where the table is still being made."""


class Functions(Protocol):
    def stop(self, name: str) -> None:
        """No run of the function begins any more, whatever calls for one; one that runs comes to its end. Can be
        repeated without harm."""
