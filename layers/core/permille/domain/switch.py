"""What has to be done to an IAM user so that its SMTP credential agrees with the account's status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ACTIVE: Final = "Active"
INACTIVE: Final = "Inactive"


@dataclass(frozen=True, slots=True)
class SenderState:
    """What IAM says of a sender: the status of each of its keys, and whether the deny group holds it."""

    keys: Mapping[str, str]
    denied: bool

    def with_status(self, status: str) -> frozenset[str]:
        return frozenset(key for key, its_status in self.keys.items() if its_status == status)


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys to put to sleep and to wake; whether to put the sender into the deny group or take it out (None: leave)."""

    sleep: frozenset[str] = frozenset()
    wake: frozenset[str] = frozenset()
    deny: bool | None = None

    def __bool__(self) -> bool:
        return bool(self.sleep or self.wake or self.deny is not None)


def changes(state: SenderState, asleep: frozenset[str], *, may_send: bool) -> Changes:
    """None (falsy) where the state agrees already. Only keys that Permille put to sleep are ever woken: an owner's own
    Inactive key stays asleep."""
    if may_send:
        wake = state.with_status(INACTIVE) & asleep
        return Changes(wake=wake, deny=False if state.denied else None)
    return Changes(sleep=state.with_status(ACTIVE), deny=None if state.denied else True)


def drift(caller: str, state: SenderState, asleep: frozenset[str], *, may_send: bool) -> list[dict[str, str]]:
    """What does not agree with the status, each as `sender`, `what` and `key`; in either direction."""
    todo = changes(state, asleep, may_send=may_send)
    found = [("awake", key) for key in sorted(todo.sleep)] + [("asleep", key) for key in sorted(todo.wake)]
    found += [] if todo.deny is None else [("not denied" if todo.deny else "denied", "")]
    return [{"sender": caller, "what": what, "key": key} for what, key in found]
