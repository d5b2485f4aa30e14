"""decide(), by evidence that was judged as Enforce does it."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.rules import decide as deciding
from permille.domain.rules.decision import Evidence, Outcome, Rules
from permille.domain.rules.needs import judged


def decide(account: Account, found: Evidence, rules: Rules, now: datetime) -> Outcome:
    """`found` without a verdict."""
    verdict = judged(account, found.days, rules, now)
    return deciding.decide(account, replace(found, verdict=verdict.verdict, acts=verdict.acts), rules, now)
