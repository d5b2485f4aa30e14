"""Support's queue: who asks to get the SMTP account back, with the evidence beside each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account import Account, Review, ReviewState
from permille.domain.timeline import BEGINNING, Entry, Kind
from permille.ports import Timeline

_OUTCOMES = (Kind.REINSTATED, Kind.STAYS_SUSPENDED, Kind.TRIAL_UNUSED)


@dataclass(frozen=True, slots=True)
class Case:
    """An open request. `disabled`: the entry by which the account was disabled. `campaigns`: how many complaints were
    counted for each, the worst first. `trials`: how earlier ones went, oldest first."""

    account: Account
    review: Review
    waits: timedelta
    disabled: Entry | None
    campaigns: list[tuple[str, int]]
    trials: list[Entry]


def queue(accounts: Iterable[Account], timeline: Timeline, now: datetime) -> list[Case]:
    """The longest waiting first."""
    asking = [
        (account.review.requested_at, account.id, account, account.review)
        for account in accounts
        if account.review and account.review.state is ReviewState.OPEN
    ]
    return [_case(account, review, timeline, now) for _, _, account, review in sorted(asking, key=lambda one: one[:2])]


def _case(account: Account, review: Review, timeline: Timeline, now: datetime) -> Case:
    entries = timeline.since(account.id, BEGINNING)
    disabled = [entry for entry in entries if entry.kind in (Kind.DISABLED, Kind.STAFF_DISABLED, Kind.STAYS_SUSPENDED)]
    complaints = [entry for entry in entries if entry.kind is Kind.COMPLAINT and entry.facts["epoch"] == account.epoch]
    campaigns = Counter(str(entry.facts["campaign"] or entry.facts["subject"]) for entry in complaints)
    return Case(
        account=account,
        review=review,
        waits=now - review.requested_at,
        disabled=disabled[-1] if disabled else None,
        campaigns=campaigns.most_common(),
        trials=[entry for entry in entries if entry.kind in _OUTCOMES],
    )
