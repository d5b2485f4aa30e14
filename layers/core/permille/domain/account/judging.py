"""What a policy says of an account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from permille.domain.policy.verdict import Verdict, judge
from permille.domain.values.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from permille.domain.account.account import Account
    from permille.domain.policy.policy import Policy
    from permille.domain.timeline.kinds.complaints import CountedComplaint
    from permille.domain.timeline.timeline import TimelineEntry
    from permille.domain.values.tally import Days


def judge_account(account: Account, policy: Policy, days: Days, today: date) -> Verdict:
    """As judge(), with the allowance that the account has left in its status. `days`: of its epoch."""
    verdict = judge(policy, days, today, epochs=account.epochs)
    allowance = allowance_when_on(account, verdict.allowance_left) if account.may_send else 0
    return replace(verdict, allowance_left=allowance)


def allowance_when_on(account: Account, kept: int) -> int:
    """How many of the `kept` complaints that the rules allow the account may have while it may send: none in a trial
    that one complaint ends."""
    one_ends = account.status is Status.TRIAL and (account.trial is None or account.trial.ends_at_first_complaint)
    return 0 if one_ends else kept


def complaints_in(
    account: Account, verdict: Verdict, complaints: Sequence[TimelineEntry[CountedComplaint]]
) -> list[TimelineEntry[CountedComplaint]]:
    """The complaints that the verdict is about: on mail of the account's epoch, sent in the window."""
    first = verdict.first_day
    return [entry for entry in complaints if entry.facts.epoch == account.epoch and entry.facts.sent_at.date() >= first]
