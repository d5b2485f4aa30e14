"""Reads the evidence that a decision about an account needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from permille.domain.account.account import Account
from permille.domain.rules.backlog import Backlog
from permille.domain.rules.breaker import hour_of
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.needs import days_needed_from, evidence_of_tallies, needs
from permille.domain.timeline.kinds.corrections import counting
from permille.domain.timeline.timeline import BEGINNING
from permille.domain.values.errors import ServiceError
from permille.domain.values.status import Status
from permille.observability import emit
from permille.usecases.enforcement.enforce_services import EnforceServices

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EvidenceReader:
    """Reads evidence, as far as `rules` need it."""

    services: EnforceServices
    rules: Rules

    def read(self, account: Account, now: datetime) -> Evidence:
        """Reads no more than the decision needs. The backlog is read before the tallies that it is compared with, so
        that each message is in one of them, or in both."""
        first = days_needed_from(account, self.rules, now)
        if first is None:
            return Evidence()
        days = self.services.tallies.days(account.id, account.epoch, first)
        evidence = evidence_of_tallies(account, days, self.rules, now)
        wanted = needs(account, evidence, self.rules, now)
        if wanted.backlog:
            backlog = self._backlog(account, now)
            days = self.services.tallies.days(account.id, account.epoch, first)
            if days != evidence.days:
                evidence = evidence_of_tallies(account, days, self.rules, now)
                wanted = needs(account, evidence, self.rules, now)
            evidence = replace(evidence, backlog=backlog)
        if wanted.breaker_position:
            evidence = self._with_breaker(evidence, now)
        if wanted.complaints_since:
            entries = self.services.timeline.since(account.id, wanted.complaints_since)
            evidence = replace(evidence, complaints=counting(entries))
        return evidence

    def _backlog(self, account: Account, now: datetime) -> Backlog:
        """The age of the backlog is read only where the decision may switch the account on."""
        messages = _or_unknown(self.services.feedback_backlog.size, None)
        oldest = None if account.status is Status.ACTIVE else self._oldest_sent_at(messages, now)
        return Backlog(messages, oldest, self.services.heartbeat.last())

    def _oldest_sent_at(self, messages: int | None, now: datetime) -> datetime | None:
        """None where no message waits. Messages of unknown age are taken for old ones."""
        if_unknown = BEGINNING if messages != 0 else None
        return _or_unknown(lambda: self.services.feedback_backlog.oldest_sent_at(now), if_unknown)

    def _with_breaker(self, evidence: Evidence, now: datetime) -> Evidence:
        """Adds the position of the breaker, and its bounds in this hour."""
        policy = self.rules.policy
        state = self.services.control.breaker(hour_of(now))
        bound, second = (state.bound(policy), state.second_bound(policy)) if policy else (0, 0)
        second = second if state.passed < second else 0
        return replace(evidence, breaker_position=state.position(bound), bound=bound, second_bound=second)


def _or_unknown(ask: Callable[[], T], if_unknown: T) -> T:
    """The answer; `if_unknown` where the queue cannot be read. An unknown backlog holds a decision as long as a full
    one."""
    try:
        return ask()
    except ServiceError as error:
        emit("backlog.unknown", why=str(error))
        return if_unknown
