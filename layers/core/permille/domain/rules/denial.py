"""A deny by hand: somebody put an account's senders into the deny group, as in an emergency."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.timeline.kinds.credential import DeniedByHand, UndeniedByHand
from permille.domain.timeline.timeline import Entry, entry


def noted(account: Account, denied: frozenset[str], now: datetime) -> tuple[Account, list[Entry]]:
    """Notes a deny by hand, or its end, if it changed. Nothing is switched. `denied`: the senders in the deny group of
    an account that may send and is in sync."""
    before = account.denial
    if denied == frozenset(before.senders if before else ()):
        return account, []
    senders = tuple(sorted(denied))
    denial = Denial(senders, before.since if before else now) if denied else None
    facts = DeniedByHand(senders=senders) if denied else UndeniedByHand(senders=before.senders if before else ())
    return replace(account, denial=denial, decided_at=now), [entry(account.id, now, facts)]
