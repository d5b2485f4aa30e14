"""Which writes of an account are decisions, and make a new version."""

from collections.abc import Sequence
from dataclasses import replace

from permille.domain.account.account import Account
from permille.domain.timeline.timeline import Entry


def is_decision(read: Account, account: Account, entries: Sequence[Entry]) -> bool:
    """Whether a write is a decision. A new due time, assessment, recheck or reason of a hold is none.

    read: the account before
    account, entries: what is to be written
    """
    hold = read.hold if account.hold and read.hold else account.hold  # the reason of a hold may change often
    noted = replace(
        account,
        due_at=read.due_at,
        assessment=read.assessment,
        recheck=read.recheck,
        hold=hold,
        bounces_reported_until=read.bounces_reported_until,
    )
    return bool(entries) or noted != read
