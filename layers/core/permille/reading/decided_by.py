"""Who decided, for staff: sentences for owners leave it out."""

from permille.domain.timeline.facts import Audience
from permille.domain.timeline.timeline import Entry
from permille.domain.words.actors import who
from permille.domain.words.wording import LONGEST_REASON, plain


def decided_by_line(entry: Entry) -> str:
    """Who decided, and the reason for staff, of an entry for owners; empty where nobody is named, and of entries for
    staff, whose sentence says it."""
    by, reason = (getattr(entry.facts, name, "") for name in ("by", "staff_reason"))
    if entry.audience != Audience.OWNER or not by:
        return ""
    return f"By {who(by)}: {plain(reason, LONGEST_REASON)}" if reason else f"By {who(by)}."
