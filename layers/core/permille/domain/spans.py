"""When an account was not simply active: made of its timeline, with the instants of the entries that changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.account import Status
from permille.domain.timeline import Entry, Kind


@dataclass(frozen=True, slots=True)
class _Change:
    before: Status
    after: Status


# Support can disable and close whatever an account was: then the entry before tells what it was, and only where that is
# too old to have been read, it is taken for active.
_CHANGES: Mapping[Kind, _Change] = {
    Kind.CREATED: _Change(Status.ACTIVE, Status.ACTIVE),
    Kind.DISABLED: _Change(Status.ACTIVE, Status.DISABLED),
    Kind.DISABLING_REVERSED: _Change(Status.DISABLED, Status.ACTIVE),
    Kind.STAFF_DISABLED: _Change(Status.ACTIVE, Status.DISABLED),
    Kind.STAFF_ENABLED: _Change(Status.DISABLED, Status.ACTIVE),
    Kind.CLOSED: _Change(Status.ACTIVE, Status.CLOSED),
    Kind.TRIAL_BEGAN: _Change(Status.DISABLED, Status.TRIAL),
    Kind.TRIAL_ENDED: _Change(Status.TRIAL, Status.OBSERVING),
    Kind.TRIAL_UNUSED: _Change(Status.OBSERVING, Status.DISABLED),
    Kind.STAYS_SUSPENDED: _Change(Status.OBSERVING, Status.DISABLED),
    Kind.REINSTATED: _Change(Status.OBSERVING, Status.ACTIVE),
}


@dataclass(frozen=True, slots=True)
class Span:
    """From `begins` on, until just before `ends`."""

    status: Status
    begins: datetime
    ends: datetime


def spans(entries: Sequence[Entry], status: Status, begins: datetime, ends: datetime) -> list[Span]:
    """The spans between the two instants in which the account was anything but active, oldest first. `entries`: the
    timeline, newest first, as far back as it was read. `status`: what the account is at the end."""
    changes = [entry for entry in reversed(entries) if entry.kind in _CHANGES and entry.at < ends]
    held = _CHANGES[changes[0].kind].before if changes else status
    since, found = begins, list[Span]()
    for entry in changes:
        if entry.at > since:
            found.append(Span(held, since, entry.at))
            since = entry.at
        held = _CHANGES[entry.kind].after
    found.append(Span(status, since, ends))
    return [span for span in found if span.status is not Status.ACTIVE and span.begins < span.ends]


def last_change(entries: Sequence[Entry]) -> Entry | None:
    """The newest entry by which the account became what it is; `entries` newest first."""
    return next((entry for entry in entries if entry.kind in _CHANGES), None)
