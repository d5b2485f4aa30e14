"""What becomes of an account by the rules: every look at it is one call of decide()."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from permille.domain import timeline
from permille.domain.account import Account, Brake, Evidence, Held, Look, Mode, Outcome, Rules, Status, Trial
from permille.domain.policy import Verdict, judge
from permille.domain.reminders import remind
from permille.domain.timeline import Entry, Kind
from permille.domain.trial import decide_observing, decide_running, decide_scheduled

# An entry can be committed this long after the instant in its id: ingest's time limit, and then some.
COMMIT_LAG = timedelta(minutes=2)
SOON_OVER = timedelta(minutes=10)  # what waits is mostly counted by then
DAILY_LOOK_WITHIN = timedelta(hours=6)


def complaints_needed_since(account: Account, verdict: Verdict) -> datetime:
    """From when on the complaints' entries are needed: the whole window for the record of a broken rule, else those
    that no alert may have told yet, whatever mail they are about."""
    if not verdict.breaks and account.alerted_at:
        return account.alerted_at - COMMIT_LAG
    return datetime.combine(verdict.first_day, time(), UTC)


def decide(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """What becomes of the account at `now`; the wanted state of its switch is the status's `may_send`. Deciding again
    on the same evidence changes nothing but `due_at` and the day of `look`."""
    match account.status, account.trial:
        case Status.ACTIVE, _:
            outcome = _decide_active(account, evidence, rules, now)
        case Status.DISABLED, trial:
            outcome = decide_scheduled(account, trial, now) if trial else remind(account, now)
        case Status.TRIAL, Trial() as trial:
            outcome = decide_running(account, trial, evidence, rules, now)
        case Status.OBSERVING, Trial() as trial:
            outcome = decide_observing(account, trial, evidence, rules, now)
        case _:
            outcome = Outcome(replace(account, due_at=None), [])
    if not outcome.account.settled:  # stays due until the credential agrees
        return replace(outcome, account=replace(outcome.account, due_at=now))
    return outcome


def _decide_active(account: Account, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    if rules.policy is None:
        return Outcome(replace(account, due_at=now), [])
    verdict = judge(rules.policy, evidence.days, now.date())
    account = replace(account, look=Look.at(verdict))
    if rules.mode is Mode.OBSERVE:
        return _spare(account, verdict, evidence, rules, now)
    if account.exempt_at(now):
        spared = _spare(account, verdict, evidence, rules, now)
        alerted = _alert(spared.account, verdict, evidence, now)
        return Outcome(alerted.account, spared.entries + alerted.entries)
    if verdict.breaks:
        return _act(account, verdict, evidence, rules, now)
    return _alert(replace(account, would_disable=False, held=Held.NO), verdict, evidence, now)


def _act(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    # no ratio is judged that waiting feedback could still turn, even if all of it were deliveries
    firm = judge(verdict.policy, evidence.days, now.date(), waiting=evidence.waiting)
    if not firm.breaks:
        return _hold(account, Held.FEEDBACK, verdict, evidence, now)
    if evidence.brake is not Brake.FREE:
        return _hold(account, Held.BREAKER, verdict, evidence, now)
    return _disable(account, replace(verdict, rule=firm.rule), evidence, rules, now)


def _hold(account: Account, held: Held, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """The account stays due, behind those that have waited longer; staff read it once. Where it lasts, the owner is
    told of the complaints all the same."""
    opens = held is Held.BREAKER and evidence.brake is Brake.FULL
    entries = [] if held is account.held else [timeline.held(account.id, now, verdict, held, evidence.waiting)]
    entries += [timeline.breaker_opened(account.id, now, evidence.bound)] if opens else []
    lasts = held is account.held and account.decided_at is not None and now - account.decided_at >= SOON_OVER
    if held is Held.BREAKER or lasts:
        alerted = _alert(account, verdict, evidence, now)
        account, entries = alerted.account, entries + alerted.entries
    decided_at = now if entries else account.decided_at
    return Outcome(replace(account, held=held, decided_at=decided_at, due_at=now), entries, opens_breaker=opens)


def _disable(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    disabled = replace(
        account,
        status=Status.DISABLED,
        strikes=account.strikes + 1,
        would_disable=False,
        held=Held.NO,
        decided_at=now,
        alerted_at=now,
        told=_told(evidence, now),
        settled=False,
    )
    record = _record(account, Kind.DISABLED, verdict, evidence, rules, now)
    return Outcome(disabled, [record], passes_breaker=True)


def _spare(account: Account, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Nothing is switched; staff read once that the verdict has changed."""
    account = replace(account, held=Held.NO, due_at=_next_look(account, verdict, now))
    if verdict.breaks == account.would_disable:
        return Outcome(account, [])
    kind = Kind.WOULD_DISABLE if verdict.breaks else Kind.WOULD_KEEP
    record = _record(account, kind, verdict, evidence, rules, now)
    return Outcome(replace(account, would_disable=verdict.breaks, decided_at=now), [record])


def _record(account: Account, kind: Kind, verdict: Verdict, evidence: Evidence, rules: Rules, now: datetime) -> Entry:
    """The decision record."""
    judged = account.judged_by(verdict, evidence.complaints)
    spared = "" if kind is Kind.DISABLED else "only observed" if rules.mode is Mode.OBSERVE else "exempt"
    return timeline.judged(account.id, kind, now, verdict, evidence.days, judged, rules.code, spared)


def _alert(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """The first complaint is told at once; those that follow within the hour are collected in the next alert."""
    next_look = _next_look(account, verdict, now)
    new = _untold(account, evidence)
    if not new:
        return Outcome(replace(account, due_at=next_look), [])
    waits_until = (account.alerted_at or now) + timedelta(minutes=verdict.policy.alert_every_minutes)
    if account.alerted_at and now < waits_until:
        return Outcome(replace(account, due_at=min(waits_until, next_look or waits_until)), [])
    alerted = replace(account, alerted_at=now, told=_told(evidence, now), decided_at=now, due_at=next_look)
    exempt_until = account.exemption.until.isoformat() if account.exemption and account.exempt_at(now) else ""
    return Outcome(alerted, [timeline.alert(account.id, now, verdict, new, exempt_until)])


def _untold(account: Account, evidence: Evidence) -> list[Entry]:
    """What no alert has told. What was reported before the epoch began is told by the timeline alone: old complaints do
    not come back."""
    floors = [account.alerted_at - COMMIT_LAG] if account.alerted_at else []
    floors += account.epochs[-1:]
    return [
        entry
        for entry in evidence.complaints
        if entry.id not in account.told and all(entry.at >= floor for floor in floors)
    ]


def _told(evidence: Evidence, now: datetime) -> frozenset[str]:
    """The complaints that the next look may meet again."""
    return frozenset(entry.id for entry in evidence.complaints if entry.at >= now - COMMIT_LAG)


def _next_look(account: Account, verdict: Verdict, now: datetime) -> datetime | None:
    """While the window holds complaints, some moment early in the next UTC day: as the window moves on, clean mail can
    leave it before a complaint does. A hash spreads the accounts over the hours. And when an exemption ends."""
    looks = [account.exemption.until] if account.exemption and account.exempt_at(now) else []
    if verdict.counts.complaints:
        spread = int.from_bytes(sha256(account.id.encode()).digest()[:4]) / 2**32
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        looks.append(midnight + spread * DAILY_LOOK_WITHIN)
    return min(looks, default=None)
