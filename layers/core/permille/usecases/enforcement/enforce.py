"""Enforces the policy: reads each account that is due, decides, saves the decision, and switches the credential."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from permille.domain.account.account import Account
from permille.domain.rules import bounce_notices
from permille.domain.rules.evidence import Rules
from permille.domain.rules.outcome import Outcome
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import Conflict, ServiceError, Unavailable
from permille.observability import emit, emit_amounts, logger
from permille.usecases.enforcement.denials import decide_with_denial
from permille.usecases.enforcement.enforce_services import EnforceServices
from permille.usecases.enforcement.evidence import EvidenceReader
from permille.usecases.enforcement.retire_credential import retire_credential
from permille.usecases.enforcement.sweep import SweepServices, sweep
from permille.usecases.enforcement.switching import sync_credential

MAX_DUE = 500  # accounts of one run
ATTEMPTS = 5
PAUSE = 0.1  # seconds before the second attempt; as many more before each further one
RESERVE = timedelta(seconds=15)  # with less time left, no further account is begun
HELD_FOR_LONG = timedelta(hours=1)  # longer holds are counted by a metric, which has an alarm


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did.

    looked_at: accounts that were processed
    entries: entries that were written
    failed: accounts that could not be processed; they stay due
    left: accounts for which there was no time; they stay due
    swept: accounts that the sweep looked at
    """

    looked_at: int = 0
    entries: int = 0
    failed: int = 0
    left: int = 0
    swept: int = 0


def enforce_due(services: EnforceServices, now: datetime, time_left: Callable[[], timedelta]) -> Run:
    """The run of the schedule: processes the accounts that are due, longest due first; then a part of the hourly sweep,
    and the accounts that it finds due."""
    run = _EnforceRun(services, now, time_left)
    run.process(services.accounts.due(now, MAX_DUE))
    run.sweep()
    return run.end()


def enforce(
    services: EnforceServices, account_ids: Iterable[str], now: datetime, time_left: Callable[[], timedelta]
) -> Run:
    """The run of the stream: processes these accounts. One that fails stays due, and does not stop the others."""
    run = _EnforceRun(services, now, time_left)
    run.process(account_ids)
    return run.end()


@dataclass
class _EnforceRun:
    """A run in progress. It reads the policy once."""

    services: EnforceServices
    now: datetime
    time_left: Callable[[], timedelta]
    result: Run = field(default_factory=Run)

    def __post_init__(self) -> None:
        self._began_with = self.time_left()

    def _by_now(self) -> datetime:
        """The current time: `now` is when the run began."""
        return self.now + (self._began_with - self.time_left())

    @cached_property
    def rules(self) -> Rules:
        """The rules; without a policy where it cannot be read: then no verdict is acted on, and credentials are
        switched all the same."""
        policy = None
        try:
            policy = self.services.policies.current()
        except ServiceError as error:
            emit("policy.unreadable", why=str(error))
        return Rules(policy, self.services.mode, self.services.code)

    def end(self) -> Run:
        others = {name: getattr(self.result, name) for name in Run.__slots__ if name != "failed"}
        emit_amounts("enforcement.run", {"failed": self.result.failed}, **others)
        return self.result

    def sweep(self) -> None:
        services = SweepServices(self.services.accounts, self.services.switching.switch, self.services.control)
        try:
            swept, due = sweep(services, self.rules, self.now, self._in_time)
        except ServiceError as error:
            emit("sweep.failed", why=str(error))
            return
        self.result = replace(self.result, swept=swept)
        self.process(due)

    def _in_time(self) -> bool:
        return self.time_left() > RESERVE

    def process(self, account_ids: Iterable[str]) -> None:
        for account_id in account_ids:
            if not self._in_time():
                self.result = replace(self.result, left=self.result.left + 1)
                continue
            self.result = replace(self.result, looked_at=self.result.looked_at + 1)
            try:
                self._process(account_id)
            except ServiceError as error:
                emit("account.enforce_failed", account=account_id, why=str(error))
                self.result = replace(self.result, failed=self.result.failed + 1)
            except Exception as error:  # noqa: BLE001 - one malformed row must not stop the others
                logger.exception("account.enforce_failed", account=account_id)
                emit("account.enforce_failed", account=account_id, why=repr(error))
                self.result = replace(self.result, failed=self.result.failed + 1)

    def _process(self, account_id: str) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                self.services.switching.pause(PAUSE * attempt)
            account = self.services.accounts.get(account_id)
            if account is None:
                return
            try:
                self._decide_and_switch(account)
            except Conflict as conflict:  # written meanwhile: the decision may be outdated
                emit("account.conflict", account=account_id, why=str(conflict))
            else:
                return
        raise Unavailable(f"{account_id}: others kept writing")

    def _decide_and_switch(self, account: Account) -> None:
        now = account.after_last_decision(self.now)
        evidence = EvidenceReader(self.services, self.rules).read(account, now)

        decided = decide_with_denial(self.services.switching.switch, account, evidence, self.rules, now)
        outcome = self._with_bounces(decided, now)
        outcome = self._due_by_clock(outcome, now)

        saved = self.services.accounts.save(account, outcome.account, outcome.entries, *outcome.changes)
        self.result = replace(self.result, entries=self.result.entries + len(outcome.entries))
        for entry in outcome.entries:
            emit(f"account.{entry.kind}", account=account.id, entry=entry.id)
        if saved.hold and now - saved.hold.since >= HELD_FOR_LONG:
            emit("account.held_long", account=account.id, why=saved.hold.why)
        if not saved.in_sync:
            saved = sync_credential(self.services.switching, saved, self._by_now)
        retire_credential(self.services.accounts, self.services.switching, saved, self._by_now)

    def _with_bounces(self, outcome: Outcome, now: datetime) -> Outcome:
        """Adds a notice of bounces. Where they cannot be read, the account is judged all the same."""
        account = outcome.account
        if span := bounce_notices.unreported_span(account, now):
            after, before = id_at(span.since), id_at(span.until)
            try:
                page = self.services.bounces.page(account.id, after, bounce_notices.MOST_COLLECTED, before)
            except ServiceError as error:
                emit("bounces.unread", account=account.id, why=str(error))
                return bounce_notices.still_due(outcome, now)
            outcome = bounce_notices.with_report(outcome, span, page.items, now, more=bool(page.next))
        return bounce_notices.due_for_report(outcome)

    def _due_by_clock(self, outcome: Outcome, now: datetime) -> Outcome:
        """`now` is ahead of the clock where the last decision was ahead; an account that is due at `now` is due by the
        clock."""
        if outcome.account.due_at != now:
            return outcome
        return replace(outcome, account=replace(outcome.account, due_at=self.now))
