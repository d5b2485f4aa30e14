"""Fakes of the ports of the functions, in memory. They pass the same contract tests as the adapters (tests/aws), and
any call can be made to fail, before or after its effect."""

import hmac
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any, cast

from permille.addresses.mailbox import canonical_address
from permille.domain.account.account import Account
from permille.domain.account.correction import Correction, Void
from permille.domain.account.credential import ACTIVE, INACTIVE, Changes, Credential, DeactivatedKeys, SenderState
from permille.domain.account.versions import is_decision
from permille.domain.feedback.bounces import BounceRecord
from permille.domain.login.links import LinkRole
from permille.domain.login.revocation import Register
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.rules.breaker import BreakerChange, BreakerState, OpenBreaker, PassBreaker, ReturnPass
from permille.domain.sending.route import with_route_changes
from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password, Server
from permille.domain.sending.suppression import Addition, Detailed, Suppression, SuppressionReason, suppressed_by
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.access import AccessRevoked, LinkMade
from permille.domain.timeline.kinds.complaints import Reported, completed
from permille.domain.timeline.kinds.system import ModeEntered
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry_as_read
from permille.domain.values.errors import (
    Conflict,
    InvalidInput,
    RequestRejected,
    ServiceError,
    StillRunning,
    Unavailable,
)
from permille.domain.values.tally import Days, Tally
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.ports.accounts import LEASED_FOR, Lap, UnreadableAccount
from permille.ports.answers import KeyedRequest
from permille.ports.feedback import Count, CountResult, Sender
from permille.ports.history import ALL_ENTRIES, EntrySelection
from permille.ports.notifications import Mail
from permille.ports.paging import Page
from permille.ports.providers import Secret
from permille.reading.complaint_records import did

LAGGING = 200  # instants that IAM is remembered at


class When(StrEnum):
    BEFORE = "before"  # nothing happened
    AFTER = "after"  # it happened, and the answer was lost


class Killed(BaseException):
    """The run was cut off: nothing in the program gets to see it."""


@dataclass(slots=True)
class _Plan:
    name: str
    skip: int
    when: When
    error: BaseException


@dataclass(slots=True)
class Faults:
    """What is to go wrong, and which calls were made. Names are `port.method`; an empty one means any call."""

    calls: list[str] = field(default_factory=list)
    _plans: list[_Plan] = field(default_factory=list)
    _meanwhile: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    def fail(
        self,
        name: str = "",
        *,
        skip: int = 0,
        times: int = 1,
        when: When = When.BEFORE,
        error: BaseException | None = None,
    ) -> None:
        """The `times` next calls of that name fail, after `skip` that do not."""
        self._plans += [_Plan(name, skip, when, error or Unavailable(f"{name}: injected")) for _ in range(times)]

    def meanwhile(self, name: str, action: Callable[[], object]) -> None:
        """Runs `action` just before the next call of that name: somebody else was faster."""
        self._meanwhile.append((name, action))

    @property
    def none(self) -> bool:
        """Nothing is planned."""
        return not self._plans and not self._meanwhile

    def heal(self) -> None:
        """Nothing that was planned happens any more."""
        self._plans.clear()
        self._meanwhile.clear()

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        self.calls.append(name)
        for one in [one for one in self._meanwhile if one[0] == name][:1]:
            self._meanwhile.remove(one)
            one[1]()
        plan = self._due(name)
        if plan and plan.when is When.BEFORE:
            raise plan.error
        yield
        if plan:
            raise plan.error

    def _due(self, name: str) -> _Plan | None:
        for plan in [plan for plan in self._plans if plan.name in ("", name)]:
            if plan.skip == 0:
                self._plans.remove(plan)
                return plan
            plan.skip -= 1
        return None


@dataclass(slots=True)
class Rows:
    """The stored rows. Tests read and set them; the code only uses the ports."""

    accounts: dict[str, Account] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)  # ids of accounts whose rows were broken by hand
    leased_until: dict[str, datetime] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    markers: set[tuple[str, str]] = field(default_factory=set)
    tallies: dict[tuple[str, int, date], Tally] = field(default_factory=dict)
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    suppressing: dict[tuple[str, str], Suppression] = field(default_factory=dict)  # by account and identity
    voided: dict[tuple[str, str], Void] = field(default_factory=dict)  # by account and identity
    bounces: dict[tuple[str, str], BounceRecord] = field(default_factory=dict)  # by account and identity
    additions: dict[tuple[str, str], Addition] = field(default_factory=dict)  # by account and identity
    breaker: BreakerState = field(default_factory=BreakerState)
    passed: dict[str, int] = field(default_factory=dict)  # through the breaker, by hour
    lap: Lap = field(default_factory=Lap)
    mode: str = ""  # that was entered last
    link_registers: dict[tuple[LinkRole, str], Register] = field(default_factory=dict)  # by audience and name
    counted_at: datetime | None = None  # the heartbeat
    webhook: WebhookEndpoint | None = None
    answers: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = field(default_factory=dict)  # by sender and key
    running: set[tuple[str, str]] = field(default_factory=set)  # requests that run now, by sender and key
    faults: Faults = field(default_factory=Faults)

    def put(self, *entries: Entry) -> None:
        self.entries.update({(entry.account_id, entry.id): entry for entry in entries})

    def append(self, *entries: Entry) -> None:
        """As the adapters do: an entry that is there is never written over."""
        if there := [entry.id for entry in entries if (entry.account_id, entry.id) in self.entries]:
            raise Conflict(f"{there}: there is such an entry already")
        self.put(*entries)

    def told(self, account_id: str, kind: str = "") -> list[Entry]:
        """The account's entries, of that kind if one is named, oldest first."""
        of_account = sorted((entry for entry in self.entries.values() if entry.account_id == account_id), key=_id)
        return [entry for entry in of_account if kind in ("", entry.kind)]


def _id(one: Entry | BounceRecord) -> str:
    return one.id


class FakeLedger:
    """Implements `Ledger`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def senders_for(self, callers: Collection[str]) -> dict[str, Sender]:
        with self._rows.faults.call("ledger.senders_for"):
            return {caller: self._rows.senders[caller] for caller in callers if caller in self._rows.senders}

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> CountResult:  # noqa: ARG002
        """Markers do not expire here, and what fails is left to the next delivery at once."""
        assert len({count.identity for count in counts}) == len(counts), "identities must be distinct"
        new, known, failed = set[str](), set[str](), set[str]()
        if not counts:
            self._rows.counted_at = now
        for count in counts:
            marker = (count.account_id if count.entry or count.record else "", count.identity)
            try:
                with self._rows.faults.call("ledger.count"):
                    already = marker in self._rows.markers
                    if not already:
                        self._add(count.as_repeated if ("", count.once) in self._rows.markers else count, marker)
            except Unavailable:  # what the adapter could not count, it says
                failed.add(count.identity)
            else:
                (known if already else new).add(count.identity)
                self._rows.counted_at = now
        return CountResult(frozenset(new), frozenset(known), frozenset(failed))

    def _add(self, count: Count, marker: tuple[str, str]) -> None:
        self._rows.markers |= {marker} | ({("", count.once)} if count.once else set())
        key = (count.account_id, count.epoch, count.day)
        self._rows.tallies[key] = self._rows.tallies.get(key, Tally()) + count.tally
        if count.entry:
            self._rows.append(count.entry)
            if address := suppressed_by(count.entry):
                suppression = Suppression(address, count.entry.at, count.entry.id, SuppressionReason.COMPLAINT)
                self._rows.suppressing[count.account_id, count.identity] = suppression
        if card := count.record:
            self._rows.bounces[count.account_id, count.identity] = card
            if card.recipient:
                suppression = Suppression(card.recipient, card.at, card.id, SuppressionReason.BOUNCE)
                self._rows.suppressing[count.account_id, count.identity] = suppression

    @property
    def suppressions(self) -> "FakeSuppressions":
        return FakeSuppressions(self._rows)

    def add_mail_details(self, count: Count) -> None:
        with self._rows.faults.call("ledger.add_mail_details"):
            for entry in self._rows.told(count.account_id):
                if isinstance(entry.facts, Reported) and entry.facts.identity == count.identity and count.entry:
                    facts = completed(entry.data, cast("Reported", count.entry.facts)) or entry.data
                    at, kind = entry.at, entry.kind
                    self._rows.put(entry_as_read(count.account_id, entry.id, at, kind, entry.audience, facts))

    def mark_due(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        with self._rows.faults.call("ledger.mark_due"):
            account = self._rows.accounts.get(account_id)
            if account:
                self._rows.accounts[account_id] = replace(
                    account,
                    due_at=now,
                    revision=account.revision + 1,
                    bounced_at=now if bounced else account.bounced_at,
                )

    def mark_owner_mail(self, identity: str, entry: Entry, address: str) -> bool:
        with self._rows.faults.call("ledger.mark_owner_mail"):
            account = self._rows.accounts.get(entry.account_id)
            is_the_owners = not address or (account and address == canonical_address(account.owner_email))
            if not account or not is_the_owners or ("", identity) in self._rows.markers:
                return False
            self._rows.markers.add(("", identity))
            state = str(entry.data["state"])
            self._rows.accounts[account.id] = replace(account, owner_mail=state, revision=account.revision + 1)
            self._rows.append(entry)
            return True


class FakeAccounts:
    """Implements `Accounts` and `Leases`. Like the adapter it writes only what differs from what was read, and
    by a save nothing of the switch's."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, account_id: str) -> Account | None:
        with self._rows.faults.call("accounts.get"):
            if account_id in self._rows.unreadable:
                raise ValueError("Account: broken by hand")
            return self._rows.accounts.get(account_id)

    def is_voided(self, account_id: str, identity: str) -> bool:
        with self._rows.faults.call("accounts.is_voided"):
            return (account_id, identity) in self._rows.voided

    def due(self, now: datetime, limit: int) -> list[str]:
        with self._rows.faults.call("accounts.due"):
            due = [(one.due_at, one.id) for one in self._rows.accounts.values() if one.due_at and one.due_at <= now]
            return [account_id for _, account_id in sorted(due)][:limit]

    def page(self, after: str, limit: int) -> list[Account | UnreadableAccount]:
        with self._rows.faults.call("accounts.page"):
            unreadable = {name: UnreadableAccount(name, "broken by hand") for name in self._rows.unreadable}
            rows = sorted((self._rows.accounts | unreadable).items())
            return [account for account_id, account in rows if account_id > after][:limit]

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        with self._rows.faults.call("accounts.save"):
            account = with_route_changes(read, account, entries)
            different = _differences(read, account)
            if not different and not entries:
                return account
            stored = self._as_read(read, revision=read.revision)
            new = self._new_senders(read, account)
            passed = dict(self._rows.passed), self._rows.breaker
            try:
                for change in changes:
                    self._change(account.id, change)
                self._rows.append(*entries)
            except Conflict:
                self._rows.passed, self._rows.breaker = passed
                raise
            if account.epochs != read.epochs:
                self._rows.senders.update({one: Sender(one, account.id, account.epochs) for one in account.senders})
            self._rows.senders.update({one: Sender(one, account.id, account.epochs) for one in new})
            version = read.version + is_decision(read, account, entries)
            written = replace(stored, **different)
            self._rows.accounts[account.id] = replace(written, version=version, revision=read.revision + 1)
            return replace(account, version=version, revision=read.revision + 1)

    def _new_senders(self, read: Account, account: Account) -> list[str]:
        new = [one for one in account.senders if one not in read.senders]
        if any(one in self._rows.senders and self._rows.senders[one].account_id != account.id for one in new):
            raise Conflict(f"one of {new} is another's")
        return new

    def _change(self, account_id: str, change: BreakerChange | Correction) -> None:
        if isinstance(change, Correction):
            self._correct(account_id, change)
        else:
            self._change_breaker(change)

    def _change_breaker(self, change: BreakerChange) -> None:
        state = self._rows.breaker
        match change:
            case PassBreaker(hour, bound, beyond_doubt):
                passed = self._rows.passed.get(hour, 0)
                if passed >= bound or (state.opened_at and not beyond_doubt):
                    raise Conflict("the breaker is open, or full")
                self._rows.passed[hour] = passed + 1
            case OpenBreaker(at):
                if state.opened_at:
                    raise Conflict("the breaker is open already")
                self._rows.breaker = replace(state, opened_at=at)
            case ReturnPass(hour):
                self._rows.passed[hour] = self._rows.passed.get(hour, 0) - 1

    def _correct(self, account_id: str, correction: Correction) -> None:
        card, rows = (account_id, correction.identity), self._rows
        if card not in rows.markers or (card in rows.voided) == (correction.void is not None):
            raise Conflict(f"{card} is corrected so already, or not there")
        if correction.void:
            rows.voided[card] = correction.void
        else:
            del rows.voided[card]
        tally = (account_id, correction.epoch, correction.day)
        rows.tallies[tally] = rows.tallies.get(tally, Tally()) + Tally(complaints=correction.complaints)

    def add(self, account: Account, entries: Sequence[Entry]) -> Account:
        with self._rows.faults.call("accounts.add"):
            account = with_route_changes(None, account, entries)
            if account.id in self._rows.accounts or set(account.senders) & set(self._rows.senders):
                raise Conflict(f"{account.id} or one of its senders is there already")
            self._rows.accounts[account.id] = account
            self._rows.senders.update({one: Sender(one, account.id, account.epochs) for one in account.senders})
            self._rows.append(*entries)
            return account

    def acquire_lease(self, account: Account, deactivated: DeactivatedKeys, now: datetime) -> Account:
        with self._rows.faults.call("leases.acquire_lease"):
            stored = self._as_read(account, switch_generation=account.switch_generation)
            if (
                self._rows.leased_until.get(account.id, now) > now
                or stored.credential.lease != account.credential.lease
            ):
                raise Conflict(f"{account.id}: another run has the lease, or had it")
            self._rows.leased_until[account.id] = now + LEASED_FOR
            credential = replace(account.credential, deactivated=dict(deactivated), lease=account.credential.lease + 1)
            self._rows.accounts[account.id] = replace(stored, credential=credential)
            return replace(account, credential=credential)

    def release_lease(self, account: Account, credential: Credential) -> Account:
        with self._rows.faults.call("leases.release_lease"):
            stored = self._rows.accounts[account.id]
            if stored.credential.lease != account.credential.lease:
                raise Conflict(f"{account.id}: the lease is another's")
            self._rows.leased_until.pop(account.id, None)
            self._rows.accounts[account.id] = replace(stored, credential=credential)
            return self._rows.accounts[account.id]

    def _as_read(self, read: Account, **counters: int) -> Account:
        stored = self._rows.accounts.get(read.id)
        if stored is None or any(getattr(stored, name) != value for name, value in counters.items()):
            raise Conflict(f"{read.id}: somebody else wrote first")
        return stored


def _differences(read: Account, account: Account) -> dict[str, Any]:
    names = {one.name for one in fields(Account)} - {"version", "revision", "credential"}
    return {name: getattr(account, name) for name in names if getattr(account, name) != getattr(read, name)}


class FakeControl:
    """Implements `Control`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def breaker(self, hour: str) -> BreakerState:
        with self._rows.faults.call("control.breaker"):
            return replace(self._rows.breaker, passed=self._rows.passed.get(hour, 0))

    def lap(self) -> Lap:
        with self._rows.faults.call("control.lap"):
            return self._rows.lap

    def save_lap(self, lap: Lap) -> None:
        with self._rows.faults.call("control.save_lap"):
            self._rows.lap = lap
            if lap.done:
                self._rows.breaker = replace(self._rows.breaker, active_accounts=lap.active)

    def enter_mode(self, entry: TimelineEntry[ModeEntered]) -> None:
        with self._rows.faults.call("control.enter_mode"):
            if self._rows.mode != entry.facts.mode:
                self._rows.append(entry)
                self._rows.mode = entry.facts.mode


class FakeLinkRegister:
    """Implements `LinkRegister`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, audience: LinkRole, name: str) -> Register:
        with self._rows.faults.call("link_register.get"):
            return self._known(audience, name)

    def save(
        self,
        audience: LinkRole,
        name: str,
        read: Register,
        register: Register,
        entry: TimelineEntry[LinkMade | AccessRevoked],
    ) -> None:
        with self._rows.faults.call("link_register.save"):
            if self._known(audience, name) != read:
                raise Conflict(f"links for {audience}: somebody else wrote first")
            self._rows.append(entry)
            self._rows.link_registers[audience, ""] = replace(register, of_name=None)
            if name:
                self._rows.link_registers[audience, name] = register

    def _known(self, audience: LinkRole, name: str) -> Register:
        of_all = self._rows.link_registers.get((audience, ""), Register())
        of_name = self._rows.link_registers.get((audience, name), Register()) if name else Register()
        return replace(of_all, of_name=of_name.of_name)


@dataclass(slots=True)
class FakeTokenSigner:
    """Implements `TokenSigner`."""

    faults: Faults = field(default_factory=Faults)

    def sign(self, audience: LinkRole, message: bytes) -> bytes:
        with self.faults.call("signer.sign"):
            return self._mac(audience, message)

    def verify(self, audience: LinkRole, message: bytes, mac: bytes) -> bool:
        with self.faults.call("signer.verify"):
            return hmac.compare_digest(self._mac(audience, message), mac)

    def _mac(self, audience: LinkRole, message: bytes) -> bytes:
        return hmac.new(f"{audience}'s".encode(), message, sha256).digest()


@dataclass(slots=True)
class FakePolicies:
    """Implements `Policies`."""

    policy: Policy = DEFAULT
    faults: Faults = field(default_factory=Faults)

    def current(self) -> Policy:
        with self.faults.call("policies.current"):
            return self.policy


@dataclass(slots=True)
class DecisionServices:
    """Keeps `decisions.Services`."""

    accounts: FakeAccounts
    timeline: "FakeTimeline"
    policies: FakePolicies = field(default_factory=FakePolicies)


@dataclass(slots=True)
class FakeFeedbackBacklog:
    """Implements `FeedbackBacklog`."""

    messages: int = 0
    oldest: datetime | None = None  # when the oldest message was sent, where CloudWatch tells
    faults: Faults = field(default_factory=Faults)

    def size(self) -> int:
        with self.faults.call("feedback_backlog.size"):
            return self.messages

    def oldest_sent_at(self, now: datetime) -> datetime | None:  # noqa: ARG002
        with self.faults.call("feedback_backlog.oldest_sent_at"):
            return self.oldest


class FakeHeartbeat:
    """Implements `Heartbeat`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def last(self) -> datetime | None:
        with self._rows.faults.call("heartbeat.last"):
            return self._rows.counted_at


class FakeTallies:
    """Implements `Tallies`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def days(self, account_id: str, epoch: int, first: date) -> Days:
        with self._rows.faults.call("tallies.days"):
            rows = self._rows.tallies.items()
            return {day: tally for (its, e, day), tally in rows if (its, e) == (account_id, epoch) and day >= first}

    def by_epoch(self, account_id: str, first: date) -> dict[int, Days]:
        with self._rows.faults.call("tallies.by_epoch"):
            epochs: dict[int, dict[date, Tally]] = {}
            for (its, epoch, day), tally in self._rows.tallies.items():
                if its == account_id and day >= first:
                    epochs.setdefault(epoch, {})[day] = tally
            return dict(epochs)


class FakeTimeline:
    """Implements `Timeline` and `TimelineLog`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def append(self, entry: Entry) -> None:
        with self._rows.faults.call("timeline.append"):
            self._rows.append(entry)

    def since(self, account_id: str, at: datetime) -> list[Entry]:
        with self._rows.faults.call("timeline.since"):
            return [entry for entry in self._rows.told(account_id) if entry.at >= at]

    def latest(self, account_id: str, limit: int, before: str = "") -> Page[Entry]:
        with self._rows.faults.call("timeline.latest"):
            older = [entry for entry in self._rows.told(account_id)[::-1] if not before or entry.id < before]
            return Page.of(older, limit, _id)

    def about(self, account_id: str, topic: Topic, limit: int) -> Page[Entry]:
        with self._rows.faults.call("timeline.about"):
            return Page.of([one for one in self._rows.told(account_id)[::-1] if one.topic is topic], limit, _id)

    def page(self, account_id: str, after: str, limit: int, selection: EntrySelection = ALL_ENTRIES) -> Page[Entry]:
        with self._rows.faults.call("timeline.page"):
            entries = self._rows.told(account_id)[:: -1 if selection.newest_first else 1]
            theirs = [
                entry
                for entry in entries
                if selection.audience in (None, entry.audience)
                and (selection.since is None or entry.at >= selection.since)
                and (not after or (entry.id < after if selection.newest_first else entry.id > after))
            ]
            return Page.of(theirs, limit, _id)

    def get(self, account_id: str, entry_id: str) -> Entry | None:
        with self._rows.faults.call("timeline.get"):
            return self._rows.entries.get((account_id, entry_id))


@dataclass(slots=True)
class FakeQuarantine:
    """Implements `Quarantine` and `QuarantineAge`."""

    faults: Faults = field(default_factory=Faults)
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)  # by body: (reason, caller)
    last_came: dict[str, datetime] = field(default_factory=dict)  # by body

    def keep(self, body: str, reason: str, caller: str, now: datetime) -> None:
        with self.faults.call("quarantine.keep"):
            self.kept.setdefault(body, (reason, caller))
            self.last_came[body] = now

    def oldest(self) -> datetime | None:
        with self.faults.call("quarantine.oldest"):
            return min(self.last_came.values(), default=None)

    @property
    def reasons(self) -> list[str]:
        return [reason for reason, _ in self.kept.values()]


@dataclass(slots=True)
class User:
    keys: dict[str, str]
    denied: bool = False


@dataclass(slots=True)
class FakeSwitch:
    """Implements `CredentialSwitch`. It does what IAM does: where a test sets a `lag`, what is read is so old.
    `advance` says
    what time it is."""

    users: dict[str, User] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    lag: timedelta = timedelta()
    _now: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))
    _before: list[tuple[datetime, dict[str, User]]] = field(default_factory=list)  # as of the end of an instant

    def advance(self, now: datetime) -> None:
        """Time never goes back here."""
        if now > self._now:
            self._before = [*self._before[-LAGGING:], (self._now, deepcopy(self.users))]
            self._now = now

    def can_send(self, caller: str, key: str) -> bool:
        """Whether SES would take mail: an Inactive key is refused at login, a denied user at every message."""
        user = self.users.get(caller)
        return user is not None and user.keys.get(key) == ACTIVE and not user.denied

    def state_of(self, caller: str) -> SenderState | None:
        with self.faults.call("switch.state_of"):
            user = self._seen().get(caller)
            return SenderState(dict(user.keys), user.denied) if user else None

    def denied_senders(self) -> frozenset[str]:
        with self.faults.call("switch.denied_senders"):
            return frozenset(caller for caller, user in self._seen().items() if user.denied)

    def _seen(self) -> dict[str, User]:
        if not self.lag:
            return self.users
        old_enough = [users for at, users in self._before if at <= self._now - self.lag]
        return old_enough[-1] if old_enough else self.users

    def apply(self, caller: str, changes: Changes) -> None:
        with self.faults.call("switch.apply"):
            user = self.users.get(caller)
            if user is None:
                raise RequestRejected(f"{caller}: NoSuchEntity")
            wanted = dict.fromkeys(changes.deactivate, INACTIVE) | dict.fromkeys(changes.activate, ACTIVE)
            keys = {key: status for key, status in wanted.items() if key in user.keys}
            steps = [("switch.key", partial(user.keys.update, {key: status})) for key, status in keys.items()]
            if changes.deny is not None:
                step = ("switch.group", partial(setattr, user, "denied", changes.deny))
                steps.insert(0 if changes.deny else len(steps), step)
            if refused := [why for name, step in steps if (why := self._refusal(name, step))]:
                raise Unavailable("; ".join(refused))

    def _refusal(self, name: str, step: Callable[[], object]) -> str:
        try:
            with self.faults.call(name):
                step()
        except ServiceError as error:
            return str(error)
        return ""


class FakeBounces:
    """Implements `Bounces`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def latest(self, account_id: str, since: str, limit: int) -> Page[BounceRecord]:
        with self._rows.faults.call("bounces.latest"):
            return Page.of([card for card in self._of(account_id)[::-1] if card.id >= since], limit, _id)

    def page(self, account_id: str, after: str, limit: int, before: str = "") -> Page[BounceRecord]:
        with self._rows.faults.call("bounces.page"):
            behind = [one for one in self._of(account_id) if one.id > after and (not before or one.id <= before)]
            return Page.of(behind, limit, _id)

    def _of(self, account_id: str) -> list[BounceRecord]:
        return sorted((card for (its, _), card in self._rows.bounces.items() if its == account_id), key=_id)


class FakeSuppressions:
    """Implements `AllSuppressions`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def records(self, account_id: str) -> Iterator[Suppression]:
        with self._rows.faults.call("suppressions.records"):
            cards = [card for (theirs, _), card in self._rows.suppressing.items() if theirs == account_id]
        yield from sorted(cards, key=lambda card: card.entry_id)

    def identities_of(self, account_id: str, address: str) -> list[str]:
        with self._rows.faults.call("suppressions.identities_of"):
            cards = sorted(self._rows.suppressing.items())
            return [key[1] for key, card in cards if (key[0], card.address) == (account_id, address)]

    def complaints_about(self, account_id: str, message_id: str, address: str) -> dict[str, datetime]:
        with self._rows.faults.call("suppressions.complaints_about"):
            theirs = [one for one in self._rows.suppressing.items() if one[0][0] == account_id]
            cards = [(key, card) for key, card in theirs if card.reason is SuppressionReason.COMPLAINT]
            told = {key[1]: self._rows.entries[account_id, card.entry_id].data for key, card in cards}
            return {
                identity: datetime.fromisoformat(facts["reported_at"])
                for identity, facts in told.items()
                if (facts["message_id"], facts["recipient"]) == (message_id, address)
            }

    def lift(self, account_id: str, identities: Sequence[str], entry: Entry | None) -> None:
        with self._rows.faults.call("suppressions.lift"):
            if gone := [one for one in identities if (account_id, one) not in self._rows.suppressing]:
                raise Conflict(f"{gone} suppress nobody any more")
            for identity in identities:
                del self._rows.suppressing[account_id, identity]
            self._rows.append(*[entry] if entry else [])

    def detailed(self, account_id: str) -> Iterator[Detailed]:
        with self._rows.faults.call("suppressions.detailed"):
            cards = [(key, card) for key, card in self._rows.suppressing.items() if key[0] == account_id]
        yield from [Detailed(card, self._reason(key, card)) for key, card in cards]

    def _reason(self, key: tuple[str, str], card: Suppression) -> str:
        if key in self._rows.bounces:
            return self._rows.bounces[key].details.why_with_code
        if key in self._rows.additions:
            return self._rows.additions[key].reason
        told = self._rows.entries.get((key[0], card.entry_id))
        return did(told.facts) if told and isinstance(told.facts, Reported) else ""

    def added(self, account_id: str) -> frozenset[str]:
        with self._rows.faults.call("suppressions.added"):
            theirs = [card for (its, _), card in self._rows.suppressing.items() if its == account_id]
            return frozenset(card.address for card in theirs if card.reason is SuppressionReason.ADDED)

    def add(self, account_id: str, additions: Sequence[Addition], entry: Entry | None) -> None:
        with self._rows.faults.call("suppressions.add"):
            keys = {(account_id, one.identity): one for one in additions}
            if there := keys.keys() & self._rows.suppressing.keys():
                raise Conflict(f"{there} are added already")
            self._rows.append(*[entry] if entry else [])
            self._rows.additions.update(keys)
            self._rows.suppressing.update({key: one.suppression for key, one in keys.items()})


@dataclass(slots=True)
class FakeMailer:
    """Implements `Mailer`."""

    faults: Faults = field(default_factory=Faults)
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        with self.faults.call("mailer.send"):
            self.sent.append(mail)


@dataclass(slots=True)
class FakeBus:
    """Implements `EventBus`."""

    faults: Faults = field(default_factory=Faults)
    entries: list[Entry] = field(default_factory=list)
    zones: list[tzinfo] = field(default_factory=list)

    def publish(self, entry: Entry, zone: tzinfo) -> None:
        with self.faults.call("bus.publish"):
            self.entries.append(entry)
            self.zones.append(zone)


@dataclass(slots=True)
class FakeIdempotencyStore:
    """Implements `IdempotencyStore`."""

    faults: Faults = field(default_factory=Faults)
    done: set[str] = field(default_factory=set)

    def run_once(self, key: str, action: Callable[[], None]) -> None:
        with self.faults.call("idempotency.run_once"):
            if key not in self.done:
                action()
                self.done.add(key)

    def was_done(self, key: str) -> bool:
        with self.faults.call("idempotency.was_done"):
            return key in self.done


class FakeAnswerStore:
    """Implements `AnswerStore`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def answer_once(self, request: KeyedRequest, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        with self._rows.faults.call("answers.answer_once"):
            key = (request.sender, request.key)
            if key in self._rows.running:
                raise StillRunning("still runs")
            if key not in self._rows.answers:
                self._rows.answers[key] = (request.content, action())
            content, answer = self._rows.answers[key]
            if content != request.content:
                raise InvalidInput("was used for another request", "header.idempotency-key")
            return answer


@dataclass(slots=True)
class FakeRetryQueue:
    """Implements `RetryQueue`. `name`: by which its faults are injected."""

    faults: Faults = field(default_factory=Faults)
    jobs: list[tuple[str, str, str]] = field(default_factory=list)
    name: str = "retry_queue"

    def enqueue(self, account_id: str, entry_id: str, channel: str) -> None:
        with self.faults.call(f"{self.name}.enqueue"):
            self.jobs.append((account_id, entry_id, channel))


@dataclass(slots=True)
class FakeSmtpLoginCheck:
    """Implements `SmtpLoginCheck`. `logins`: the password of each server; what is not among them cannot be reached."""

    logins: dict[Server, str] = field(default_factory=dict, repr=False)
    faults: Faults = field(default_factory=Faults)

    def check(self, server: Server, password: Password) -> LoginFailure | None:
        with self.faults.call("login_check.check"):
            there = {(one.host, one.port) for one in self.logins}
            if (server.host, server.port) not in there:
                return LoginFailure(FailureReason.REFUSED)
            accepted = self.logins.get(server) == password.reveal()
            return None if accepted else LoginFailure(FailureReason.LOGIN, "535 5.7.8")


@dataclass(slots=True)
class FakeSecrets:
    """Implements `ListedSecrets`: like AWS it keeps two versions of each, the current one last."""

    kept: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)  # by account: passwords by version
    faults: Faults = field(default_factory=Faults)
    name: str = "secrets"
    written_at: datetime = datetime(2026, 3, 1, tzinfo=UTC)  # when the secrets were last written
    _put: int = 0

    def put(
        self,
        account_id: str,
        server: Server,  # noqa: ARG002
        password: Password,
        keep: Secret | None,
        version: str = "",
    ) -> Secret:
        with self.faults.call(f"{self.name}.put"):
            self._put += 1
            new = version or f"{'r' if self.name == 'requested' else 'v'}-{self._put}"
            versions = self.kept.setdefault(account_id, {})
            if keep and keep.version in versions:
                versions[keep.version] = versions.pop(keep.version)
            versions.setdefault(new, password.reveal())
            for old in list(versions)[:-2]:
                del versions[old]
            return Secret(account_id, new)

    def get(self, secret: Secret) -> Password | None:
        with self.faults.call(f"{self.name}.get"):
            found = self.kept.get(secret.arn, {}).get(secret.version)
            return Password(found) if found else None

    def delete(self, account_id: str) -> bool:
        with self.faults.call(f"{self.name}.delete"):
            return self.kept.pop(account_id, None) is not None

    def listed(self) -> Iterator[tuple[str, datetime]]:
        with self.faults.call(f"{self.name}.listed"):
            yield from [(account_id, self.written_at) for account_id in self.kept]
