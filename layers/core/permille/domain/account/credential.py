"""An account's SMTP credential: what is known of it, and what has to be done to IAM users so that it agrees with the
account's status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from permille.domain.timeline.kinds.credential import Difference

ACTIVE: Final = "Active"
INACTIVE: Final = "Inactive"
# IAM is eventually consistent: for so long an answer may still tell what was before a change. Measured: 3 to 4 s.
PROPAGATION = timedelta(seconds=30)

DeactivatedKeys = Mapping[str, frozenset[str]]  # access keys by sender


@dataclass(frozen=True, slots=True)
class Credential:
    """What Permille did to an account's credential, and read back of it. Only the holder of the lease writes it.

    deactivated: the keys that Permille put to sleep, by sender
    applied: the switch generation that was asserted as a whole: every key and the deny group, whatever IAM said of them
    applied_at: when something was last changed in IAM
    observed: the switch generation that IAM was last read back to agree with, PROPAGATION after the last change
    lease: how many leases were ever taken, the fencing token
    """

    deactivated: DeactivatedKeys = field(default_factory=dict)
    applied: int = 1
    applied_at: datetime | None = None
    observed: int = 1
    lease: int = 0

    def is_propagated(self, now: datetime) -> bool:
        """Whether IAM shows the last change by now, wherever it is asked."""
        return self.applied_at is None or now - self.applied_at >= PROPAGATION


@dataclass(frozen=True, slots=True)
class SenderState:
    """What IAM says of a sender: the status of each of its keys, and whether the deny group holds it."""

    keys: Mapping[str, str]
    denied: bool

    def with_status(self, status: str) -> frozenset[str]:
        return frozenset(key for key, its_status in self.keys.items() if its_status == status)


@dataclass(frozen=True, slots=True)
class Denial:
    """Senders of an account that may send which somebody has put into the deny group by hand, and since when one is
    known to be in it."""

    senders: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Renewal:
    """A key that takes the place of a sender's old ones, written down before it is made.

    begun_at: when the key was about to be made
    dropped: keys that are deleted before it is made
    new: the key; empty while it is being made, when nobody was shown what is neither old nor dropped
    until: from then on the old keys are Inactive, once there is the new one; None where that was never said
    put_off_at: when they were last made so
    ended: IAM was read back to agree
    """

    sender: str
    old: tuple[str, ...]
    begun_at: datetime
    dropped: tuple[str, ...] = ()
    new: str = ""
    until: datetime | None = None
    put_off_at: datetime | None = None
    ended: bool = False

    @property
    def retired(self) -> frozenset[str]:
        """Keys that are never woken, also where they still work."""
        return frozenset((*self.dropped, *(self.old if self.new else ())))

    def is_propagated(self, now: datetime) -> bool:
        """Whether IAM shows the old keys as they were last made, wherever it is asked."""
        return self.put_off_at is not None and now - self.put_off_at >= PROPAGATION


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys to put to sleep and to wake; whether to put the sender into the deny group or take it out (None: leave)."""

    sleep: frozenset[str] = frozenset()
    wake: frozenset[str] = frozenset()
    deny: bool | None = None

    def __bool__(self) -> bool:
        return bool(self.sleep or self.wake or self.deny is not None)


def changes(state: SenderState, deactivated: frozenset[str], *, may_send: bool) -> Changes:
    """What does not agree with the status as IAM shows it; empty (falsy) where all agrees. Only keys that Permille put
    to sleep are ever woken: an owner's own Inactive key stays deactivated."""
    if may_send:
        wake = state.with_status(INACTIVE) & deactivated
        return Changes(wake=wake, deny=False if state.denied else None)
    return Changes(sleep=state.with_status(ACTIVE), deny=None if state.denied else True)


def assertion(deactivated: frozenset[str], *, may_send: bool) -> Changes:
    """Everything that the status asks for, whatever IAM shows: it may show what was before another change.
    `deactivated`:
    the keys that Permille has put to sleep, or is about to."""
    return Changes(wake=deactivated, deny=False) if may_send else Changes(sleep=deactivated, deny=True)


def drift(caller: str, state: SenderState, deactivated: frozenset[str], *, may_send: bool) -> list[Difference]:
    """What does not agree with the status, in either direction."""
    todo = changes(state, deactivated, may_send=may_send)
    found = [Difference(sender=caller, what="awake", key=key) for key in sorted(todo.sleep)]
    found += [Difference(sender=caller, what="deactivated", key=key) for key in sorted(todo.wake)]
    if todo.deny is not None:
        found.append(Difference(sender=caller, what="not denied" if todo.deny else "denied", key=""))
    return found
