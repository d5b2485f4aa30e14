"""Decides about trials: scheduled, running, observed. Only mail sent in the trial decides it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.judging import allowance_when_on
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Rule
from permille.domain.rules.backlog import earliest_outcome_at
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.hold import put_on_hold, verdict_if_all_delivered, waits_for
from permille.domain.rules.outcome import Outcome
from permille.domain.rules.reminders import open_again
from permille.domain.timeline.kinds.alert import listed
from permille.domain.timeline.kinds.review_day import ReviewReopened
from permille.domain.timeline.kinds.trial import TrialBegan, TrialEnded
from permille.domain.timeline.kinds.trial_outcome import ConfirmationWanted, Reinstated, StaysSuspended, TrialUnused
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

LONGEST_DAY = timedelta(hours=25)  # when clocks are put back
CHECKED_EVERY = timedelta(minutes=5)  # whether more was sent than agreed


def decide_scheduled(account: Account, trial: Trial, now: datetime) -> Outcome:
    """Begins the trial of a disabled account when its day begins, or reopens the request if the day was missed. The day
    is never longer than LONGEST_DAY, whatever is stored."""
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
    answered_at = account.review.decided_at if account.review else None
    is_news = answered_at is None or answered_at < trial.begins_at  # else the mail about the approval has said it
    facts = TrialBegan(ends_at=trial.ends_at, mailed=is_news, **trial.numbers)
    return Outcome(begun, [entry(account.id, now, facts)])


def decide_running(account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Ends the day at its end, or when more was sent than agreed."""
    account, entries = _assess_mail(account, trial, evidence, rules, now)
    if account.trial is None:
        return Outcome(account, entries)
    counts = evidence.counts
    too_many = 0 < trial.most_sent < counts.delivered + counts.bounces
    if now < trial.ends_at and not too_many:
        check_at = min(now + CHECKED_EVERY, trial.ends_at) if trial.most_sent else trial.ends_at
        return Outcome(replace(account, due_at=now if account.hold else check_at), entries)
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
    return Outcome(ended, [*entries, entry(account.id, now, facts)])


def decide_observing(account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Nobody is reinstated before what waited at the verdict's instant has been counted, nor while the policy cannot be
    read."""
    account, entries = _assess_mail(account, trial, evidence, rules, now)
    if account.trial is None:
        return Outcome(account, entries)
    if now < earliest_outcome_at(trial):
        waits_until = now if account.hold else earliest_outcome_at(trial)
        return Outcome(replace(account, due_at=waits_until), entries)
    if account.hold or rules.policy is None or not evidence.backlog.is_counted_since(trial.verdict_at, now):
        return Outcome(replace(account, due_at=now), entries)
    return _pass(account, trial, evidence, rules.policy, now)


def _pass(account: Account, trial: Trial, evidence: Evidence, policy: Policy, now: datetime) -> Outcome:
    """No rule ended the trial. Where the rules decided because the batch was large, it has to have been large."""
    counts = evidence.counts
    if counts.complaints and trial.one_complaint_ends(counts.delivered):
        return Outcome(*_fail(account, evidence, "", now))
    if counts.delivered < trial.least_delivered:
        unused = replace(account, status=Status.DISABLED, trial=None, review=None, decided_at=now, due_at=None)
        too_few = TrialUnused(delivered=counts.delivered, least_delivered=trial.least_delivered)
        return Outcome(unused, [entry(account.id, now, too_few)])
    if (policy.second_chance.reinstate_by_staff or trial.denied_by_hand) and not trial.confirmed:
        return _ask_staff(account, trial, counts, now)
    back = account.to_be_switched(status=Status.ACTIVE, trial=None, review=None, decided_at=now)
    facts = Reinstated(delivered=counts.delivered, complaints=counts.complaints)
    return Outcome(back, [entry(account.id, now, facts)])


def _ask_staff(account: Account, trial: Trial, counts: Tally, now: datetime) -> Outcome:
    """Requests support's confirmation, once. Until it is given, a late complaint still counts."""
    if trial.confirmation_requested:
        return Outcome(replace(account, due_at=None), [])
    requested = replace(account, trial=replace(trial, confirmation_requested=True), decided_at=now, due_at=None)
    facts = ConfirmationWanted(delivered=counts.delivered, complaints=counts.complaints)
    return Outcome(requested, [entry(account.id, now, facts)])


def _assess_mail(
    account: Account, trial: Trial, evidence: Evidence, rules: Rules, now: datetime
) -> tuple[Account, list[Entry]]:
    """Judges the mail of the trial: the account, and new entries. The account has no trial any more where it failed: by
    one complaint, if that ends it, or by a broken rule that the backlog cannot change."""
    account = _assessed(account, trial, evidence, rules)
    if trial.is_ended_by(evidence.counts):
        return _fail(account, evidence, "", now)
    verdict = evidence.verdict
    if verdict is None or not verdict.breaks:
        return replace(account, hold=None), []
    if_delivered = verdict_if_all_delivered(account, verdict, evidence, now)
    if not if_delivered.breaks:
        return put_on_hold(account, waits_for(evidence, now), verdict, evidence, now)
    return _fail(account, evidence, if_delivered.rule or "", now)


def _assessed(account: Account, trial: Trial, evidence: Evidence, rules: Rules) -> Account:
    """The account with its assessment, in which a complaint that ends the trial is a broken rule."""
    if evidence.verdict is None:
        return account
    by_rules = Assessment.at(evidence.verdict, rules.mode)
    failed = by_rules.breaks_rule or trial.is_ended_by(by_rules.counts)
    allowance = allowance_when_on(account, by_rules.allowance_left)
    return replace(account, assessment=replace(by_rules, breaks_rule=failed, kept=not failed, allowance_left=allowance))


def _fail(account: Account, evidence: Evidence, rule: Literal[""] | Rule, now: datetime) -> tuple[Account, list[Entry]]:
    """Ends the trial as failed. `rule`: the broken one; empty where one complaint was enough."""
    counts = evidence.counts
    of_trial = [complaint for complaint in evidence.complaints if complaint.facts.epoch == account.epoch]
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
