"""Internal notes of staff about an account. A note is no decision: the account stays as it is, and forms about it that
are open elsewhere stay valid."""

from collections.abc import Sequence
from datetime import datetime

from permille.domain.people.system_commands import AddNote
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.note import Noted
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry, only
from permille.domain.values.errors import Conflict, DecisionRefused
from permille.ports.accounts import Accounts
from permille.ports.history import Timeline, TimelineLog
from permille.ports.paging import Page
from permille.usecases.decisions.find_account import find_account
from permille.usecases.history import read_history


def add_note(
    accounts: Accounts, log: TimelineLog, account_id: str, command: AddNote, now: datetime
) -> TimelineEntry[Noted]:
    """Adds a note, and returns its entry. Raises NotFound, and DecisionRefused where the same note was added in the
    same instant."""
    find_account(accounts, account_id)
    facts = Noted(text=command.text, by=command.by)
    noted = entry(account_id, now, facts, distinguisher=f"{command.by} {command.text}")
    try:
        log.append(noted)
    except Conflict as error:
        raise DecisionRefused("this note was added already") from error
    return noted


def notes_of(timeline: Timeline, account_id: str, newest: Page[Entry] | None = None) -> Sequence[TimelineEntry[Noted]]:
    """The notes about an account, newest first.

    newest: the newest entries, where the caller has read them
    """
    history = read_history(timeline, account_id, Topic.NOTES, newest=newest)
    return only(Noted, reversed(history.entries))
