"""The single day, and what the recipients say of it: only mail sent in the trial decides the trial."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Rule
from permille.domain.rules.backlog import verdict_from
from permille.domain.rules.decision import Evidence, Outcome, Rules
from permille.domain.rules.hold import firm, held, waits_for
from permille.domain.rules.reminders import open_again
from permille.domain.timeline.kinds.alert import listed
from permille.domain.timeline.kinds.review_day import ReviewReopened
from permille.domain.timeline.kinds.trial import TrialBegan, TrialEnded
from permille.domain.timeline.kinds.trial_outcome import ConfirmationWanted, Reinstated, StaysSuspended, TrialUnused
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

LONGEST_DAY = timedelta(hours=25)  # on which clocks are put back
LOOKED_AT_EVERY = timedelta(minutes=5)  # for how much was sent


def decide_scheduled(account: Account, trial: Trial, now: datetime) -> Outcome:
    """A disabled account that waits for its day. Whatever its row says, that is no longer than a day can be."""
    trial = replace(trial, ends_at=min(trial.ends_at, trial.begins_at + LONGEST_DAY))
    if now < trial.begins_at:
        return Outcome(replace(account, due_at=trial.begins_at), [])
    if now >= trial.ends_at:
        review = open_again(account.review, trial.day, now) if account.review else None
        reopened = replace(account, trial=None, review=review, decided_at=now, due_at=now)
        return Outcome(reopened, [entry(account.id, now, ReviewReopened(day=trial.day))])
    begun = account.to_be_switched(
        status=Status.TRIAL,
        epochs=(*account.epochs, now),
        assessment=None,
        trial=replace(trial, state=TrialState.RUNNING),
        decided_at=now,
    )
    return Outcome(begun, [entry(account.id, now, TrialBegan(ends_at=trial.ends_at, **trial.numbers))])


def decide_running(account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """The day ends at its end, or once more was sent than was agreed on."""
    account, told = _judged(account, trial, evidence, rules, now)
    if account.trial is None:
        return Outcome(account, told)
    counts = evidence.counts
    too_many = 0 < trial.most_sent < counts.delivered + counts.bounces
    if now < trial.ends_at and not too_many:
        next_look = min(now + LOOKED_AT_EVERY, trial.ends_at) if trial.most_sent else trial.ends_at
        return Outcome(replace(account, due_at=now if account.hold else next_look), told)
    ended = account.to_be_switched(
        status=Status.OBSERVING,
        trial=replace(trial, state=TrialState.OBSERVING, denied_by_hand=account.denied_by_hand),
        decided_at=now,
    )
    facts = TrialEnded(
        verdict_at=trial.verdict_at,
        delivered=counts.delivered,
        complaints=counts.complaints,
        most_sent=trial.most_sent if now < trial.ends_at else 0,
    )
    return Outcome(ended, [*told, entry(account.id, now, facts)])


def decide_observing(account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Nobody is reinstated before what waited at the verdict's instant has been counted, nor while the policy cannot be
    read."""
    account, told = _judged(account, trial, evidence, rules, now)
    if account.trial is None:
        return Outcome(account, told)
    if now < verdict_from(trial):
        waits_until = now if account.hold else verdict_from(trial)
        return Outcome(replace(account, due_at=waits_until), told)
    if account.hold or rules.policy is None or not evidence.backlog.is_counted_since(trial.verdict_at, now):
        return Outcome(replace(account, due_at=now), told)
    return _pass(account, trial, evidence, rules.policy, now)


def _pass(account: Account, trial: Trial, evidence: Evidence, policy: Policy, now: datetime) -> Outcome:
    """No rule ended the trial. Where the rules decided because the batch was large, it has to have been large."""
    counts = evidence.counts
    if counts.complaints and trial.one_complaint_ends(counts.delivered):
        return Outcome(*_fail(account, evidence, "", now))
    if counts.delivered < trial.least_delivered:
        unused = replace(account, status=Status.DISABLED, trial=None, review=None, decided_at=now, due_at=None)
        too_few = TrialUnused(delivered=counts.delivered, needed=trial.least_delivered)
        return Outcome(unused, [entry(account.id, now, too_few)])
    if (policy.second_chance.reinstate_by_staff or trial.denied_by_hand) and not trial.confirmed:
        return _ask_staff(account, trial, counts, now)
    back = account.to_be_switched(status=Status.ACTIVE, trial=None, review=None, decided_at=now)
    facts = Reinstated(delivered=counts.delivered, complaints=counts.complaints)
    return Outcome(back, [entry(account.id, now, facts)])


def _ask_staff(account: Account, trial: Trial, counts: Tally, now: datetime) -> Outcome:
    """Support is asked once, and looks when it looks; a late complaint still counts until then."""
    if trial.confirmation_requested:
        return Outcome(replace(account, due_at=None), [])
    asked = replace(account, trial=replace(trial, confirmation_requested=True), decided_at=now, due_at=None)
    facts = ConfirmationWanted(delivered=counts.delivered, complaints=counts.complaints)
    return Outcome(asked, [entry(account.id, now, facts)])


def _judged(
    account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime
) -> tuple[Account, list[Entry]]:
    """The account after the mail of the trial was judged, and what is told of that. It has no trial any more where a
    recipient complained about that mail and one complaint ends it, or it broke a rule beyond doubt."""
    account = _looked_at(account, trial, evidence, rules)
    if trial.is_ended_by(evidence.counts):
        return _fail(account, evidence, "", now)
    verdict = evidence.verdict
    if verdict is None or not verdict.breaks:
        return replace(account, hold=None), []
    surely = firm(account, verdict, evidence, now)
    if not surely.breaks:
        return held(account, waits_for(evidence, now), verdict, evidence, now)
    return _fail(account, evidence, surely.rule or "", now)


def _looked_at(account: Account, trial: Trial, evidence: Evidence, rules: Rules) -> Account:
    """A complaint that ends a trial counts as a broken rule."""
    if evidence.verdict is None:
        return account
    look = Assessment.at(evidence.verdict, rules.mode)
    over = look.breaks_rule or trial.is_ended_by(look.counts)
    allowance = account.allowance_when_on(look.allowance_left)
    return replace(account, assessment=replace(look, breaks_rule=over, kept=not over, allowance_left=allowance))


def _fail(account: Account, evidence: Evidence, rule: Literal[""] | Rule, now: datetime) -> tuple[Account, list[Entry]]:
    """`rule`: the one that is broken; empty where one complaint was enough."""
    counts = evidence.counts
    of_trial = [one for one in evidence.complaints if one.facts.epoch == account.epoch]
    facts = StaysSuspended(delivered=counts.delivered, complaints=counts.complaints, listed=listed(of_trial), rule=rule)
    return _suspended(account, now), [entry(account.id, now, facts)]


def _suspended(account: Account, now: datetime) -> Account:
    return account.to_be_switched(
        status=Status.DISABLED,
        strikes=account.strikes + 1,
        hold=None,
        trial=None,
        review=None,
        decided_at=now,
    )
