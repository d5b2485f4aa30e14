"""When an account was not simply active: made of its timeline, with the instants of the entries that changed it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status


@dataclass(frozen=True, slots=True)
class Span:
    """From `begins` on, until just before `ends`."""

    status: Status
    begins: datetime
    ends: datetime


def spans(entries: Sequence[Entry], status: Status, begins: datetime, ends: datetime) -> list[Span]:
    """The spans between the two instants in which the account was anything but active, oldest first. `entries`: the
    timeline, newest first, as far back as it was read. `status`: what the account is at the end.

    Support can disable and close whatever an account was: then the entry before tells what it was, and only where that
    is too old to have been read, it is taken for active."""
    changes = [entry for entry in reversed(entries) if entry.change and entry.at < ends]
    held = changes[0].change.before if changes and changes[0].change else status
    since, found = begins, list[Span]()
    for entry in changes:
        if entry.at > since:
            found.append(Span(held, since, entry.at))
            since = entry.at
        held = entry.change.after if entry.change else held
    found.append(Span(status, since, ends))
    return [span for span in found if span.status is not Status.ACTIVE and span.begins < span.ends]


def last_change(entries: Iterable[Entry]) -> Entry | None:
    """The newest entry by which the account became what it is; `entries` newest first."""
    return next((entry for entry in entries if entry.change), None)
