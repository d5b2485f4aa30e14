"""Ports of notification: mail, the event bus, messages to staff, idempotency and the retry queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from permille.domain.timeline.timeline import Entry


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to an owner.

    to: one address
    text: the body as plain text
    html: the same body as HTML
    account_id: a tag of the mail; feedback about the mail names it
    entry_id: the entry that the mail is about; also a tag
    stop: the URL that stops such mails by a POST (RFC 8058); empty where they cannot be stopped
    """

    to: str
    subject: str
    text: str
    html: str
    account_id: str
    entry_id: str
    stop: str = ""


class Mailer(Protocol):
    """Sends mail through SES."""

    def send(self, mail: Mail) -> None:
        """Sends the mail. A second call sends it a second time."""


class EventBus(Protocol):
    """The host platform's bus in EventBridge."""

    def publish(self, entry: Entry, zone: tzinfo) -> None:
        """Publishes the entry. A second call publishes it a second time, with the same id.

        zone: the time zone for the words of the entry
        """


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """A message to staff.

    subject: of a mail: less than 100 characters
    text: one sentence
    link: to the desk's page about it, which needs a login
    """

    subject: str
    text: str
    link: str


class StaffTopic(Protocol):
    """The topic that staff subscribe to."""

    def publish(self, message: StaffMessage) -> None:
        """Publishes the message to all subscribers. A second call publishes it a second time."""


class HourlyCount(Protocol):
    """Counts the messages to staff by hours."""

    def next(self, now: datetime) -> int:
        """The number of the next message in the UTC hour of `now`: 1, 2, ... Each call takes one."""


IDEMPOTENT_FOR = timedelta(days=30)


class IdempotencyStore(Protocol):
    """Remembers for IDEMPOTENT_FOR which actions succeeded."""

    def run_once(self, key: str, action: Callable[[], None]) -> None:
        """Runs `action` unless it succeeded under this key before. What `action` raises propagates, and it can be run
        again then. An action that is cut off, or whose success cannot be written, is run a second time."""

    def was_done(self, key: str) -> bool:
        """Whether an action succeeded under this key."""


class RetryQueue(Protocol):
    """A queue of notifications that were not delivered: to be retried, or as dead letters."""

    def enqueue(self, account_id: str, entry_id: str, channel: str) -> None:
        """Adds a notification.

        channel: a `Channel`
        """
