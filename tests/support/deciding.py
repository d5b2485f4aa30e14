"""decide(), by evidence that was judged as Enforce does it."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.rules import decide as deciding
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.needs import evidence_of_tallies
from permille.domain.rules.outcome import Outcome


def decide(account: Account, found: Evidence, rules: Rules, now: datetime) -> Outcome:
    """`found` without a verdict."""
    verdict = evidence_of_tallies(account, found.days, rules, now)
    return deciding.decide(account, replace(found, verdict=verdict.verdict, acts=verdict.acts), rules, now)
