"""The single day, and what the recipients say of it: only mail sent in the trial decides the trial."""

from dataclasses import replace
from datetime import datetime

from permille.domain import timeline
from permille.domain.account import (
    Account,
    Evidence,
    Look,
    Outcome,
    Rules,
    Status,
    Trial,
    TrialState,
)
from permille.domain.policy import judge
from permille.domain.reminders import open_again
from permille.domain.reputation import Tally
from permille.domain.timeline import Entry


def decide_scheduled(account: Account, trial: Trial, now: datetime) -> Outcome:
    """A disabled account that waits for its day."""
    if now < trial.begins_at:
        return Outcome(replace(account, due_at=trial.begins_at), [])
    if now >= trial.ends_at:
        review = open_again(account.review, trial.day, now) if account.review else None
        reopened = replace(account, trial=None, review=review, decided_at=now, due_at=now)
        return Outcome(reopened, [timeline.review_reopened(account.id, now, trial.day)])
    begun = replace(
        account,
        status=Status.TRIAL,
        epochs=(*account.epochs, now),
        look=None,
        trial=replace(trial, state=TrialState.RUNNING),
        decided_at=now,
        settled=False,
        due_at=trial.ends_at,
    )
    return Outcome(begun, [timeline.trial_began(account.id, now, trial.ends_at)])


def decide_running(account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    account = _looked_at(account, evidence, rules, now)
    if broken := _broken(account, evidence, rules, now):
        return _suspend(account, broken, now)
    if now < trial.ends_at:
        return Outcome(replace(account, due_at=trial.ends_at), [])
    ended = replace(
        account,
        status=Status.OBSERVING,
        trial=replace(trial, state=TrialState.OBSERVING),
        decided_at=now,
        settled=False,
        due_at=trial.verdict_at,
    )
    return Outcome(ended, [timeline.trial_ended(account.id, now, trial.verdict_at, _counts(evidence).delivered)])


def decide_observing(account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Nobody is reinstated while feedback waits, or while the policy cannot be read."""
    account = _looked_at(account, evidence, rules, now)
    if broken := _broken(account, evidence, rules, now):
        return _suspend(account, broken, now)
    if now < trial.verdict_at:
        return Outcome(replace(account, due_at=trial.verdict_at), [])
    if evidence.waiting or rules.policy is None:
        return Outcome(replace(account, due_at=now), [])
    delivered = _counts(evidence).delivered
    if delivered == 0:
        unused = replace(account, status=Status.DISABLED, trial=None, review=None, decided_at=now, due_at=None)
        return Outcome(unused, [timeline.trial_unused(account.id, now)])
    if rules.policy.second_chance.reinstate_by_staff and not trial.confirmed:
        return _ask_staff(account, trial, delivered, now)
    back = replace(account, status=Status.ACTIVE, trial=None, review=None, decided_at=now, settled=False, due_at=now)
    return Outcome(back, [timeline.reinstated(account.id, now, delivered)])


def _ask_staff(account: Account, trial: Trial, delivered: int, now: datetime) -> Outcome:
    """Support is asked once, and looks when it looks; a late complaint still counts until then."""
    if trial.asked:
        return Outcome(replace(account, due_at=None), [])
    asked = replace(account, trial=replace(trial, asked=True), decided_at=now, due_at=None)
    return Outcome(asked, [timeline.confirmation_wanted(account.id, now, delivered)])


def _looked_at(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Account:
    """In a trial no complaint is allowed."""
    if rules.policy is None:
        return account
    look = Look.at(judge(rules.policy, evidence.days, now.date()))
    return replace(account, look=replace(look, allowance_left=0, over=look.over or look.complaints > 0))


def _broken(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Entry | None:
    """What ends the trial: a complaint about mail that was sent in it, or another rule that is broken."""
    counts = _counts(evidence)
    if counts.complaints:
        of_trial = [one for one in evidence.complaints if one.facts["epoch"] == account.epoch]
        return timeline.stays_suspended(account.id, now, counts.delivered, counts.complaints, of_trial, "")
    if rules.policy is None:
        return None
    firm = judge(rules.policy, evidence.days, now.date(), waiting=evidence.waiting)
    if not firm.breaks:
        return None
    return timeline.stays_suspended(account.id, now, counts.delivered, 0, [], str(firm.rule))


def _suspend(account: Account, told: Entry, now: datetime) -> Outcome:
    suspended = replace(
        account,
        status=Status.DISABLED,
        strikes=account.strikes + 1,
        trial=None,
        review=None,
        decided_at=now,
        settled=False,
        due_at=now,
    )
    return Outcome(suspended, [told])


def _counts(evidence: Evidence) -> Tally:
    return sum(evidence.days.values(), Tally())
