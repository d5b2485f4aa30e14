"""The rows of accounts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from permille.aws.account_models import AccountRow
from permille.aws.client import service_call
from permille.aws.models import SenderRow
from permille.aws.stored_accounts import account_of
from permille.aws.stored_values import DUE, instant
from permille.aws.table_calls import connection_of, on_table, table_call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from permille.aws.account_writes import AccountWrites
    from permille.domain.account.account import Account
    from permille.domain.account.correction import Correction
    from permille.domain.rules.breaker import BreakerChange
    from permille.domain.timeline.kinds.system import SenderIgnored, SenderUnignored
    from permille.domain.timeline.timeline import Entry, TimelineEntry
    from permille.ports.accounts import UnreadableAccount
    from permille.ports.feedback import Sender


class DynamoAccounts:
    """Implements `AllAccounts`. What writes is imported with the first write: the rules and entries that it knows take
    longer to import than reading an account takes."""

    def __init__(
        self,
        *,
        accounts: str,
        senders: str = "",
        timeline: str = "",
        control: str = "",
        tallies: str = "",
        complaints: str = "",
    ) -> None:
        self._accounts = on_table(AccountRow, accounts)
        self._senders = on_table(SenderRow, senders)
        self._tables = {
            "accounts": accounts,
            "senders": senders,
            "timeline": timeline,
            "control": control,
            "tallies": tallies,
            "complaints": complaints,
        }

    @cached_property
    def _writes(self) -> AccountWrites:
        from permille.aws.account_writes import AccountWrites

        return AccountWrites(**self._tables)

    def get(self, account_id: str) -> Account | None:
        with table_call(f"reading {account_id}"):
            try:
                row = self._accounts.get(account_id, consistent_read=True)
            except self._accounts.DoesNotExist:
                return None
        return account_of(row.attribute_values)

    def all(self) -> Iterator[Account]:
        with table_call("reading the accounts"):
            yield from (account_of(row.attribute_values) for row in self._accounts.scan(consistent_read=True))

    def page(self, after: str, limit: int) -> list[Account | UnreadableAccount]:
        rows, scan = list[dict[str, Any]](), {"TableName": self._tables["accounts"], "ConsistentRead": True}
        start = {"account_id": {"S": after}} if after else None
        with service_call("reading a page of the accounts"):
            while len(rows) < limit:
                position = {"ExclusiveStartKey": start} if start else {}
                answer = connection_of(self._accounts).client.scan(**scan, **position, Limit=limit - len(rows))
                rows += answer["Items"]
                start = answer.get("LastEvaluatedKey")
                if not start:
                    break
        return [self._account_or_why_not(row) for row in rows]

    def _account_or_why_not(self, row: dict[str, Any]) -> Account | UnreadableAccount:
        from permille.ports.accounts import UnreadableAccount

        account_id: str = row["account_id"]["S"]
        try:
            return account_of(self._accounts.from_raw_data(row).attribute_values)
        except (ValueError, TypeError, KeyError) as error:
            return UnreadableAccount(account_id, f"{type(error).__name__}: {error}")

    def owner_of(self, sender: str) -> str:
        with table_call(f"reading {sender}"):
            try:
                return self._senders.get(sender, consistent_read=True).account_id or ""
            except self._senders.DoesNotExist:
                return ""

    def ignored(self) -> Iterator[Sender]:
        from permille.ports.feedback import Sender

        with table_call("reading the ignored senders"):
            for row in self._senders.scan(SenderRow.ignored.exists()):
                yield Sender(row.caller_identity, "", ignored=row.ignored)

    def due(self, now: datetime, limit: int) -> list[str]:
        index = self._accounts.due_index
        with table_call("reading which accounts are due"):
            rows = index.query(DUE, AccountRow.due_at <= instant(now), limit=limit)
            return [row.account_id for row in rows]

    def is_voided(self, account_id: str, identity: str) -> bool:
        return self._writes.is_voided(account_id, identity)

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        self._writes.ignore_sender(entry)

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        self._writes.unignore_sender(entry)

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        return self._writes.save(read, account, entries, *changes)

    def add(self, account: Account, entries: Sequence[Entry]) -> Account:
        return self._writes.add(account, entries)

    def remove(self, account: Account) -> None:
        self._writes.remove(account)
