"""The mails about an account, by its timeline: which entries were mailed, and which mails were withheld."""

from collections.abc import Sequence
from dataclasses import dataclass

from permille.domain.timeline.kinds.change import OwnerAddressChanged
from permille.domain.timeline.kinds.owner_contact import OwnerMailStopped
from permille.domain.timeline.kinds.staff import OwnerMailReset
from permille.domain.timeline.timeline import Entry

RESUMES = (OwnerMailReset, OwnerAddressChanged)


@dataclass(frozen=True, slots=True)
class EntryMail:
    """A mail. `withheld`: the owner's address was not written to then, since it had bounced or complained."""

    entry: Entry
    withheld: bool = False


def mails_of(entries: Sequence[Entry], *, stopped_now: bool) -> list[EntryMail]:
    """The mails about the entries, newest first.

    entries: the newest ones of an account, newest first
    stopped_now: whether the owner's address is not written to now
    """
    mails, stopped = list[EntryMail](), _stopped_before(entries, stopped_now=stopped_now)
    for entry in reversed(entries):
        if isinstance(entry.facts, OwnerMailStopped):
            stopped = True
        if isinstance(entry.facts, RESUMES):
            stopped = False
        if entry.is_mailed:
            mails.append(EntryMail(entry, withheld=stopped and not entry.facts.mailed_to))
    return mails[::-1]


def _stopped_before(entries: Sequence[Entry], *, stopped_now: bool) -> bool:
    """Whether mails were stopped before the oldest entry: so if the first change resumed them."""
    changes = [entry.facts for entry in entries if isinstance(entry.facts, (OwnerMailStopped, *RESUMES))]
    return isinstance(changes[-1], OwnerMailReset) if changes else stopped_now
