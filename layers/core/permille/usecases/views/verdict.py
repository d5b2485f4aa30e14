"""What the policy in force says of an account now, for all views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from permille.domain.account.judging import judge_account
from permille.domain.values.tally import Days, first_day

if TYPE_CHECKING:
    from datetime import datetime

    from permille.domain.account.account import Account
    from permille.domain.policy.verdict import Verdict
    from permille.ports.accounts import Policies
    from permille.ports.history import Tallies


@dataclass(frozen=True, slots=True)
class CurrentVerdict:
    """A verdict, and the tallies by send day that it is about."""

    verdict: Verdict
    days: Days


def current_verdict(policies: Policies, tallies: Tallies, account: Account, now: datetime) -> CurrentVerdict:
    """Judges the current epoch by its present tallies. Raises a ServiceError where the policy cannot be read."""
    policy, today = policies.current(), account.after_last_decision(now).date()
    days = tallies.days(account.id, account.epoch, first_day(today, policy.window_days))
    return CurrentVerdict(judge_account(account, policy, days, today), days)
