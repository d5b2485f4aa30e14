"""When an account's timeline tells of its bounces: at most once an hour, of those counted since the last time.

An account's hours begin at a minute of its own, so that they do not all end at once. Records are told by the instant at
which they were counted, and COMMIT_LAG after the end of an hour, when all of it are written and listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from permille.domain.account.account import Account
from permille.domain.feedback.bounces import BounceRecord
from permille.domain.rules.decision import Outcome
from permille.domain.rules.needs import COMMIT_LAG
from permille.domain.timeline.kinds.bounces import Bounced
from permille.domain.timeline.timeline import BEGINNING, entry
from permille.domain.values.calendar import HOUR

MOST_COLLECTED = 1000  # records that are read for one entry


@dataclass(frozen=True, slots=True)
class Untold:
    """What was counted from `since` on, and before `until`."""

    since: datetime
    until: datetime


def untold(account: Account, now: datetime) -> Untold | None:
    """What is to be told now; None where nothing is, or its hour is not over."""
    until = _hour_begun(account.id, now - COMMIT_LAG)
    since = account.bounces_reported_until or BEGINNING
    return Untold(since, until) if _waits(account) and until > since else None


def told(outcome: Outcome, span: Untold, records: Sequence[BounceRecord], now: datetime, *, more: bool) -> Outcome:
    """The outcome with an entry of the records, where there are any. `more`: not all were read."""
    account = replace(outcome.account, bounces_reported_until=span.until)
    if not records:
        return replace(outcome, account=account)
    facts = Bounced.of(records, max(span.since, records[0].at), span.until, more=more)
    told_of = entry(account.id, now, facts)
    return replace(outcome, account=replace(account, decided_at=now), entries=[*outcome.entries, told_of])


def unread(outcome: Outcome, now: datetime) -> Outcome:
    """The account stays due: its bounces could not be read, and are told by the next look that can."""
    return replace(outcome, account=replace(outcome.account, due_at=now))


def looked_at_again(outcome: Outcome) -> Outcome:
    """The account is due when the hour is over whose bounces wait to be told."""
    account = outcome.account
    if not _waits(account) or account.bounces_reported_until is None:
        return outcome
    tells_at = account.bounces_reported_until + HOUR + COMMIT_LAG
    return replace(outcome, account=replace(account, due_at=min(account.due_at or tells_at, tells_at)))


def _waits(account: Account) -> bool:
    """Whether bounces may have been counted that are not told. Runs that count at the same time may say so in any
    order, hence the lag."""
    told_until = account.bounces_reported_until
    return account.bounced_at is not None and (told_until is None or told_until < account.bounced_at + COMMIT_LAG)


def _hour_begun(account_id: str, at: datetime) -> datetime:
    """When the hour of the account began that `at` is in."""
    own = BEGINNING + timedelta(seconds=int.from_bytes(sha256(account_id.encode()).digest()[:4]) % 3600)
    return own + (at - own) // HOUR * HOUR
