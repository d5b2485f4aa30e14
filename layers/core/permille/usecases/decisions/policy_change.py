"""A policy is put in force: what it would change is looked at before, and the system timeline tells of it after."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Protocol

from permille.domain.account.account import Account
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.policy.policy_file import parse_policy, policy_data
from permille.domain.rules.breaker import hour_of
from permille.domain.rules.policy_history import PolicyHistory
from permille.domain.rules.policy_preview import Affected, Preview, affected
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.system import PolicySet
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import SYSTEM, only, system_entry
from permille.domain.values.errors import DecisionRefused, Failed, InvalidPolicy, ServiceError
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import first_day
from permille.observability import emit
from permille.ports.accounts import Control
from permille.ports.history import Tallies, Timeline
from permille.ports.operator import AllTimelines, PolicyDocument
from permille.reading.spans import last_change
from permille.usecases.history import read_history

READERS = 8  # tallies that are read at once
BATCH = 200  # accounts that are held at once


class PolicyServices(Protocol):
    @property
    def control(self) -> Control: ...

    @property
    def policies(self) -> PolicyDocument: ...

    @property
    def tallies(self) -> Tallies: ...

    @property
    def timeline(self) -> AllTimelines: ...


def in_force(policies: PolicyDocument) -> Policy | None:
    """As it is stored now; None where it cannot be understood, and nobody is judged."""
    text = policies.text()
    try:
        return DEFAULT if text is None else parse_policy(text)
    except InvalidPolicy:
        return None


# ---------------------------------------------------------------- preview


@dataclass(frozen=True, slots=True)
class _Comparison:
    tallies: Tallies
    timeline: Timeline
    candidate: Policy
    present: Policy | None
    now: datetime

    def of(self, account: Account) -> Affected | None:
        """Of a disabled account: what both policies say of its mail as it was on the day when a rule disabled it."""
        today = _day_judged(self.timeline, account, self.now)
        if today is None:
            return None
        policies = [policy for policy in (self.candidate, self.present) if policy]
        first = min(first_day(today, policy.window_days) for policy in policies)
        days = self.tallies.days(account.id, account.epoch, first)
        present = account.verdict(self.present, days, today) if self.present else None
        return affected(account, account.verdict(self.candidate, days, today), present, self.now)


def preview(
    services: PolicyServices, accounts: Iterable[Account], candidate: Policy, mode: Mode, now: datetime
) -> Preview:
    """What the candidate would change for the accounts, which are read as they are taken. The breaker's bound is the
    smaller one of both policies, so that no policy answers for itself."""
    present = in_force(services.policies)
    comparison = _Comparison(services.tallies, services.timeline, candidate, present, now)
    judged, found = 0, list[Affected]()
    with ThreadPoolExecutor(READERS) as readers:
        for batch in _batches(filter(_has_counts, accounts)):
            judged += len(batch)
            found += filter(None, readers.map(comparison.of, batch))
    breaker = services.control.breaker(hour_of(now))
    return Preview(
        candidate=candidate,
        present=present,
        mode=mode,
        bound=min(breaker.usual_bound(policy) for policy in (candidate, present or DEFAULT)),
        judged=judged,
        affected=sorted(found, key=lambda one: one.risk, reverse=True),
    )


def _has_counts(account: Account) -> bool:
    """Each complaint and each permanent bounce calls for a look. Whom a rule disabled had broken it at the last one."""
    if account.assessment is None or account.is_closed:
        return False
    return account.assessment.breaks_rule or account.status is not Status.DISABLED


def _batches(accounts: Iterable[Account]) -> Iterator[list[Account]]:
    remaining = iter(accounts)
    return iter(lambda: list(islice(remaining, BATCH)), [])


def _day_judged(timeline: Timeline, account: Account, now: datetime) -> date | None:
    """None for an account that something else than a rule disabled."""
    if account.status is not Status.DISABLED:
        return account.after_last_decision(now).date()
    disabled = last_change(reversed(read_history(timeline, account.id, Topic.STANDING).entries))
    return disabled.at.date() if disabled and isinstance(disabled.facts, Disabled) else None


# ---------------------------------------------------------------- set


def put_in_force(services: PolicyServices, previewed: Preview, text: str, by: str, now: datetime) -> None:
    """Stores the candidate, then writes the entry: an entry never tells what did not happen. What is stored and not
    told is seen by `PolicyHistory.is_told`. Raises Failed where it came to that, and DecisionRefused where somebody
    else was faster than the preview."""
    candidate, replaced = previewed.candidate, previewed.present
    facts = PolicySet(
        policy=candidate.id,
        replaced=replaced.id if replaced else "",
        numbers=policy_data(candidate),
        replaced_numbers=policy_data(replaced) if replaced else {},
        by=by,
    )
    if in_force(services.policies) != replaced:
        raise DecisionRefused("another policy was put in force meanwhile, and nothing was set: look again")
    services.policies.set(text)
    try:
        services.timeline.append(system_entry(now, facts))
    except ServiceError as error:
        raise Failed(
            f"the policy {candidate.id} is in force, and the timeline does not tell it: {error}; set it once more"
        ) from error
    emit("policy.set", policy=candidate.id, replaced=facts.replaced, by=by)


def policy_history(services: PolicyServices) -> PolicyHistory:
    entries = only(PolicySet, read_history(services.timeline, SYSTEM, Topic.STANDING).entries)
    return PolicyHistory(entries[::-1], in_force(services.policies))
