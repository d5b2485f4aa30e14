"""Time alone disables no account: as the window moves on, clean mail leaves it, and a rule can break without any new
feedback."""

from datetime import date

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.evidence import Rules
from permille.domain.values.tally import Days, first_day, total


def read_from(account: Account, first: date, rules: Rules) -> date:
    """The first send day whose tallies are needed to see what was counted since the last assessment: that of its
    window, or `first`, the present window's, if that is earlier."""
    last = account.assessment
    if last is None or not _is_comparable(last, rules) or rules.policy is None:
        return first
    return min(first, first_day(last.day, rules.policy.window_days))


def may_be_acted_on(account: Account, verdict: Verdict, days: Days, rules: Rules) -> bool:
    """Whether a broken rule may disable: a complaint or bounce was counted since the last assessment, or that did not
    keep the account, or was by another policy or in another mode. `days`: from `read_from` on."""
    last = account.assessment
    if last is None or not last.kept or not _is_comparable(last, rules):
        return True
    first = read_from(account, verdict.first_day, rules)
    now = total(days, first, verdict.last_counted)
    return now.complaints + now.bounces > last.complaints + last.bounces


def _is_comparable(last: Assessment, rules: Rules) -> bool:
    """Whether policy and mode are the same: after a change by a person, a broken rule may disable at once."""
    return rules.policy is not None and (last.policy, last.mode) == (rules.policy.id, rules.mode)
