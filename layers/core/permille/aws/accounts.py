"""The accounts' rows: each changed with its timeline entries in one transaction, on condition of what was read."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from permille.aws.client import service_error
from permille.aws.control import BREAKER, hour_row, more_passed
from permille.aws.corrections import Corrections
from permille.aws.indexes import exemption_of, index_keys, look_of, look_row
from permille.aws.models import (
    AccountRow,
    ControlRow,
    EntryRow,
    SenderRow,
    append,
    code_of,
    conflicts,
    connection_of,
    on_table,
    table_call,
)
from permille.aws.rows import DUE, account_due, instant, instant_of, known_of
from permille.domain.account.account import Account, RouteChanges, is_decision
from permille.domain.account.correction import Correction
from permille.domain.account.credential import Credential, DeactivatedKeys, Denial, Renewal
from permille.domain.account.owner_acts import OwnerActs
from permille.domain.account.provider import Provider
from permille.domain.account.restrictions import Exemption, Hold, Recheck
from permille.domain.account.second_chance import RequestedDay, Review, ReviewState, Trial, TrialState
from permille.domain.rules.breaker import BreakerChange, OpenBreaker, PassBreaker, ReturnPass
from permille.domain.sending.route import with_route_changes
from permille.domain.timeline.kinds.system import SenderIgnored, SenderUnignored
from permille.domain.timeline.timeline import Entry, TimelineEntry
from permille.domain.values.errors import Conflict
from permille.domain.values.status import HoldReason, Status
from permille.ports.feedback import Sender

RELEASES, PAUSE = 5, 0.05  # tries, and seconds more before each further one
LEASED_FOR = timedelta(seconds=75)  # longer than the function's time limit: who holds a lease is alive
COUNTERS = ("version", "revision")
# The switch's own: no save ever writes them.
OF_SWITCH = ("deactivated", "applied", "applied_at", "observed", "lease")


class DynamoAccounts:
    """Implements `AllAccounts` and `Leases`."""

    def __init__(
        self,
        *,
        accounts: str,
        senders: str = "",
        timeline: str = "",
        control: str = "",
        tallies: str = "",
        complaints: str = "",
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pause = pause
        self._accounts = on_table(AccountRow, accounts)
        self._senders = on_table(SenderRow, senders)
        self._entries = on_table(EntryRow, timeline)
        self._control = on_table(ControlRow, control)
        self._corrections = Corrections(tallies=tallies, complaints=complaints)

    def get(self, account_id: str) -> Account | None:
        with table_call(f"reading {account_id}"):
            try:
                return account_of(self._accounts.get(account_id, consistent_read=True))
            except self._accounts.DoesNotExist:
                return None

    def all(self) -> Iterator[Account]:
        with table_call("reading the accounts"):
            yield from map(account_of, self._accounts.scan())

    def page(self, after: str, limit: int) -> list[Account]:
        start = {"account_id": {"S": after}} if after else None
        with table_call("reading some of the accounts"):
            rows = self._accounts.scan(consistent_read=True, limit=limit, last_evaluated_key=start)
            return [account_of(row) for row in rows]

    def owner_of(self, caller: str) -> str:
        with table_call(f"reading {caller}"):
            try:
                return self._senders.get(caller, consistent_read=True).account_id or ""
            except self._senders.DoesNotExist:
                return ""

    def ignored(self) -> Iterator[Sender]:
        with table_call("reading who is ignored"):
            for row in self._senders.scan(SenderRow.ignored.exists()):
                yield Sender(row.caller_identity, "", ignored=row.ignored)

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        facts = entry.facts
        row = self._senders(facts.sender, ignored=facts.reason, ignored_by=facts.by, ignored_at=instant(entry.at))
        with conflicts(f"ignoring {facts.sender}"), self._transaction() as transaction:
            transaction.save(row, condition=SenderRow.account_id.does_not_exist())
            append(transaction, self._entries, entry)

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        sender = entry.facts.sender
        with conflicts(f"ignoring {sender} no more"), self._transaction() as transaction:
            transaction.delete(self._senders(sender), condition=SenderRow.ignored.exists())
            append(transaction, self._entries, entry)

    def is_voided(self, account_id: str, identity: str) -> bool:
        with table_call(f"reading the record of {identity}"):
            return self._corrections.voided(account_id, identity)

    def due(self, now: datetime, limit: int) -> list[str]:
        index = self._accounts.due_index
        with table_call("asking who is due"):
            rows = index.query(DUE, AccountRow.due_at <= instant(now), limit=limit)
            return [row.account_id for row in rows]

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        account = with_route_changes(read, account, entries)
        actions = _changes(read, account)
        if not actions and not entries:
            return account
        saved = replace(account, version=read.version + is_decision(read, account, entries), revision=read.revision + 1)
        actions += [AccountRow.version.set(saved.version), AccountRow.revision.set(saved.revision)]
        with conflicts(f"writing {account.id}"), self._transaction() as transaction:
            unchanged = AccountRow.revision == read.revision
            transaction.update(self._accounts(account.id), actions=actions, condition=unchanged)
            for entry in entries:
                append(transaction, self._entries, entry)
            if account.epochs != read.epochs:
                self._begin_epoch(transaction, account)
            self._name_new_senders(transaction, read, account)
            for change in changes:
                self._change(transaction, account.id, change)
        return saved

    def _begin_epoch(self, transaction: TransactWrite, account: Account) -> None:
        epochs = SenderRow.epochs.set(_row(account)["epochs"])
        for caller in account.senders:
            transaction.update(self._senders(caller), actions=[epochs], condition=SenderRow.account_id == account.id)

    def _name_new_senders(self, transaction: TransactWrite, read: Account, account: Account) -> None:
        """One that was the account's before is its own again."""
        free = SenderRow.caller_identity.does_not_exist() | (SenderRow.account_id == account.id)
        for caller in account.senders:
            if caller not in read.senders:
                sender = self._senders(caller, account_id=account.id, epochs=_row(account)["epochs"])
                transaction.save(sender, condition=free)

    def _change(self, transaction: TransactWrite, account_id: str, change: BreakerChange | Correction) -> None:
        closed = ControlRow.opened_at.does_not_exist()
        match change:
            case PassBreaker(hour, bound, beyond_doubt):
                fewer = ControlRow.passed.does_not_exist() | (ControlRow.passed < bound)
                transaction.update(self._control(hour_row(hour)), more_passed(hour, 1), condition=fewer)
                if not beyond_doubt:
                    transaction.condition_check(self._control, BREAKER, condition=closed)
            case OpenBreaker(at):
                opened = ControlRow.opened_at.set(instant(at))
                transaction.update(self._control(BREAKER), actions=[opened], condition=closed)
            case ReturnPass(hour):
                transaction.update(self._control(hour_row(hour)), more_passed(hour, -1))
            case Correction():
                self._corrections.write(transaction, account_id, change)

    def add(self, account: Account, entries: Sequence[Entry]) -> Account:
        account = with_route_changes(None, account, entries)
        with conflicts(f"adding {account.id}"), self._transaction() as transaction:
            row = self._accounts(**{name: value for name, value in _row(account).items() if value is not None})
            transaction.save(row, condition=AccountRow.account_id.does_not_exist())
            for caller in account.senders:
                sender = self._senders(caller, account_id=account.id, epochs=_row(account)["epochs"])
                transaction.save(sender, condition=SenderRow.caller_identity.does_not_exist())
            for entry in entries:
                append(transaction, self._entries, entry)
        return account

    def remove(self, account: Account) -> None:
        with conflicts(f"removing {account.id}"), self._transaction() as transaction:
            transaction.delete(self._accounts(account.id), condition=AccountRow.version == account.version)
            for caller in account.senders:
                transaction.delete(self._senders(caller), condition=SenderRow.account_id == account.id)

    def acquire_lease(self, account: Account, deactivated: DeactivatedKeys, now: datetime) -> Account:
        """By a transaction: where its answer is lost, its token lets it be repeated."""
        free = AccountRow.leased_until.does_not_exist() | (AccountRow.leased_until <= instant(now))
        never_since = AccountRow.lease == account.credential.lease
        nothing_else = AccountRow.switch_generation == account.switch_generation
        credential = replace(account.credential, deactivated=deactivated, lease=account.credential.lease + 1)
        actions: list[Any] = [
            AccountRow.leased_until.set(instant(now + LEASED_FOR)),
            AccountRow.lease.set(credential.lease),
            AccountRow.deactivated.set(_sorted(deactivated)),
        ]
        with conflicts(f"leasing {account.id}"), self._transaction() as transaction:
            condition = never_since & nothing_else & free
            transaction.update(self._accounts(account.id), actions=actions, condition=condition)
        return replace(account, credential=credential)

    def release_lease(self, account: Account, credential: Credential) -> Account:
        """Repeated it changes nothing, so that a plain update will do, which tells the row as it is now."""
        learned = {name: value for name, value in _credential_row(credential).items() if value is not None}
        actions: list[Any] = [AccountRow.leased_until.remove()]
        actions += [getattr(AccountRow, name).set(value) for name, value in learned.items()]
        row, code = self._accounts(account.id), ""
        for tried in range(RELEASES):
            if tried:
                self._pause(PAUSE * tried)
            try:
                row.update(actions=actions, condition=AccountRow.lease == account.credential.lease)
            except UpdateError as error:
                code = code_of(error)
                if code == "TransactionConflictException":  # somebody decides just now; nobody repeats it for us
                    continue
                what = f"releasing {account.id}"
                if code == "ConditionalCheckFailedException":
                    raise Conflict(f"{what}: {code}") from error
                raise service_error(what, error.cause) from error
            return account_of(row)
        raise Conflict(f"releasing {account.id}: {code}")

    def _transaction(self) -> TransactWrite:
        return TransactWrite(connection=connection_of(self._accounts))


def _row(account: Account) -> dict[str, Any]:
    due, due_at = account_due(account.due_at) if account.due_at else (None, None)
    return {
        "account_id": account.id,
        "owner_email": account.owner_email,
        "owner_name": account.owner_name,
        "timezone": account.timezone,
        "owner_mail": account.owner_mail,
        "senders": list(account.senders),
        "identities": list(account.identities),
        "status": str(account.status),
        "epochs": [instant(start) for start in account.epochs],
        "strikes": account.strikes,
        "would_disable": account.would_disable,
        "held": str(account.held),
        "held_since": instant(account.hold.since) if account.hold else None,
        "resumed_at": instant(account.hold.resumed_at) if account.hold and account.hold.resumed_at else None,
        "hold_needs_staff": account.hold is not None and account.hold.needs_staff,
        "hold_released": account.hold is not None and account.hold.released,
        "recheck": _as_texts(account.recheck),
        "reversed_at": instant(account.reversed_at) if account.reversed_at else None,
        "exemption": _as_texts(account.exemption),
        "review": _as_texts(account.review),
        "trial": _as_texts(account.trial),
        "provider": _as_texts(account.provider),
        "route_changes": _as_texts(account.route_changes),
        "missing": sorted(account.missing),
        "denial": _as_texts(account.denial),
        "renewal": _as_texts(account.renewal),
        "links_valid_since": instant(account.links_valid_since) if account.links_valid_since else None,
        "risks_accepted": dict(account.risks_accepted) or None,
        "owner_acts": _as_texts(account.owner_acts),
        "decided_at": instant(account.decided_at) if account.decided_at else None,
        "alerted_at": instant(account.alerted_at) if account.alerted_at else None,
        "bounced_at": instant(account.bounced_at) if account.bounced_at else None,
        "bounces_told_until": instant(account.bounces_told_until) if account.bounces_told_until else None,
        "told": sorted(account.told),
        "version": account.version,
        "revision": account.revision,
        "switch_generation": account.switch_generation,
        "due": due,
        "due_at": due_at,
        "look": look_row(account.look),
        **_credential_row(account.credential),
        **index_keys(account),
    }


def _credential_row(credential: Credential) -> dict[str, Any]:
    return {
        "deactivated": _sorted(credential.deactivated),
        "applied": credential.applied,
        "applied_at": instant(credential.applied_at) if credential.applied_at else None,
        "observed": credential.observed,
        "lease": credential.lease,
    }


def account_of(row: Any) -> Account:
    return Account(
        id=row.account_id,
        owner_email=row.owner_email,
        owner_name=row.owner_name,
        timezone=row.timezone,
        owner_mail=row.owner_mail or "",
        senders=tuple(row.senders),
        identities=tuple(row.identities or []),
        status=Status(row.status),
        epochs=tuple(datetime.fromisoformat(start) for start in row.epochs),
        strikes=int(row.strikes),
        would_disable=row.would_disable,
        hold=_hold(row),
        recheck=_recheck(row.recheck),
        reversed_at=instant_of(row.reversed_at),
        exemption=exemption_of(row.exemption),
        review=_review(row.review),
        trial=_trial(row.trial),
        provider=_provider(row.provider),
        route_changes=RouteChanges(**known_of(RouteChanges, row.route_changes or {})),
        missing=frozenset(row.missing or []),
        denial=_denial(row.denial),
        renewal=_renewal(row.renewal),
        links_valid_since=instant_of(row.links_valid_since),
        risks_accepted=row.risks_accepted or {},
        owner_acts=_owner_acts(row.owner_acts),
        decided_at=instant_of(row.decided_at),
        alerted_at=instant_of(row.alerted_at),
        bounced_at=instant_of(row.bounced_at),
        bounces_told_until=instant_of(row.bounces_told_until),
        told=frozenset(row.told),
        version=int(row.version),
        revision=int(row.revision),
        switch_generation=int(row.switch_generation),
        credential=_credential(row),
        due_at=instant_of(row.due_at),
        look=look_of(row.look),
    )


def _credential(row: Any) -> Credential:
    return Credential(
        deactivated={caller: frozenset(keys) for caller, keys in row.deactivated.items()},
        applied=int(row.applied),
        applied_at=instant_of(row.applied_at),
        observed=int(row.observed),
        lease=int(row.lease),
    )


def _hold(row: Any) -> Hold | None:
    if not row.held:
        return None
    return Hold(
        why=HoldReason(row.held),
        since=datetime.fromisoformat(row.held_since),
        resumed_at=instant_of(row.resumed_at),
        released=bool(row.hold_released),
        needs_staff=bool(row.hold_needs_staff),
    )


def _recheck(row: dict[str, Any] | None) -> Recheck | None:
    if row is None:
        return None
    at, disabled_at = (datetime.fromisoformat(row[name]) for name in ("at", "disabled_at"))
    return Recheck(at, disabled_at, passed=row.get("passed", True))


def _denial(row: dict[str, Any] | None) -> Denial | None:
    return Denial(tuple(row["senders"]), datetime.fromisoformat(row["since"])) if row else None


def _renewal(row: dict[str, Any] | None) -> Renewal | None:
    if row is None:
        return None
    keys = {name: tuple(row[name]) for name in ("old", "dropped")}
    instants = {name: instant_of(row[name]) for name in ("until", "put_off_at")}
    begun_at = {"begun_at": datetime.fromisoformat(row["begun_at"])}
    return Renewal(**{**known_of(Renewal, row), **keys, **instants, **begun_at})


def _owner_acts(row: dict[str, Any] | None) -> OwnerActs:
    if row is None:
        return OwnerActs()
    instants = {name: instant_of(row[name]) for name in ("receipt_at", "link_at")}
    day = date.fromisoformat(row["day"]) if row["day"] else None
    return OwnerActs(**{**known_of(OwnerActs, row), **instants, "day": day})


Part = Exemption | Review | Trial | Provider | RouteChanges | Recheck | Denial | Renewal | OwnerActs


def _as_texts(part: Part | None) -> dict[str, Any] | None:
    """As JSON holds it: instants and days as texts."""
    if part is None:
        return None
    values = ((one.name, getattr(part, one.name)) for one in fields(part))
    return {name: _text(value) for name, value in values}


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, date) else value


def _review(row: dict[str, Any] | None) -> Review | None:
    if row is None:
        return None
    again = row["ask_again_on"]
    different = {
        "state": ReviewState(row["state"]),
        "day": date.fromisoformat(row["day"]),
        "requested_at": datetime.fromisoformat(row["requested_at"]),
        "decided_at": instant_of(row["decided_at"]),
        "ask_again_on": date.fromisoformat(again) if again else None,
        **{name: instant_of(row.get(name)) for name in ("begins_at", "ends_at")},
        "last_reminder": RequestedDay(row.get("last_reminder", RequestedDay.AHEAD)),
    }
    return Review(**{**known_of(Review, row), **different})


def _trial(row: dict[str, Any] | None) -> Trial | None:
    if row is None:
        return None
    instants = {name: datetime.fromisoformat(row[name]) for name in ("begins_at", "ends_at", "verdict_at")}
    different = {**instants, "state": TrialState(row["state"]), "day": date.fromisoformat(row["day"])}
    return Trial(**{**known_of(Trial, row), **different})


def _provider(row: dict[str, Any] | None) -> Provider | None:
    if row is None:
        return None
    return Provider(**{**known_of(Provider, row), "connected_at": datetime.fromisoformat(row["connected_at"])})


def _changes(read: Account, account: Account) -> list[Any]:
    """PynamoDB's actions for what differs, but for the counters and what is the switch's."""
    before, after = _row(read), _row(account)
    changed = [name for name in after if after[name] != before[name] and name not in (*COUNTERS, *OF_SWITCH)]
    attributes = [(getattr(AccountRow, name), after[name]) for name in changed]
    return [attribute.remove() if value is None else attribute.set(value) for attribute, value in attributes]


def _sorted(deactivated: DeactivatedKeys) -> dict[str, list[str]]:
    return {caller: sorted(keys) for caller, keys in sorted(deactivated.items())}
