"""Spans of time in which an account was not active, by the entries of its timeline that changed its status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status


@dataclass(frozen=True, slots=True)
class Span:
    """The account had this status from `begins` on, and before `ends`."""

    status: Status
    begins_at: datetime
    ends_at: datetime


def spans(entries: Sequence[Entry], status: Status, begins: datetime, ends: datetime) -> list[Span]:
    """The spans between the two instants in which the account was not active, oldest first.

    Staff can disable and close an account in several states; then the entry before says which it was. Where that entry
    is older than those that were read, the account is taken for active.

    entries: the timeline, newest first, as far back as it was read
    status: at the end
    """
    changes = [entry for entry in reversed(entries) if entry.change and entry.at < ends]
    held = changes[0].change.before if changes and changes[0].change else status
    since, all_spans = begins, list[Span]()
    for entry in changes:
        if entry.at > since:
            all_spans.append(Span(held, since, entry.at))
            since = entry.at
        held = entry.change.after if entry.change else held
    all_spans.append(Span(status, since, ends))
    return [span for span in all_spans if span.status is not Status.ACTIVE and span.begins_at < span.ends_at]


def last_change(entries: Iterable[Entry]) -> Entry | None:
    """The newest entry that changed the status; None where there is none. `entries`: newest first."""
    return next((entry for entry in entries if entry.change), None)
