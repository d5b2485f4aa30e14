"""A disabling by a rule is judged once more when the feedback about the mail sent before is in: if that mail keeps the
rules after all, Permille judged too early, and takes the disabling back by itself."""

from dataclasses import replace
from datetime import datetime

from permille.domain import timeline
from permille.domain.account import Account, Evidence, Look, Outcome, Recheck, Rules, Status
from permille.domain.policy import judge


def decide_again(account: Account, recheck: Recheck, evidence: Evidence, rules: Rules, now: datetime) -> Outcome:
    """Waits while nobody can be judged. The account was off meanwhile, so its tallies are those of the mail sent
    before; the window is that of the disabling, however late the look is."""
    if now < recheck.at:
        return Outcome(replace(account, due_at=recheck.at), [])
    if rules.policy is None or evidence.backlog.is_stalled(now):
        return Outcome(replace(account, due_at=now), [])
    verdict = judge(rules.policy, evidence.days, recheck.disabled_at.date())
    if verdict.breaks:
        return Outcome(replace(account, recheck=None, due_at=None), [])
    back = account.to_be_switched(
        status=Status.ACTIVE,
        strikes=account.strikes - 1,
        review=None,
        recheck=None,
        reversed_at=now,
        look=Look.at(verdict, rules.mode),
        decided_at=now,
        due_at=now,
    )
    reversal = timeline.disabling_reversed(account.id, now, verdict, recheck.disabled_at)
    return Outcome(back, [reversal], undoes=recheck.disabled_at)
