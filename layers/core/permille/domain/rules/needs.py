"""Which evidence a decision needs: the tallies, which are judged once, and what the verdict makes necessary."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.second_chance import Trial
from permille.domain.policy.verdict import judge
from permille.domain.rules.backlog import earliest_outcome_at
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.new_feedback import may_be_acted_on, read_from
from permille.domain.values.calendar import midnight
from permille.domain.values.status import Status
from permille.domain.values.tally import Days, first_day

# An entry is committed at most this long after the instant in its id: the time limit of Ingest, and a reserve.
COMMIT_LAG = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be read beside the tallies.

    complaints_since: entries of complaints from this instant on; None for none
    backlog: whether the backlog is needed
    breaker_position: whether the breaker's position is needed
    """

    complaints_since: datetime | None = None
    backlog: bool = False
    breaker_position: bool = False


def days_needed_from(account: Account, rules: Rules, now: datetime) -> date | None:
    """The first send day whose tallies are needed; None where the decision needs none."""
    if account.status in (Status.TRIAL, Status.OBSERVING):
        return account.epochs[-1].date()
    day = _judged_on(account, now)
    if day is None or rules.policy is None:
        return None
    first = first_day(day, rules.policy.window_days)
    return read_from(account, first, rules) if account.status is Status.ACTIVE else first


def _judged_on(account: Account, now: datetime) -> date | None:
    """The last send day of the window in which the account is judged; None where it is not judged now."""
    match account.status:
        case Status.ACTIVE | Status.TRIAL | Status.OBSERVING:
            return now.date()
        case Status.DISABLED if account.scheduled_trial is None and account.recheck and now >= account.recheck.at:
            return account.recheck.disabled_at.date()
    return None


def evidence_of_tallies(account: Account, days: Days, rules: Rules, now: datetime) -> Evidence:
    """Makes the evidence of the tallies, which are those from `days_needed_from` on, with the verdict."""
    day = _judged_on(account, now)
    if day is None or rules.policy is None:
        return Evidence(days)
    verdict = judge(rules.policy, days, day, epochs=account.epochs)
    acts = verdict.breaks and may_be_acted_on(account, verdict, days, rules)
    return Evidence(days, verdict=verdict, acts=acts)


def needs(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Needs:
    """What has to be read beside the tallies. `evidence`: as `evidence_of_tallies` made it."""
    match account.status:
        case Status.ACTIVE:
            return _of_active(account, evidence, rules, now)
        case Status.TRIAL | Status.OBSERVING if account.trial:
            return _of_trial(account, account.trial, evidence, now)
    return Needs(backlog=True)


def _of_active(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Needs:
    if evidence.verdict is None:
        return Needs()
    window = midnight(evidence.verdict.first_day, UTC)
    since_alert = account.alerted_at - COMMIT_LAG if account.alerted_at else window
    not_enforced = rules.not_enforced(account, now)
    if not_enforced and evidence.is_news_of(account):
        return Needs(window)  # for the decision record
    if not_enforced:
        return Needs(since_alert if not_enforced == "exempt" else None)
    return Needs(window, backlog=True, breaker_position=True) if evidence.acts else Needs(since_alert)


def _of_trial(account: Account, trial: Trial, evidence: Evidence, now: datetime) -> Needs:
    since = account.epochs[-1] if evidence.counts.complaints else None
    if trial.is_ended_by(evidence.counts):  # the backlog does not matter
        return Needs(since)
    broken = evidence.verdict is not None and evidence.verdict.breaks
    is_due = account.status is Status.OBSERVING and now >= earliest_outcome_at(trial)
    return Needs(since, backlog=broken or is_due)
