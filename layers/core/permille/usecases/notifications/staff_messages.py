"""Composes the messages to staff: one line and a link to the desk. They leave the stack for mail, chat and pagers, so
that they name no person."""

from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.words.wording import LONGEST_REASON, capital, plain
from permille.ports.notifications import StaffMessage

MOST_AN_HOUR = 30  # messages to staff: one for each entry, and a last one that says that there are more
_LONGEST_SUBJECT = 99  # SNS: "UTF-8 text with no line breaks or control characters, and less than 100 characters long"


def staff_message(entry: Entry, platform: str, base: str) -> StaffMessage:
    """The message about an entry. `base`: the URL that the desk's begin with."""
    page = "/desk/system" if entry.account_id == SYSTEM else f"/desk/accounts/{entry.account_id}"
    about = "" if entry.account_id == SYSTEM else f"{entry.account_id}: "
    words = plain(entry.facts.announcement(platform), LONGEST_REASON)
    return _message(f"{about}{words}", f"{capital(words)}.", platform, base, page)


def last_of_the_hour(platform: str, base: str) -> StaffMessage:
    """The message after which no other is sent in the hour."""
    text = f"There were {MOST_AN_HOUR - 1} messages in this hour. Until it is over, look at the desk for more."
    return _message("No more messages in this hour", text, platform, base, "/desk")


def _message(title: str, text: str, platform: str, base: str, page: str) -> StaffMessage:
    subject = f"[{plain(platform)}] {title}"
    cut = subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 3].rstrip()}..."
    return StaffMessage(cut, text, f"{base.rstrip('/')}{page}")
