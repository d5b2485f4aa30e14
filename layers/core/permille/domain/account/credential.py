"""An account's SMTP credential: its state as Permille knows it, and the changes in IAM that make it agree with the
account's status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

ACTIVE: Final = "Active"
INACTIVE: Final = "Inactive"
# IAM is eventually consistent: so long after a change, an answer may show older values. Measured: 3 to 4 s.
PROPAGATION = timedelta(seconds=30)

DeactivatedKeys = Mapping[str, frozenset[str]]  # access keys by sender


@dataclass(frozen=True, slots=True)
class Credential:
    """The state of the reconciliation with IAM. Only the holder of the lease writes it.

    deactivated: the keys that Permille deactivated, by sender
    applied: the switch generation for which all changes were made: every key and the deny group
    applied_at: the last change in IAM
    observed: the switch generation that IAM was last read back to agree with, PROPAGATION after the last change
    lease: the number of leases so far, which is the fencing token
    """

    deactivated: DeactivatedKeys = field(default_factory=dict)
    applied: int = 1
    applied_at: datetime | None = None
    observed: int = 1
    lease: int = 0

    def is_propagated(self, now: datetime) -> bool:
        """Whether all answers of IAM show the last change by now."""
        return self.applied_at is None or now - self.applied_at >= PROPAGATION


@dataclass(frozen=True, slots=True)
class SenderState:
    """A sender's state in IAM.

    keys: the status (ACTIVE or INACTIVE) of each access key, by its id
    denied: whether it is in the deny group
    """

    keys: Mapping[str, str]
    denied: bool

    def with_status(self, status: str) -> frozenset[str]:
        """The keys with this status."""
        return frozenset(key for key, of_key in self.keys.items() if of_key == status)


@dataclass(frozen=True, slots=True)
class Denial:
    """A deny by hand, of an account that may send.

    senders: those in the deny group
    since: when the first of them was found there
    """

    senders: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Renewal:
    """The renewal of a sender's key. It is stored before the new key is created.

    sender: its name
    old: the keys that the new one replaces
    dropped: keys that are deleted before
    new: the new key; empty until it is stored. A key that is neither old nor dropped then is an interrupted renewal's
    until: when the old keys are deactivated; None where that is not fixed yet
    put_off_at: when they were last deactivated
    ended: whether IAM was read back to show them Inactive
    """

    sender: str
    old: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    new: str = ""
    until: datetime | None = None
    put_off_at: datetime | None = None
    ended: bool = False

    @property
    def retired(self) -> frozenset[str]:
        """Keys that are never activated again, even if they still work."""
        return frozenset((*self.dropped, *(self.old if self.new else ())))

    def is_propagated(self, now: datetime) -> bool:
        """Whether all answers of IAM show the old keys as Inactive by now."""
        return self.put_off_at is not None and now - self.put_off_at >= PROPAGATION


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a sender in IAM; falsy where there are none.

    deactivate, activate: access keys
    deny: True: add the sender to the deny group; False: remove it; None: leave it
    """

    deactivate: frozenset[str] = frozenset()
    activate: frozenset[str] = frozenset()
    deny: bool | None = None

    def __bool__(self) -> bool:
        return bool(self.deactivate or self.activate or self.deny is not None)


def changes(state: SenderState, deactivated: frozenset[str], *, may_send: bool) -> Changes:
    """The changes that make a sender's state in IAM agree with the status; empty (falsy) where it agrees. Only keys
    that Permille deactivated are activated: a key that its owner deactivated stays Inactive."""
    if may_send:
        activate = state.with_status(INACTIVE) & deactivated
        return Changes(activate=activate, deny=False if state.denied else None)
    return Changes(deactivate=state.with_status(ACTIVE), deny=None if state.denied else True)


def assertion(deactivated: frozenset[str], *, may_send: bool) -> Changes:
    """All changes that the status demands, without regard to IAM's answers, which may show older values. `deactivated`:
    the keys that Permille has deactivated, or is about to."""
    return Changes(activate=deactivated, deny=False) if may_send else Changes(deactivate=deactivated, deny=True)
