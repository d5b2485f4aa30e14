"""When the owner is alerted of complaints, and when an active account is judged next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from permille.domain.account.account import Account
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.evidence import Evidence
from permille.domain.rules.needs import COMMIT_LAG
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.alert import Alert
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import TimelineEntry, entry
from permille.domain.values.calendar import DAY, midnight
from permille.domain.values.entry_id import id_at

MOST_REMEMBERED = 1000  # ids of complaints: the account has to fit into a row
DAILY_ASSESSMENT_WITHIN = timedelta(hours=6)  # of the beginning of the UTC day


def alert(account: Account, verdict: Verdict, evidence: Evidence, now: datetime) -> Outcome:
    """Alerts the owner of new complaints: of the first at once, and then at most once in `alert_every_minutes`. The
    account is due for the next alert or assessment."""
    due_at = next_assessment_at(account, verdict, now)
    new = _new_complaints(account, evidence)
    if not new:
        return Outcome(replace(account, due_at=due_at), [])
    waits_until = (account.alerted_at or now) + timedelta(minutes=verdict.policy.alert_every_minutes)
    if account.alerted_at and now < waits_until:
        return Outcome(replace(account, due_at=min(waits_until, due_at or waits_until)), [])
    ids = alerted_ids(account, evidence, now)
    alerted = replace(account, alerted_at=now, alerted_entry_ids=ids, decided_at=now, due_at=due_at)
    exempt_until = account.exemption.until if account.exemption and account.exempt_at(now) else None
    still_on = verdict.breaks and exempt_until is None and account.hold is None
    return Outcome(alerted, [entry(account.id, now, Alert.of_verdict(verdict, new, exempt_until, still_on=still_on))])


def _new_complaints(account: Account, evidence: Evidence) -> list[TimelineEntry[CountedComplaint]]:
    """The complaints that no alert included. Those counted before the epoch began need none: they do not count."""
    floors = [account.alerted_at - COMMIT_LAG] if account.alerted_at else []
    floors += account.epochs[-1:]
    return [
        complaint
        for complaint in evidence.complaints
        if complaint.id not in account.alerted_entry_ids and all(complaint.at >= floor for floor in floors)
    ]


def alerted_ids(account: Account, evidence: Evidence, now: datetime) -> frozenset[str]:
    """The ids of alerted complaints, including these, that the next run may read again. One that is voided may be
    restored, so that its id is kept as well. Of more than MOST_REMEMBERED the newest are kept; the next alert may count
    the others once more."""
    since = id_at(now - COMMIT_LAG)
    ids = account.alerted_entry_ids.union(complaint.id for complaint in evidence.complaints)
    return frozenset(sorted(entry_id for entry_id in ids if entry_id >= since)[-MOST_REMEMBERED:])


def next_assessment_at(account: Account, verdict: Verdict, now: datetime) -> datetime | None:
    """When an active account has to be judged again without new feedback; None where it has not.

    While the window holds complaints, that is early in the next UTC day, since the window moves on; a hash spreads the
    accounts over DAILY_ASSESSMENT_WITHIN. It is also when an exemption ends.
    """
    instants = [account.exemption.until] if account.exemption and account.exempt_at(now) else []
    if verdict.counts.complaints:
        spread = int.from_bytes(sha256(account.id.encode()).digest()[:4]) / 2**32
        instants.append(midnight(now.date() + DAY, UTC) + spread * DAILY_ASSESSMENT_WITHIN)
    return min(instants, default=None)
