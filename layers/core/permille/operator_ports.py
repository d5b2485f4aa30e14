"""What the operator's command needs of the world, beyond ports.py and by the same rules: a fake and an adapter of each
pass the same contract test. Nothing here is for a function's run: what reads all there is reads it by a scan."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from permille.desk_ports import Resets
from permille.domain.account import Account
from permille.domain.links import For
from permille.domain.timeline import Entry
from permille.ports import Accounts, Control, Policies, Timeline


class AllAccounts(Accounts, Protocol):
    def all(self) -> Iterator[Account]:
        """Every account, in no order."""

    def owner_of(self, caller: str) -> str:
        """The id of the account that a sender belongs to; empty where it is nobody's, or ignored."""

    def ignore_sender(self, caller: str, reason: str, by: str, now: datetime) -> None:
        """Counts a sender's mail for nobody from now on. Raises Conflict where it belongs to an account."""

    def remove(self, account: Account) -> None:
        """Takes back an account that was added just now, with its senders; its timeline keeps what was written. Raises
        Conflict where somebody decided about it meanwhile."""


class AllTimelines(Timeline, Protocol):
    def all_since(self, at: datetime) -> Iterator[Entry]:
        """Every account's entries from then on, in no order."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A body with why it is in quarantine; `caller` is empty where the body names none."""

    id: str
    reason: str
    caller: str
    at: datetime
    body: str


class QuarantinedFeedback(Protocol):
    def all(self) -> Iterator[Quarantined]:
        """All that is in quarantine, in no order."""

    def drop(self, quarantined: Quarantined) -> None:
        """Deletes it as it was read: where it came back meanwhile, as a replayed body can, it stays."""


class FeedbackQueue(Protocol):
    def put(self, body: str) -> None:
        """Has a body read and counted like one that SES sends."""


class PolicyDocument(Policies, Protocol):
    def text(self) -> str | None:
        """As it was set; None where nobody has set one: the preset seed is in force then."""

    def set(self, text: str) -> None:
        """Puts it in force, unread: whoever calls has parsed it."""


class OperatorControl(Control, Resets, Protocol):
    def revoke_links(self, audience: For) -> None:
        """Raises the link generation: no earlier link for staff, or for platforms, is valid any more."""
