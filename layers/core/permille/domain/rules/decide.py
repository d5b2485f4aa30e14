"""The decision function of the rules: account and evidence in; next state, entries and breaker changes out. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.judging import complaints_in
from permille.domain.account.restrictions import Recheck
from permille.domain.account.second_chance import Trial
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.alerts import alert, alerted_ids, next_assessment_at
from permille.domain.rules.breaker import BreakerPosition, OpenBreaker, PassBreaker, hour_of
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.hold import (
    lacks_deliveries,
    put_on_hold,
    verdict_if_all_delivered,
    waits_for,
    waits_for_deliveries,
)
from permille.domain.rules.monthly_mails import with_monthly_mail
from permille.domain.rules.outcome import Outcome
from permille.domain.rules.recheck import decide_again
from permille.domain.rules.reminders import remind
from permille.domain.rules.trial import decide_observing, decide_running, decide_scheduled
from permille.domain.timeline.kinds.decision_record import DecisionRecord, NotEnforced
from permille.domain.timeline.kinds.system import BreakerOpened
from permille.domain.timeline.kinds.verdicts import Disabled, WouldDisable, WouldKeep
from permille.domain.timeline.timeline import Entry, entry, system_entry
from permille.domain.values.calendar import DAY
from permille.domain.values.status import HoldReason, Status

LONG_HOLD = timedelta(minutes=10)  # from then on the owner is alerted of the complaints


def decide(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Decides about an account at `now`. The credential has to follow the status's `may_send`. Idempotent: the same
    evidence again changes nothing but `due_at` and the day of the assessment."""
    match account.status, account.trial:
        case Status.ACTIVE, _:
            outcome = _decide_active(account, evidence, rules, now)
        case Status.DISABLED, _:
            outcome = _decide_disabled(account, evidence, rules, now)
        case Status.TRIAL, Trial() as trial:
            outcome = decide_running(account, trial, evidence, rules, now)
        case Status.OBSERVING, Trial() as trial:
            outcome = decide_observing(account, trial, evidence, rules, now)
        case _:
            outcome = Outcome(replace(account, due_at=None), [])
    if not outcome.account.in_sync:  # stays due until the credential agrees
        return replace(outcome, account=replace(outcome.account, due_at=now))
    return replace(outcome, account=_due_for_renewal(outcome.account, now))


def _due_for_renewal(account: Account, now: datetime) -> Account:
    """The account due at the latest when the old key of a renewal has to be deactivated, or read back."""
    ends_at = now if account.ends_renewal(now) else account.old_key_works_until(now)
    return replace(account, due_at=min(account.due_at or ends_at, ends_at)) if ends_at else account


def _decide_disabled(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """An account with a scheduled trial waits for it. Else a recheck or a reminder may be due, whichever comes
    first."""
    if account.scheduled_trial:
        return decide_scheduled(account, account.scheduled_trial, now)
    account = replace(account, trial=None)  # if there was one, its request was withdrawn
    recheck_at: datetime | None = None
    if account.recheck:
        rechecked = decide_again(account, account.recheck, evidence, rules, now)
        if rechecked.entries:
            return rechecked
        account, recheck_at = rechecked.account, rechecked.account.due_at
    reminded = remind(account, now)
    instants = [at for at in (recheck_at, reminded.account.due_at) if at]
    return replace(reminded, account=replace(reminded.account, due_at=min(instants, default=None)))


def _decide_active(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    verdict = evidence.verdict
    if verdict is None:
        return Outcome(replace(account, due_at=now), [])
    account = replace(account, assessment=Assessment.at(verdict, rules.mode, kept=not evidence.acts))
    if not_enforced := rules.not_enforced(account, now):
        outcome = _note_only(account, verdict, evidence, rules, now, not_enforced)
        if not_enforced == "monitor":
            return outcome
        alerted = with_monthly_mail(alert(outcome.account, verdict, evidence, now), verdict, now)
        return Outcome(alerted.account, outcome.entries + alerted.entries)
    if evidence.acts:
        return _act(account, verdict, evidence, rules, now)
    alerted = alert(replace(account, would_disable=False, hold=None), verdict, evidence, now)
    return with_monthly_mail(alerted, verdict, now)


def _act(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    if_delivered = verdict_if_all_delivered(account, verdict, evidence, now)
    if not if_delivered.breaks:
        return _hold(account, waits_for(evidence, now), verdict, evidence, now)
    broken = replace(verdict, rule=if_delivered.rule)
    if account.hold and account.hold.released:
        return Outcome(*_disabled(account, broken, evidence, rules, now))
    if lacks_deliveries(if_delivered):
        return _hold(account, waits_for_deliveries(account, now), verdict, evidence, now)
    beyond_doubt = evidence.second_bound > 0 and if_delivered.is_beyond_doubt
    if evidence.breaker_position is not BreakerPosition.FREE and not beyond_doubt:
        return _hold(account, HoldReason.BREAKER, verdict, evidence, now)
    return _disable(account, broken, evidence, rules, now)


def _hold(account: Account, why: HoldReason, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """The account stays due, behind those that have waited longer. The owner is alerted of the complaints if the hold
    needs staff, or is long."""
    opens = why is HoldReason.BREAKER and evidence.breaker_position is BreakerPosition.FULL
    is_long = account.hold is not None and now - account.hold.since >= LONG_HOLD
    account, entries = put_on_hold(account, why, verdict, evidence, now)
    if opens:
        account = replace(account, decided_at=now)
        entries.append(_breaker_opened(evidence, now, account.id))
    if why.needs_staff or is_long:
        alerted = alert(account, verdict, evidence, now)
        account, entries = alerted.account, entries + alerted.entries
    return Outcome(replace(account, due_at=now), entries, [OpenBreaker(now)] if opens else [])


def _breaker_opened(evidence: Evidence, now: datetime, held_id: str) -> Entry:
    facts = BreakerOpened(bound=evidence.bound, account_id=held_id, second_bound=evidence.second_bound)
    return system_entry(now, facts)


def _disable(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Disables the account. If the breaker is not free, the evidence is beyond doubt; the first such disabling opens it
    nevertheless."""
    account, entries = _disabled(account, verdict, evidence, rules, now)
    if evidence.breaker_position is BreakerPosition.FREE:
        return Outcome(account, entries, [PassBreaker(hour_of(now), evidence.bound)])
    passing = PassBreaker(hour_of(now), evidence.second_bound, beyond_doubt=True)
    if evidence.breaker_position is BreakerPosition.OPEN:
        return Outcome(account, entries, [passing])
    return Outcome(account, [*entries, _breaker_opened(evidence, now, "")], [passing, OpenBreaker(now)])


def _disabled(
    account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime
) -> tuple[Account, list[Entry]]:
    recheck = _recheck(account, verdict, now)
    disabled = account.to_be_switched(
        status=Status.DISABLED,
        strikes=account.strikes + 1,
        would_disable=False,
        hold=None,
        recheck=recheck,
        decided_at=now,
        alerted_at=now,
        alerted_entry_ids=alerted_ids(account, evidence, now),
    )
    return disabled, [_record(account, Disabled, verdict, evidence, rules, now)]


def _recheck(account: Account, verdict: Verdict, now: datetime) -> Recheck | None:
    """The recheck of a disabling. None within a day of a reversal, and of an account that was denied by hand."""
    after = timedelta(minutes=verdict.policy.recheck_after_minutes)
    reversed_today = account.reversed_at is not None and now - account.reversed_at < DAY
    if not after or reversed_today or account.denied_by_hand:
        return None
    return Recheck(now + after, now, passed=not (account.hold and account.hold.released))


def _note_only(
    account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime, not_enforced: NotEnforced
) -> Outcome:
    """Switches nothing. Staff get an entry when the verdict changes."""
    account = replace(account, hold=None, due_at=next_assessment_at(account, verdict, now))
    if not evidence.is_news_of(account):
        return Outcome(account, [])
    kind = WouldDisable if verdict.breaks else WouldKeep
    record = _record(account, kind, verdict, evidence, rules, now, not_enforced)
    return Outcome(replace(account, would_disable=verdict.breaks, decided_at=now), [record])


def _record(
    account: Account,
    kind: type[DecisionRecord],
    verdict: Verdict,
    evidence: Evidence,
    rules: Rules,
    now: datetime,
    not_enforced: NotEnforced = "",
) -> Entry:
    judged = complaints_in(account, verdict, evidence.complaints)
    return entry(account.id, now, kind(**kind.arguments(verdict, evidence.days, judged, rules.code, not_enforced)))
