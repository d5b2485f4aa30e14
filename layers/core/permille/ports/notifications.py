"""Ports of notification: mail, the event bus, idempotency and the retry queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from permille.domain.timeline.timeline import Entry


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to an owner. `entry_id` goes with it, so that what becomes of it can be told."""

    to: str
    subject: str
    text: str
    html: str
    account_id: str
    entry_id: str


class Mailer(Protocol):
    def send(self, mail: Mail) -> None: ...


class EventBus(Protocol):
    def publish(self, entry: Entry, zone: tzinfo) -> None:
        """Hands the entry to the host platform's bus. `zone`: where its account is, for the words."""


REMEMBERED_FOR = timedelta(days=30)


class IdempotencyStore(Protocol):
    def run_once(self, key: str, action: Callable[[], None]) -> None:
        """Runs `action` unless it ended well under this key within REMEMBERED_FOR. If it raises it can be repeated."""

    def was_done(self, key: str) -> bool:
        """Whether an action ended well under this key within REMEMBERED_FOR."""


class RetryQueue(Protocol):
    def enqueue(self, account_id: str, entry_id: str, effect: str) -> None:
        """Keeps what could not be handed on: for a later try, or until somebody has mended why."""
