"""Writes accounts. Each changes in one transaction with its timeline entries, on condition of what was read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pynamodb.transactions import TransactWrite

from permille.aws.account_models import AccountRow
from permille.aws.account_rows import OF_SWITCH, account_row, epochs_row
from permille.aws.control import BREAKER, hour_row, more_passed
from permille.aws.corrections import Corrections
from permille.aws.entry_writes import append
from permille.aws.models import ControlRow, EntryRow, SenderRow
from permille.aws.stored_values import instant
from permille.aws.table_calls import on_table, table_call, transaction
from permille.domain.account.account import Account
from permille.domain.account.correction import Correction
from permille.domain.account.versions import is_decision
from permille.domain.rules.breaker import BreakerChange, OpenBreaker, PassBreaker, ReturnPass
from permille.domain.sending.route import with_route_changes
from permille.domain.timeline.kinds.system import SenderIgnored, SenderUnignored
from permille.domain.timeline.timeline import Entry, TimelineEntry

NOT_SAVED = ("version", "revision", *OF_SWITCH)  # each save sets the counters; leases write the credential


class AccountWrites:
    """The part of `DynamoAccounts` that writes."""

    def __init__(
        self, *, accounts: str, senders: str, timeline: str, control: str, tallies: str, complaints: str
    ) -> None:
        self._accounts = on_table(AccountRow, accounts)
        self._senders = on_table(SenderRow, senders)
        self._entries = on_table(EntryRow, timeline)
        self._control = on_table(ControlRow, control)
        self._corrections = Corrections(tallies=tallies, complaints=complaints)

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        facts = entry.facts
        row = self._senders(facts.sender, ignored=facts.reason, ignored_by=facts.by, ignored_at=instant(entry.at))
        with transaction(self._accounts, f"ignoring {facts.sender}") as writes:
            writes.save(row, condition=SenderRow.account_id.does_not_exist())
            append(writes, self._entries, entry)

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        sender = entry.facts.sender
        with transaction(self._accounts, f"ending that {sender} is ignored") as writes:
            writes.delete(self._senders(sender), condition=SenderRow.ignored.exists())
            append(writes, self._entries, entry)

    def is_voided(self, account_id: str, identity: str) -> bool:
        with table_call(f"reading the record of {identity}"):
            return self._corrections.is_voided(account_id, identity)

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        account = with_route_changes(read, account, entries)
        actions = _changes(read, account)
        if not actions and not entries:
            return account
        saved = replace(account, version=read.version + is_decision(read, account, entries), revision=read.revision + 1)
        actions += [AccountRow.version.set(saved.version), AccountRow.revision.set(saved.revision)]
        with transaction(self._accounts, f"writing {account.id}") as writes:
            unchanged = AccountRow.revision == read.revision
            writes.update(self._accounts(account.id), actions=actions, condition=unchanged)
            for entry in entries:
                append(writes, self._entries, entry)
            if account.epochs != read.epochs:
                self._begin_epoch(writes, account)
            self._add_senders(writes, read, account)
            for change in changes:
                self._change(writes, account.id, change)
        return saved

    def _begin_epoch(self, writes: TransactWrite, account: Account) -> None:
        epochs = SenderRow.epochs.set(epochs_row(account))
        for name in account.senders:
            writes.update(self._senders(name), actions=[epochs], condition=SenderRow.account_id == account.id)

    def _add_senders(self, writes: TransactWrite, read: Account, account: Account) -> None:
        """A sender that belonged to the account before may be added again."""
        free = SenderRow.caller_identity.does_not_exist() | (SenderRow.account_id == account.id)
        for name in account.senders:
            if name not in read.senders:
                row = self._senders(name, account_id=account.id, epochs=epochs_row(account))
                writes.save(row, condition=free)

    def _change(self, writes: TransactWrite, account_id: str, change: BreakerChange | Correction) -> None:
        closed = ControlRow.opened_at.does_not_exist()
        match change:
            case PassBreaker(hour, bound, beyond_doubt):
                fewer = ControlRow.passed.does_not_exist() | (ControlRow.passed < bound)
                writes.update(self._control(hour_row(hour)), more_passed(hour, 1), condition=fewer)
                if not beyond_doubt:
                    writes.condition_check(self._control, BREAKER, condition=closed)
            case OpenBreaker(at):
                opened = ControlRow.opened_at.set(instant(at))
                writes.update(self._control(BREAKER), actions=[opened], condition=closed)
            case ReturnPass(hour):
                writes.update(self._control(hour_row(hour)), more_passed(hour, -1))
            case Correction():
                self._corrections.write(writes, account_id, change)

    def add(self, account: Account, entries: Sequence[Entry]) -> Account:
        account = with_route_changes(None, account, entries)
        with transaction(self._accounts, f"adding {account.id}") as writes:
            attributes = {name: value for name, value in account_row(account).items() if value is not None}
            writes.save(self._accounts(**attributes), condition=AccountRow.account_id.does_not_exist())
            for name in account.senders:
                row = self._senders(name, account_id=account.id, epochs=epochs_row(account))
                writes.save(row, condition=SenderRow.caller_identity.does_not_exist())
            for entry in entries:
                append(writes, self._entries, entry)
        return account

    def remove(self, account: Account) -> None:
        with transaction(self._accounts, f"removing {account.id}") as writes:
            writes.delete(self._accounts(account.id), condition=AccountRow.version == account.version)
            for name in account.senders:
                writes.delete(self._senders(name), condition=SenderRow.account_id == account.id)


def _changes(read: Account, account: Account) -> list[Any]:
    """PynamoDB's actions for the attributes that differ, without those of NOT_SAVED."""
    before, after = account_row(read), account_row(account)
    changed = [name for name in after if after[name] != before[name] and name not in NOT_SAVED]
    attributes = [(getattr(AccountRow, name), after[name]) for name in changed]
    return [attribute.remove() if value is None else attribute.set(value) for attribute, value in attributes]
