"""The hourly entry about an account's bounces: when it is due, and of which bounces.

An account's hours begin at a minute of its own, so that they do not all end at once. An hour has the bounces that were
counted in it; its entry is written COMMIT_LAG after its end, when all of them are in the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from permille.domain.account.account import Account
from permille.domain.feedback.bounces import BounceRecord
from permille.domain.rules.needs import COMMIT_LAG
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.bounces import Bounced
from permille.domain.timeline.timeline import BEGINNING, entry
from permille.domain.values.calendar import HOUR

MOST_COLLECTED = 1000  # records that are read for one entry


@dataclass(frozen=True, slots=True)
class UnreportedSpan:
    """The span of unreported bounces, by when they were counted: from `since` on, and before `until`."""

    since: datetime
    until: datetime


def unreported_span(account: Account, now: datetime) -> UnreportedSpan | None:
    """The span to report now; None where there are no new bounces, or their hour is not over."""
    until = _hour_begun(account.id, now - COMMIT_LAG)
    since = account.bounces_reported_until or BEGINNING
    return UnreportedSpan(since, until) if _has_unreported(account) and until > since else None


def with_report(
    outcome: Outcome, span: UnreportedSpan, records: Sequence[BounceRecord], now: datetime, *, more: bool
) -> Outcome:
    """The outcome with the entry about the records of the span, if there are any. `more`: not all were read."""
    account = replace(outcome.account, bounces_reported_until=span.until)
    if not records:
        return replace(outcome, account=account)
    facts = Bounced.of(records, max(span.since, records[0].at), span.until, more=more)
    report = entry(account.id, now, facts)
    return replace(outcome, account=replace(account, decided_at=now), entries=[*outcome.entries, report])


def still_due(outcome: Outcome, now: datetime) -> Outcome:
    """The outcome with the account due at once: its bounces could not be read, and the next run tries again."""
    return replace(outcome, account=replace(outcome.account, due_at=now))


def due_for_report(outcome: Outcome) -> Outcome:
    """The outcome with the account due at the latest when the hour of unreported bounces is over."""
    account = outcome.account
    if not _has_unreported(account) or account.bounces_reported_until is None:
        return outcome
    report_at = account.bounces_reported_until + HOUR + COMMIT_LAG
    return replace(outcome, account=replace(account, due_at=min(account.due_at or report_at, report_at)))


def _has_unreported(account: Account) -> bool:
    """Whether there may be unreported bounces. Concurrent runs set `bounced_at` in any order, hence the lag."""
    until = account.bounces_reported_until
    return account.bounced_at is not None and (until is None or until < account.bounced_at + COMMIT_LAG)


def _hour_begun(account_id: str, at: datetime) -> datetime:
    """When the account's hour began that includes `at`."""
    own = BEGINNING + timedelta(seconds=int.from_bytes(sha256(account_id.encode()).digest()[:4]) % 3600)
    return own + (at - own) // HOUR * HOUR
