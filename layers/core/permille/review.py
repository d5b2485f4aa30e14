"""Support's queue: who asks to get the SMTP account back, and whose trial waits to be confirmed, with the evidence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account import Account, Review
from permille.domain.timeline import Entry, Kind
from permille.ports import Timeline

NEWEST = 1000  # entries: what is read of an account is bounded
_OUTCOMES = (Kind.REINSTATED, Kind.STAYS_SUSPENDED, Kind.TRIAL_UNUSED, Kind.TRIAL_CANCELLED)


@dataclass(frozen=True, slots=True)
class Case:
    """An open request, or a trial that went well and waits to be confirmed; `review` is the one it was agreed on by.
    `disabled`: the entry by which the account was disabled. `campaigns`: how many complaints were
    counted for each, the worst first. `trials`: how earlier ones went, oldest first."""

    account: Account
    review: Review | None
    waits: timedelta
    disabled: Entry | None
    campaigns: list[tuple[str, int]]
    trials: list[Entry]


def queue(accounts: Iterable[Account], timeline: Timeline, now: datetime) -> list[Case]:
    """Of those who wait for support, in the order given. The evidence is in the newest entries of each."""
    return [case(account, timeline.latest(account.id, NEWEST).items[::-1], now) for account in accounts]


def case(account: Account, entries: Sequence[Entry], now: datetime) -> Case:
    disabled = [entry for entry in entries if entry.kind in (Kind.DISABLED, Kind.STAFF_DISABLED, Kind.STAYS_SUSPENDED)]
    complaints = [entry for entry in entries if entry.kind is Kind.COMPLAINT and entry.facts["epoch"] == account.epoch]
    campaigns = Counter(str(entry.facts["campaign"] or entry.facts["subject"]) for entry in complaints)
    return Case(
        account=account,
        review=account.review,
        waits=now - (account.asks_since or now),
        disabled=disabled[-1] if disabled else None,
        campaigns=campaigns.most_common(),
        trials=[entry for entry in entries if entry.kind in _OUTCOMES],
    )
