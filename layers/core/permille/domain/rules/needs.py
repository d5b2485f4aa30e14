"""What a look at an account has to know before it can decide, by the same conditions as the decisions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from permille.domain.account.account import Account
from permille.domain.policy.policy import judge
from permille.domain.rules.backlog import COUNTED_WITHIN
from permille.domain.rules.decision import Rules
from permille.domain.rules.new_feedback import may_be_acted_on, read_from
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Days, first_day, total_of

# An entry can be committed this long after the instant in its id: ingest's time limit, and then some.
COMMIT_LAG = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Needs:
    """`complaints_since`: from when on the entries of complaints are needed, None for none.
    `backlog`, `breaker_position`: whether
    something hangs on how much feedback waits, and on the breaker."""

    complaints_since: datetime | None = None
    backlog: bool = False
    breaker_position: bool = False


def days_needed_from(account: Account, rules: Rules, now: datetime) -> date | None:
    """The first send day whose tallies are needed; None where nothing is decided by any."""
    if account.status in (Status.TRIAL, Status.OBSERVING):
        return account.epochs[-1].date()
    active = account.status is Status.ACTIVE
    day = now.date() if active else _rechecked_day(account, now)
    if day is None or rules.policy is None:
        return None
    first = first_day(day, rules.policy.window_days)
    return read_from(account, first, rules) if active else first


def _rechecked_day(account: Account, now: datetime) -> date | None:
    """On which the account was disabled, where that is to be judged once more now."""
    recheck = account.recheck if account.status is Status.DISABLED and account.scheduled_trial is None else None
    return recheck.disabled_at.date() if recheck and now >= recheck.at else None


def needs(account: Account, days: Days, rules: Rules, now: datetime) -> Needs:
    """`days`: the tallies from `days_needed_from` on. To be asked again where they were read again."""
    match account.status:
        case Status.ACTIVE:
            return _of_active(account, days, rules, now)
        case Status.TRIAL | Status.OBSERVING:
            return _of_trial(account, days, rules, now)
    return Needs(backlog=True)


def _of_active(account: Account, days: Days, rules: Rules, now: datetime) -> Needs:
    if rules.policy is None:
        return Needs()
    verdict = judge(rules.policy, days, now.date())
    acts = verdict.breaks and may_be_acted_on(account, verdict, days, rules)
    window = datetime.combine(verdict.first_day, time(), UTC)
    untold = account.alerted_at - COMMIT_LAG if account.alerted_at else window
    would_keep = account.would_disable and not verdict.breaks
    if _is_spared(account, rules, now) and (would_keep or (acts and not account.would_disable)):
        return Needs(window)  # for the record
    if rules.mode is Mode.MONITOR:
        return Needs()
    if account.exempt_at(now):
        return Needs(untold)
    return Needs(window, backlog=True, breaker_position=True) if acts else Needs(untold)


def _is_spared(account: Account, rules: Rules, now: datetime) -> bool:
    return rules.mode is Mode.MONITOR or account.exempt_at(now)


def _of_trial(account: Account, days: Days, rules: Rules, now: datetime) -> Needs:
    since = account.epochs[-1] if total_of(days).complaints else None
    if since and account.trial and account.trial.ends_at_first_complaint:  # whatever waits
        return Needs(since)
    broken = rules.policy is not None and judge(rules.policy, days, now.date()).breaks
    return Needs(since, backlog=broken or _verdict_is_due(account, now))


def _verdict_is_due(account: Account, now: datetime) -> bool:
    trial = account.trial if account.status is Status.OBSERVING else None
    return trial is not None and now >= trial.verdict_at + COUNTED_WITHIN
