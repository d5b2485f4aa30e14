"""Which writes of an account are decisions, and make a new version."""

from collections.abc import Sequence
from dataclasses import replace

from permille.domain.account.account import Account
from permille.domain.timeline.timeline import Entry


def is_decision(read: Account, account: Account, entries: Sequence[Entry]) -> bool:
    """Whether what is to be written is one. Notes on when to look again, and on what was found, are none."""
    hold = read.hold if account.hold and read.hold else account.hold  # whose reason changes as often as it likes
    noted = replace(
        account,
        due_at=read.due_at,
        assessment=read.assessment,
        recheck=read.recheck,
        hold=hold,
        bounces_reported_until=read.bounces_reported_until,
    )
    return bool(entries) or noted != read
