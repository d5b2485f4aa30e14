"""What an account's timeline says of its standing and of what was reported, however much else was written on it."""

from dataclasses import dataclass

from permille.domain.timeline.facts import Topic
from permille.domain.timeline.timeline import Entry
from permille.ports.history import Timeline
from permille.ports.paging import Page

NEWEST = 25  # entries, strongly consistent: an index lags behind fewer
MOST = 1000  # of a topic: what is read of an account is bounded


@dataclass(frozen=True, slots=True)
class History:
    """`entries`: all of the topics and some others, oldest first. `is_cut`: older ones of the topics are left out."""

    entries: list[Entry]
    is_cut: bool = False


def read_history(timeline: Timeline, account_id: str, *topics: Topic, newest: Page[Entry] | None = None) -> History:
    """`newest`: the newest entries, where they were read already. Where these are all, nothing else is read."""
    newest = newest or timeline.latest(account_id, NEWEST)
    found = {one.id: one for one in newest.items}
    if not newest.next:
        return History(sorted(found.values(), key=_by_id))
    pages = [timeline.about(account_id, topic, MOST) for topic in topics]
    found |= {one.id: one for page in pages for one in page.items if one.id not in found}
    return History(sorted(found.values(), key=_by_id), any(page.next for page in pages))


def _by_id(entry: Entry) -> str:
    return entry.id
