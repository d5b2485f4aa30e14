"""The recheck: a disabling by a rule is judged once more when the feedback about the mail sent before is counted. If
that mail keeps the rules after all, the disabling came too early and is reversed."""

from dataclasses import replace
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Recheck
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.breaker import ReturnPass, hour_of
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.verdicts import DisablingReversed
from permille.domain.timeline.timeline import entry
from permille.domain.values.calendar import DAY
from permille.domain.values.status import Status

OFF_WITHIN = timedelta(minutes=10)  # an account that was off later than this may have sent on


def decide_again(account: Account, recheck: Recheck, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Rechecks a disabling, in the window of that time.

    There is no recheck if the credential was not read back to be off within OFF_WITHIN: the tallies would include later
    mail. It waits while counting is stalled or the policy cannot be read. If a rule is still broken, it is repeated for
    a day, as long as the backlog has feedback from before the disabling.
    """
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
    return _reverse(account, recheck, verdict, rules, now)


def _reverse(account: Account, recheck: Recheck, verdict: Verdict, rules: Rules, now: datetime) -> Outcome:
    """Without a strike; the breaker does not count the disabling any more."""
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
