"""A disabling by a rule is judged once more when the feedback about the mail sent before is in: if that mail keeps the
rules after all, Permille judged too early, and takes the disabling back by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Recheck
from permille.domain.rules.breaker import ReturnPass, hour_of
from permille.domain.rules.decision import Evidence, Outcome, Rules
from permille.domain.timeline.kinds.verdicts import DisablingReversed
from permille.domain.timeline.timeline import entry
from permille.domain.values.calendar import DAY
from permille.domain.values.status import Status

OFF_WITHIN = timedelta(minutes=10)  # of the disabling: whoever was off later may have gone on sending until then


def decide_again(account: Account, recheck: Recheck, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Waits while nobody can be judged. The tallies have to be those of the mail sent before the disabling: whose
    credential was not read back to be off by then, or OFF_WITHIN, is not judged again. The window is that of the
    disabling, however late the look is. Where the rule is broken still and feedback waits that was sent before the
    disabling, it is looked at again, for a day."""
    if not account.in_sync and now >= min(recheck.at, recheck.disabled_at + OFF_WITHIN):
        return Outcome(replace(account, recheck=None, due_at=None), [])
    if now < recheck.at:
        return Outcome(replace(account, due_at=recheck.at), [])
    verdict = evidence.verdict
    if verdict is None or evidence.backlog.is_stalled(now):
        return Outcome(replace(account, due_at=now), [])
    if verdict.breaks:
        waits = evidence.backlog.waited_at(recheck.disabled_at) and now - recheck.at < DAY
        kept = replace(account, due_at=now) if waits else replace(account, recheck=None, due_at=None)
        return Outcome(kept, [])
    back = account.to_be_switched(
        status=Status.ACTIVE,
        strikes=account.strikes - 1,
        review=None,
        recheck=None,
        reversed_at=now,
        assessment=Assessment.at(verdict, rules.mode),
        decided_at=now,
        due_at=now,
    )
    reversal = entry(account.id, now, DisablingReversed.of_verdict(verdict, recheck.disabled_at))
    return Outcome(back, [reversal], [ReturnPass(hour_of(recheck.disabled_at))] if recheck.passed else [])
