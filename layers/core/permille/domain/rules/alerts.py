"""When the owner is alerted of complaints, and when an active account is judged next."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from permille.domain.account.account import Account
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.decision import Evidence, Outcome
from permille.domain.rules.needs import COMMIT_LAG
from permille.domain.timeline.kinds.alert import Alert
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import TimelineEntry, entry
from permille.domain.values.entry_id import id_at

DAILY_LOOK_WITHIN = timedelta(hours=6)


def alert(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """The first complaint is told at once; those that follow within the hour are collected in the next alert."""
    next_look = next_assessment_at(account, verdict, now)
    new = _untold(account, evidence)
    if not new:
        return Outcome(replace(account, due_at=next_look), [])
    waits_until = (account.alerted_at or now) + timedelta(minutes=verdict.policy.alert_every_minutes)
    if account.alerted_at and now < waits_until:
        return Outcome(replace(account, due_at=min(waits_until, next_look or waits_until)), [])
    alerted = replace(
        account, alerted_at=now, alerted_entry_ids=alerted_ids(account, evidence, now), decided_at=now, due_at=next_look
    )
    exempt_until = account.exemption.until if account.exemption and account.exempt_at(now) else None
    still_on = verdict.breaks and exempt_until is None and account.hold is None
    return Outcome(alerted, [entry(account.id, now, Alert.of_verdict(verdict, new, exempt_until, still_on=still_on))])


def _untold(account: Account, evidence: Evidence) -> list[TimelineEntry[CountedComplaint]]:
    """What no alert has told. What was reported before the epoch began is told by the timeline alone: old complaints do
    not come back."""
    floors = [account.alerted_at - COMMIT_LAG] if account.alerted_at else []
    floors += account.epochs[-1:]
    return [
        one
        for one in evidence.complaints
        if one.id not in account.alerted_entry_ids and all(one.at >= floor for floor in floors)
    ]


def alerted_ids(account: Account, evidence: Evidence, now: datetime) -> frozenset[str]:
    """The complaints that the next look may meet again, also one that is taken back and may be restored."""
    since = id_at(now - COMMIT_LAG)
    return frozenset(
        one for one in account.alerted_entry_ids.union(each.id for each in evidence.complaints) if one >= since
    )


def next_assessment_at(account: Account, verdict: Verdict, now: datetime) -> datetime | None:
    """While the window holds complaints, some moment early in the next UTC day: as the window moves on, clean mail can
    leave it before a complaint does. A hash spreads the accounts over the hours. And when an exemption ends."""
    looks = [account.exemption.until] if account.exemption and account.exempt_at(now) else []
    if verdict.counts.complaints:
        spread = int.from_bytes(sha256(account.id.encode()).digest()[:4]) / 2**32
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        looks.append(midnight + spread * DAILY_LOOK_WITHIN)
    return min(looks, default=None)
