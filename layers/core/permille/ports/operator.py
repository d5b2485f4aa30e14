"""Ports that the operator's command needs beyond those of the functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from permille.ports.accounts import Accounts, Control, Policies
from permille.ports.desk import BreakerAdmin
from permille.ports.history import SuppressionAdditions, Suppressions, Timeline, TimelineLog

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime, timedelta

    from permille.domain.account.account import Account
    from permille.domain.login.links import Grant, LinkRole
    from permille.domain.sending.suppression import Detailed
    from permille.domain.timeline.kinds.system import SenderIgnored, SenderUnignored
    from permille.domain.timeline.timeline import Entry, TimelineEntry
    from permille.ports.feedback import Quarantined, Sender
    from permille.ports.table_setup import MissingSetup, TableSetup


class AllAccounts(Accounts, Protocol):
    """All accounts and senders, as the operator's command reads and writes them."""

    def all(self) -> Iterator[Account]:
        """Every account, in no order."""

    def owner_of(self, sender: str) -> str:
        """The id of the account that the sender belongs to; empty where there is none. Strongly consistent."""

    def ignored(self) -> Iterator[Sender]:
        """The senders that are ignored, in no order."""

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        """Ignores the sender's feedback from now on, and writes the entry, in one transaction. Raises Conflict where
        the sender belongs to an account."""

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        """Ends that, and writes the entry, in one transaction. Raises Conflict where the sender is not ignored."""

    def remove(self, account: Account) -> None:
        """Deletes an account that was just added, and its senders; its timeline stays. Raises Conflict where the
        account was decided about since it was read."""


class AllTimelines(Timeline, TimelineLog, Protocol):
    """All timelines, as the operator's command reads and writes them."""

    def all_since(self, at: datetime) -> Iterator[Entry]:
        """The entries of all accounts from `at` on, in no order."""

    def of_kinds(self, kinds: Collection[str]) -> Iterator[Entry]:
        """The entries of all accounts of these kinds, in no order."""


class SesSuppressions(Protocol):
    """SES's suppression list of the AWS account in its Region: an address on it gets no mail from any account."""

    def reason(self, address: str) -> str:
        """Why the address is on the list: BOUNCE or COMPLAINT; empty where it is not."""

    def remove(self, address: str) -> None:
        """Removes the address from the list. Idempotent."""


class AllSuppressions(Suppressions, SuppressionAdditions, Protocol):
    """An account's suppressions with their reasons, and additions by staff."""

    def detailed(self, account_id: str) -> Iterator[Detailed]:
        """Every record that suppresses an address, with its reason, in no order; strongly consistent."""

    def added(self, account_id: str) -> frozenset[str]:
        """The addresses that staff added and nobody removed; strongly consistent."""


class QuarantinedFeedback(Protocol):
    """Reads and deletes what is in quarantine."""

    def all(self) -> Iterator[Quarantined]:
        """All of it, in no order, read lazily page by page. A body that is stored again meanwhile, as a replayed one
        can be, is not returned a second time."""

    def body(self, body_id: str) -> str | None:
        """The raw body; None where it no longer exists. Strongly consistent."""

    def drop(self, quarantined: Quarantined) -> None:
        """Deletes the row on condition that it is as it was read: a body that was stored again since stays."""


class FeedbackQueue(Protocol):
    """The queue from which feedback is ingested."""

    def put(self, body: str) -> None:
        """Sends a body to the queue; it is ingested as one that SES sends."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter that was received.

    receipt: the handle by which the queue deletes it
    """

    body: str
    receipt: str


class DeadLetters(Protocol):
    """A dead-letter queue."""

    def count(self) -> int:
        """About how many letters there are, those in flight included."""

    def receive(self, limit: int) -> Sequence[DeadLetter]:
        """At most `limit` letters, which are invisible to others for 15 minutes; none where there are no more."""

    def redrive(self, letter: DeadLetter) -> None:
        """Sends the letter to its source queue, and then deletes it here: cut off in between, it is in both."""

    def delete(self, letter: DeadLetter) -> None:
        """Deletes the letter. Idempotent."""


class PolicyDocument(Policies, Protocol):
    """The stored document of the policy."""

    def text(self) -> str | None:
        """The document as it was set; None where none was set, and the preset `default` is in force."""

    def set(self, text: str) -> None:
        """Stores the document without a check; the caller has parsed it."""


class OperatorControl(Control, BreakerAdmin, Protocol):
    """The control table, as the operator's command uses it."""


class LinkIssuer(Protocol):
    """Issues links and tokens through the function Access."""

    def token(self, role: LinkRole, name: str, lasts: timedelta, grant: Grant | None = None) -> str:
        """A token for staff or a platform. The IAM identity that asked is in the token, and on the system timeline
        before this returns. Raises InvalidInput.

        lasts: until it expires
        grant: what a platform's token allows; None for staff
        """


class Tables(Protocol):
    """The set-up of DynamoDB tables."""

    def names_with_prefix(self, prefix: str) -> list[str]:
        """The sorted names of all tables that begin with the prefix."""

    def setup(self, name: str) -> TableSetup | None:
        """How the table is set up; None where there is no such table."""

    def enable(self, name: str, missing: MissingSetup) -> None:
        """Sets what the table lacks. Idempotent. Raises Unavailable while the table is being created."""


class Functions(Protocol):
    """The stack's Lambda functions."""

    def stop(self, name: str) -> None:
        """Stops new invocations of the function; a running one ends by itself. Idempotent."""
