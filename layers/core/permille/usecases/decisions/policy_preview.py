"""Previews a policy: which accounts it would disable, or spare, before it is put in force."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Protocol

from permille.domain.account.account import Account
from permille.domain.account.judging import judge_account
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.policy.policy_file import parse_policy
from permille.domain.rules.breaker import hour_of
from permille.domain.rules.policy_preview import Affected, Preview, affected
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.values.errors import InvalidPolicy
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import first_day
from permille.ports.accounts import Control
from permille.ports.history import Tallies, Timeline
from permille.ports.operator import AllTimelines, PolicyDocument
from permille.reading.spans import last_change
from permille.usecases.history import read_history

READERS = 8  # threads that read tallies
BATCH = 200  # accounts in memory at once


class PolicyServices(Protocol):
    """The dependencies of changing the policy."""

    @property
    def control(self) -> Control: ...

    @property
    def policies(self) -> PolicyDocument: ...

    @property
    def tallies(self) -> Tallies: ...

    @property
    def timeline(self) -> AllTimelines: ...


def in_force(policies: PolicyDocument) -> Policy | None:
    """The stored policy; None where it is not valid, so that nobody is judged."""
    text = policies.text()
    try:
        return DEFAULT if text is None else parse_policy(text)
    except InvalidPolicy:
        return None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Compares what two policies say of accounts."""

    tallies: Tallies
    timeline: Timeline
    candidate: Policy
    present: Policy | None
    now: datetime

    def of(self, account: Account) -> Affected | None:
        """What would change for the account. A disabled account is judged as of the day on which a rule disabled it."""
        today = _day_judged(self.timeline, account, self.now)
        if today is None:
            return None
        policies = [policy for policy in (self.candidate, self.present) if policy]
        first = min(first_day(today, policy.window_days) for policy in policies)
        days = self.tallies.days(account.id, account.epoch, first)
        present = judge_account(account, self.present, days, today) if self.present else None
        return affected(account, judge_account(account, self.candidate, days, today), present, self.now)


def preview(
    services: PolicyServices, accounts: Iterable[Account], candidate: Policy, mode: Mode, now: datetime
) -> Preview:
    """What the candidate would change for the accounts, which are read lazily. The bound of the breaker is the smaller
    one of both policies, so that no policy allows itself more."""
    present = in_force(services.policies)
    comparison = _Comparison(services.tallies, services.timeline, candidate, present, now)
    judged, changed = 0, list[Affected]()
    with ThreadPoolExecutor(READERS) as readers:
        for batch in _batches(filter(_has_counts, accounts)):
            judged += len(batch)
            changed += filter(None, readers.map(comparison.of, batch))
    breaker = services.control.breaker(hour_of(now))
    return Preview(
        candidate=candidate,
        present=present,
        mode=mode,
        bound=min(breaker.usual_bound(policy) for policy in (candidate, present or DEFAULT)),
        judged=judged,
        affected=sorted(changed, key=lambda account: account.risk, reverse=True),
    )


def _has_counts(account: Account) -> bool:
    """Whether a policy can say something of the account: it was judged before, and was not disabled by staff."""
    if account.assessment is None or account.is_closed:
        return False
    return account.assessment.breaks_rule or account.status is not Status.DISABLED


def _batches(accounts: Iterable[Account]) -> Iterator[list[Account]]:
    remaining = iter(accounts)
    return iter(lambda: list(islice(remaining, BATCH)), [])


def _day_judged(timeline: Timeline, account: Account, now: datetime) -> date | None:
    """The day as of which the account is judged; None where staff disabled it."""
    if account.status is not Status.DISABLED:
        return account.after_last_decision(now).date()
    disabled = last_change(reversed(read_history(timeline, account.id, Topic.STANDING).entries))
    return disabled.at.date() if disabled and isinstance(disabled.facts, Disabled) else None
