"""Time alone disables nobody: as the window moves on, clean mail leaves it, and a rule can break though nobody sent or
complained."""

from datetime import date

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.decision import Rules
from permille.domain.values.tally import Days, first_day, total


def read_from(account: Account, first: date, rules: Rules) -> date:
    """The first send day whose tallies tell what was counted since the last look: of its window, or `first`, that of
    the window now."""
    last = account.assessment
    if last is None or not _is_comparable(last, rules) or rules.policy is None:
        return first
    return min(first, first_day(last.day, rules.policy.window_days))


def may_be_acted_on(account: Account, verdict: Verdict, days: Days, rules: Rules) -> bool:
    """Whether a broken rule may disable: the last look did not keep the account, or was by another policy or in another
    mode, or a complaint or bounce was counted since. `days`: from `read_from` on."""
    last = account.assessment
    if last is None or not last.kept or not _is_comparable(last, rules):
        return True
    first = read_from(account, verdict.first_day, rules)
    now = total(days, first, verdict.last_counted)
    return now.complaints + now.bounces > last.complaints + last.bounces


def _is_comparable(last: Assessment, rules: Rules) -> bool:
    """A person's act calls for a verdict of its own."""
    return rules.policy is not None and (last.policy, last.mode) == (rules.policy.id, rules.mode)
