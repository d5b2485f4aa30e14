"""Looks at the accounts that are due, decides, writes it down, and makes the SMTP credential agree with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from permille.domain.account.account import Account
from permille.domain.rules import bounce_notices
from permille.domain.rules.backlog import Backlog
from permille.domain.rules.breaker import hour_of
from permille.domain.rules.decide import decide
from permille.domain.rules.decision import Evidence, Outcome, Rules
from permille.domain.rules.needs import days_needed_from, judged, needs
from permille.domain.timeline.kinds.corrections import counting
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import Conflict, ServiceError, Unavailable
from permille.domain.values.status import Mode, Status
from permille.observability import emit, emit_amounts, logger
from permille.ports.accounts import Accounts, Control, Policies
from permille.ports.feedback import FeedbackBacklog, Heartbeat, QuarantineAge
from permille.ports.history import Bounces, Tallies, Timeline
from permille.usecases.enforcement.retire_credential import retire_credential
from permille.usecases.enforcement.sweep import SweepServices, sweep
from permille.usecases.enforcement.switching import CredentialServices, sync_credential

T = TypeVar("T")
AT_MOST = 500
ATTEMPTS = 5
PAUSE = 0.1  # seconds more before each further one
RESERVE = timedelta(seconds=15)  # of the time left: no account is begun with less
HELD_FOR_LONG = timedelta(hours=1)  # there is an alarm


@dataclass(frozen=True, slots=True)
class EnforceServices:
    """What enforcing needs of the outside. `code`: the version of the program, for the records."""

    accounts: Accounts
    switching: CredentialServices
    tallies: Tallies
    timeline: Timeline
    bounces: Bounces
    policies: Policies
    control: Control
    feed: FeedbackBacklog
    heartbeat: Heartbeat
    quarantine: QuarantineAge
    mode: Mode
    code: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: accounts looked at, decisions written as entries, those that could not be seen to, and those for
    which there was no time; they stay due."""

    looked_at: int = 0
    entries: int = 0
    failed: int = 0
    left: int = 0
    swept: int = 0


def enforce_due(services: EnforceServices, now: datetime, time_left: Callable[[], timedelta]) -> Run:
    """The schedule's run: whoever is due, the longest due first; then a piece of the hourly sweep, and at once whoever
    it finds."""
    run = _Running(services, now, time_left)
    run.process(services.accounts.due(now, AT_MOST))
    run.sweep()
    return run.end()


def enforce(
    services: EnforceServices, account_ids: Iterable[str], now: datetime, time_left: Callable[[], timedelta]
) -> Run:
    """Sees to these accounts. One that cannot be seen to stays due and does not keep the others waiting."""
    run = _Running(services, now, time_left)
    run.process(account_ids)
    return run.end()


@dataclass
class _Running:
    """A run: what it asks for once, and what it did."""

    services: EnforceServices
    now: datetime
    time_left: Callable[[], timedelta]
    did: Run = field(default_factory=Run)

    def __post_init__(self) -> None:
        self._began_with = self.time_left()

    def _by_now(self) -> datetime:
        """The time as the run goes on."""
        return self.now + (self._began_with - self.time_left())

    @cached_property
    def rules(self) -> Rules:
        """A policy that cannot be read holds all verdicts; switches are seen to all the same."""
        policy = None
        try:
            policy = self.services.policies.current()
        except ServiceError as error:
            emit("policy.unreadable", why=str(error))
        return Rules(policy, self.services.mode, self.services.code)

    def end(self) -> Run:
        others = {name: getattr(self.did, name) for name in Run.__slots__ if name != "failed"}
        emit_amounts("enforcement.run", {"failed": self.did.failed}, **others)
        return self.did

    def sweep(self) -> None:
        services = SweepServices(self.services.accounts, self.services.switching.switch, self.services.control)
        try:
            swept, found = sweep(services, self.rules, self.now, self._in_time)
        except ServiceError as error:
            emit("sweep.failed", why=str(error))
            return
        self.did = replace(self.did, swept=swept)
        self.process(found)

    def _in_time(self) -> bool:
        return self.time_left() > RESERVE

    def process(self, account_ids: Iterable[str]) -> None:
        for account_id in account_ids:
            did = self.did
            if not self._in_time():
                self.did = replace(did, left=did.left + 1)
                continue
            self.did = replace(did, looked_at=did.looked_at + 1)
            try:
                self._process(account_id)
            except ServiceError as error:
                emit("account.enforce_failed", account=account_id, why=str(error))
                self.did = replace(self.did, failed=self.did.failed + 1)
            except Exception as error:  # noqa: BLE001 - a row that nobody understands keeps no other waiting
                logger.exception("account.enforce_failed", account=account_id)
                emit("account.enforce_failed", account=account_id, why=repr(error))
                self.did = replace(self.did, failed=self.did.failed + 1)

    def _process(self, account_id: str) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                self.services.switching.pause(PAUSE * attempt)
            account = self.services.accounts.get(account_id)
            if account is None:
                return
            try:
                self._decide_and_switch(account)
            except Conflict as conflict:  # somebody wrote in between: what was decided may no longer be right
                emit("account.conflict", account=account_id, why=str(conflict))
            else:
                return
        raise Unavailable(f"{account_id}: others kept writing")

    def _decide_and_switch(self, account: Account) -> None:
        now = account.after_last_decision(self.now)
        evidence = self._gather(account, now)

        outcome = self._with_bounces(decide(account, evidence, self.rules, now), now)
        outcome = self._due_by_clock(outcome, now)

        saved = self.services.accounts.save(account, outcome.account, outcome.entries, *outcome.changes)
        self.did = replace(self.did, entries=self.did.entries + len(outcome.entries))
        for entry in outcome.entries:
            emit(f"account.{entry.kind}", account=account.id, entry=entry.id)
        if saved.hold and now - saved.hold.since >= HELD_FOR_LONG:
            emit("account.held_long", account=account.id, why=saved.hold.why)
        if not saved.in_sync:
            saved = sync_credential(self.services.switching, saved, self._by_now)
        retire_credential(self.services.accounts, self.services.switching, saved, self._by_now)

    def _with_bounces(self, outcome: Outcome, now: datetime) -> Outcome:
        """Whether its bounces can be read keeps no account from being judged."""
        account = outcome.account
        if span := bounce_notices.untold(account, now):
            after, before = id_at(span.since), id_at(span.until)
            try:
                page = self.services.bounces.page(account.id, after, bounce_notices.MOST_COLLECTED, before)
            except ServiceError as error:
                emit("bounces.unread", account=account.id, why=str(error))
                return bounce_notices.unread(outcome, now)
            outcome = bounce_notices.told(outcome, span, page.items, now, more=bool(page.next))
        return bounce_notices.looked_at_again(outcome)

    def _due_by_clock(self, outcome: Outcome, now: datetime) -> Outcome:
        """`now` is ahead of the clock where the last decision was: due now is due by the clock."""
        if outcome.account.due_at != now:
            return outcome
        return replace(outcome, account=replace(outcome.account, due_at=self.now))

    def _gather(self, account: Account, now: datetime) -> Evidence:
        """What waits is asked for before the tallies are read that it is held against: a message is in the one, the
        other, or both."""
        first = days_needed_from(account, self.rules, now)
        if first is None:
            return Evidence()
        days = self.services.tallies.days(account.id, account.epoch, first)
        evidence = judged(account, days, self.rules, now)
        wanted = needs(account, evidence, self.rules, now)
        if wanted.backlog:
            backlog = self._backlog(account, now)
            days = self.services.tallies.days(account.id, account.epoch, first)
            if days != evidence.days:
                evidence = judged(account, days, self.rules, now)
                wanted = needs(account, evidence, self.rules, now)
            evidence = replace(evidence, backlog=backlog)
        if wanted.breaker_position:
            evidence = self._with_brake(evidence, now)
        if wanted.complaints_since:
            entries = self.services.timeline.since(account.id, wanted.complaints_since)
            evidence = replace(evidence, complaints=counting(entries))
        return evidence

    def _backlog(self, account: Account, now: datetime) -> Backlog:
        """For how long something waits is asked only where somebody may be switched on."""
        feed = self.services.feed
        messages = _or_unknown(feed.size)
        oldest = _or_unknown(lambda: feed.oldest_sent_at(now)) if account.status is not Status.ACTIVE else None
        return Backlog(messages, oldest, self.services.heartbeat.last())

    def _with_brake(self, evidence: Evidence, now: datetime) -> Evidence:
        """How the breaker stands, how many may pass in this hour, and how many beyond doubt."""
        policy = self.rules.policy
        state = self.services.control.breaker(hour_of(now))
        bound, second = (state.bound(policy), state.second_bound(policy)) if policy else (0, 0)
        second = second if state.passed < second else 0
        return replace(evidence, breaker_position=state.breaker_position(bound), bound=bound, second_bound=second)


def _or_unknown(ask: Callable[[], T]) -> T | None:
    """The answer; None where the queue cannot be asked, which stops no decision for longer than a full one."""
    try:
        return ask()
    except ServiceError as error:
        emit("backlog.unknown", why=str(error))
        return None
