"""A broken rule that is not acted on yet: feedback waits that could still turn it, nothing is counted, or the breaker
is open."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account import Account, Evidence, Hold
from permille.domain.entries.verdicts import RuleHeld
from permille.domain.policy import Verdict, judge
from permille.domain.status import Held
from permille.domain.timeline import Entry, entry


def firm(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Verdict:
    """The verdict as if all that waits were deliveries: what is broken even then can be acted on."""
    since = account.hold.waits_since if account.hold else None
    waiting = evidence.backlog.deliveries_to_come(since, now)
    return judge(verdict.policy, evidence.days, now.date(), waiting=waiting) if waiting else verdict


def waits_for(evidence: Evidence, now: datetime) -> Held:
    """What a verdict that is not firm waits for."""
    return Held.STALLED if evidence.backlog.is_stalled(now) else Held.FEEDBACK


def held(
    account: Account, why: Held, verdict: Verdict, evidence: Evidence, now: datetime
) -> tuple[Account, list[Entry]]:
    """The account on hold. Staff read it once, however often the reason changes until the hold is over."""
    if account.hold:
        resumes = account.hold.why is Held.STALLED and why is not Held.STALLED
        resumed_at = now if resumes else account.hold.resumed_at
        return replace(account, hold=replace(account.hold, why=why, resumed_at=resumed_at)), []
    facts = RuleHeld.of_verdict(verdict, why, evidence.backlog.messages or 0)
    told = entry(account.id, now, facts, seed=why)
    return replace(account, hold=Hold(why, now), decided_at=now), [told]
