"""Reads the entries of some topics of a timeline, however many other entries it has."""

from dataclasses import dataclass

from permille.domain.timeline.facts import MAX_OF_TOPIC, Topic
from permille.domain.timeline.timeline import Entry
from permille.ports.history import Timeline
from permille.ports.paging import Page

NEWEST = 25  # entries read strongly consistent; the index lags behind by fewer
OF_DECISIONS = (Topic.REPORTS, Topic.STANDING)  # why an account is as it is


@dataclass(frozen=True, slots=True)
class History:
    """A part of a timeline.

    entries: all of the topics, and some others, oldest first
    is_truncated: older entries of the topics are left out
    """

    entries: list[Entry]
    is_truncated: bool = False


def read_history(timeline: Timeline, account_id: str, *topics: Topic, newest: Page[Entry] | None = None) -> History:
    """Reads the entries of the topics.

    newest: the newest entries, where the caller has read them; where they are all, nothing else is read
    """
    newest = newest or timeline.latest(account_id, NEWEST)
    entries = {entry.id: entry for entry in newest.items}
    if not newest.next:
        return History(sorted(entries.values(), key=_by_id))
    pages = [timeline.about(account_id, topic, MAX_OF_TOPIC) for topic in topics]
    entries |= {entry.id: entry for page in pages for entry in page.items if entry.id not in entries}
    return History(sorted(entries.values(), key=_by_id), any(page.next for page in pages))


def _by_id(entry: Entry) -> str:
    return entry.id
