"""The port of answers that are kept for requests that are repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ANSWERS_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that its sender may repeat.

    sender: who sent it; keys of different senders are different
    key: what the sender calls it
    content: what was asked, as JSON
    """

    sender: str
    key: str
    content: Mapping[str, Any]


class AnswerStore(Protocol):
    """Keeps answers for ANSWERS_KEPT_FOR."""

    def answer_once(self, request: KeyedRequest, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The answer of `action`, as JSON, or the one that it gave when it succeeded for this key before. What `action`
        raises propagates, and is not kept. An action that is cut off, or whose answer cannot be kept, runs a second
        time when the request is repeated.

        Raises InvalidInput where the key was used for other content, and StillRunning where its action runs now.
        """
