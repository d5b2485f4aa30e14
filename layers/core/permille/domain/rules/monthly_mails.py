"""When the owner of an active account gets the monthly mail that says how it stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from permille.domain.account.account import Account
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.monthly import MonthlyStanding
from permille.domain.timeline.timeline import entry
from permille.domain.values.calendar import DAY

SPREAD_OVER = 28  # the days of a month, from the first on, that accounts are spread over
SENT_WITHIN = 2 * DAY  # of the beginning of the account's own day; a mail that was missed for longer is left out
A_MONTH = timedelta(days=28)  # the least time between two
QUIET_AFTER_ALERT = timedelta(days=7)  # an alert has said the same


def with_monthly_mail(outcome: Outcome, verdict: Verdict, now: datetime) -> Outcome:
    """The outcome with the monthly entry, if it is due. An account with complaints in the window is judged each day
    (`next_assessment_at`), so that no look is needed for it. It switches nothing."""
    account = outcome.account
    if not is_due(account, verdict, now):
        return outcome
    exempt_until = account.exemption.until if account.exemption and account.exempt_at(now) else None
    facts = MonthlyStanding.of_verdict(verdict, exempt_until)
    written = replace(account, monthly_mail=replace(account.monthly_mail, last_at=now), decided_at=now)
    return replace(outcome, account=written, entries=[*outcome.entries, entry(account.id, now, facts)])


def is_due(account: Account, verdict: Verdict, now: datetime) -> bool:
    """Whether the mail is due: the window holds a complaint, it is the account's own day of the month, the owner can be
    mailed and wants it, and had neither an alert in QUIET_AFTER_ALERT nor this mail in A_MONTH."""
    mail = account.monthly_mail
    if mail.stopped or account.owner_mail or not verdict.counts.complaints:
        return False
    if account.alerted_at and now - account.alerted_at < QUIET_AFTER_ALERT:
        return False
    if mail.last_at and now - mail.last_at < A_MONTH:
        return False
    return own_day(account.id, now) <= now < own_day(account.id, now) + SENT_WITHIN


def own_day(account_id: str, now: datetime) -> datetime:
    """When the account's own day begins, in UTC, in the month of `now`."""
    number = 1 + int.from_bytes(sha256(account_id.encode()).digest()[:4]) % SPREAD_OVER
    return now.astimezone(UTC).replace(day=number, hour=0, minute=0, second=0, microsecond=0)
