"""An emergency: somebody has put an account's senders into the deny group by hand."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.timeline.kinds.credential import DeniedByHand, UndeniedByHand
from permille.domain.timeline.timeline import Entry, entry


def noted(account: Account, found: frozenset[str], now: datetime) -> tuple[Account, list[Entry]]:
    """The account and what is told of it. `found`: those of its senders that are in the deny group, while it may send
    and IAM was read back to agree. Nothing is switched; found again, nothing is told again."""
    before = account.denial
    if found == frozenset(before.senders if before else ()):
        return account, []
    senders = tuple(sorted(found))
    denial = Denial(senders, before.since if before else now) if found else None
    facts = DeniedByHand(senders=senders) if found else UndeniedByHand(senders=before.senders if before else ())
    return replace(account, denial=denial, decided_at=now), [entry(account.id, now, facts)]
