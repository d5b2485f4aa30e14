"""Holds: reasons for which a broken rule is not acted on yet."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.restrictions import Hold
from permille.domain.policy.verdict import Rule, Verdict, judge
from permille.domain.rules.backlog import HOLD_AT_MOST
from permille.domain.rules.evidence import Evidence
from permille.domain.timeline.kinds.verdicts import RuleHeld
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.status import HoldReason


def verdict_if_all_delivered(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Verdict:
    """The verdict as if the whole backlog were deliveries. A rule that is broken even then can be acted on."""
    since = account.hold.waits_since if account.hold else None
    waiting = evidence.backlog.deliveries_to_come(since, now)
    return judge(verdict.policy, evidence.days, now.date(), waiting=waiting) if waiting else verdict


def waits_for(evidence: Evidence, now: datetime) -> HoldReason:
    """Why a verdict is held that the backlog could still change."""
    return HoldReason.STALLED if evidence.backlog.is_stalled(now) else HoldReason.FEEDBACK


def lacks_deliveries(verdict: Verdict) -> bool:
    """Whether a rule about complaints is broken with fewer deliveries than complaints. A mail that is complained about
    was delivered, so that delivery events must be missing."""
    return verdict.rule is not Rule.BOUNCE_BURST and verdict.counts.delivered < verdict.counts.complaints


def waits_for_deliveries(account: Account, now: datetime) -> HoldReason:
    """Why a verdict is held that lacks deliveries. For HOLD_AT_MOST, while feedback is counted, a complaint may be
    counted before the delivery of its mail."""
    since = account.hold.waits_since if account.hold else None
    lasts = since is not None and now - since >= HOLD_AT_MOST
    return HoldReason.NO_DELIVERIES if lasts else HoldReason.FEEDBACK


def put_on_hold(
    account: Account, why: HoldReason, verdict: Verdict, evidence: Evidence, now: datetime
) -> tuple[Account, list[Entry]]:
    """Holds the account. An entry for staff is written when the hold begins, and when it first needs staff; not for
    other changes of its reason."""
    hold = account.hold or Hold(why, now)
    resumes = hold.why is HoldReason.STALLED and why is not HoldReason.STALLED
    needs_staff = hold.needs_staff or why.needs_staff
    on_hold = replace(hold, why=why, resumed_at=now if resumes else hold.resumed_at, needs_staff=needs_staff)
    if account.hold and needs_staff == hold.needs_staff:
        return replace(account, hold=on_hold), []
    facts = RuleHeld.of_verdict(verdict, why, evidence.backlog.messages or 0)
    return replace(account, hold=on_hold, decided_at=now), [entry(account.id, now, facts, distinguisher=why)]
