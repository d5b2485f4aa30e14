"""Accounts by the indexes of their table, never by a scan."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from pynamodb.indexes import GlobalSecondaryIndex

from permille.aws.account_models import AccountRow
from permille.aws.account_rows import account_of, listed_account_of
from permille.aws.index_keys import (
    ACCOUNT,
    OFF,
    SENDING,
    SUPPORT,
    month,
    owner_key,
)
from permille.aws.models import SenderRow
from permille.aws.table_calls import on_table, table_call
from permille.domain.account.account import Account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.policy.ses_review import Harm
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import MalformedRequest
from permille.ports.paging import Page

_ASKS = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}\+00:00#{ACCOUNT_ID.pattern}", re.ASCII)
_RISK = re.compile(rf"\d{{7}}#{ACCOUNT_ID.pattern}", re.ASCII)
_FIRST_OF_IDS = "-"  # of what an id is made of, the first in order
_BEHIND_ALL = "~"


class DynamoAccountIndex:
    """Implements `AccountIndex`."""

    def __init__(self, *, accounts: str, senders: str) -> None:
        self._accounts = on_table(AccountRow, accounts)
        self._senders = on_table(SenderRow, senders)

    def awaiting_support(self, limit: int, after: str = "") -> Page[Account]:
        _check_position(_ASKS, after)
        condition = AccountRow.waiting_for_support_since > after if after else None
        rows = self._page(self._accounts.reviews_index, SUPPORT, condition, limit, "waiting_for_support_since")
        accounts = [account for account in self._all_of(_ids(rows)) if account.waiting_for_support_since]
        return Page(accounts, rows.next)

    def by_risk(self, limit: int, after: str = "", *, sending: bool) -> Page[ListedAccount]:
        _check_position(_RISK, after)
        condition = AccountRow.risk > after if after else None
        rows = self._page(self._accounts.risk_index, SENDING if sending else OFF, condition, limit, "risk")
        return Page([listed_account_of(row.attribute_values) for row in rows.items], rows.next)

    def with_most(self, harm: Harm, limit: int, first: date, last: date) -> Sequence[Account]:
        index, rows = getattr(self._accounts, f"{harm}_index"), list[Any]()
        with table_call(f"reading the accounts with the most {harm}"):
            for partition in _months(first, last):
                rows += index.query(partition, scan_index_forward=False, limit=limit)
        most = sorted(rows, key=lambda row: (-getattr(row, harm), row.account_id))[:limit]
        return self._all_of([row.account_id for row in most])

    def by_id_prefix(self, prefix: str, limit: int, after: str = "") -> Page[ListedAccount]:
        _check_position(ACCOUNT_ID, after)
        if not after.startswith(prefix) and after:
            raise MalformedRequest(f"{after} is no account that begins with {prefix}")
        if not ACCOUNT_ID.fullmatch(prefix):
            return Page([])
        first = after + _FIRST_OF_IDS if after else prefix
        between = AccountRow.account_id.between(first, prefix + _BEHIND_ALL)
        rows = self._page(self._accounts.names_index, ACCOUNT, between, limit, "account_id")
        return Page([ListedAccount.of(account) for account in self._all_of(_ids(rows))], rows.next)

    def find_by_owner_or_sender(self, name: str, limit: int) -> Sequence[ListedAccount]:
        with table_call("searching by owner and sender"):
            rows = self._accounts.owners_index.query(owner_key(name), limit=limit) if "@" in name else []
            ids = [row.account_id for row in rows] or self._owner_of(name)
        return [ListedAccount.of(account) for account in self._all_of(ids)]

    def _owner_of(self, sender: str) -> list[str]:
        try:
            owner = self._senders.get(sender).account_id
        except self._senders.DoesNotExist:
            return []
        return [owner] if owner else []

    def _page(
        self, index: GlobalSecondaryIndex[Any], partition: str, condition: Any, limit: int, position: str
    ) -> Page[Any]:
        """A page of rows of an index. `position`: the attribute that is its sort key."""
        with table_call("querying an index of the accounts"):
            rows = list(index.query(partition, condition, limit=limit + 1))
        return Page.of(rows, limit, attrgetter(position))

    def _all_of(self, ids: Sequence[str]) -> list[Account]:
        """The accounts with these ids as they are now, in that order; without those that no longer exist."""
        with table_call("reading accounts"):
            rows = {row.account_id: row for row in self._accounts.batch_get(ids, consistent_read=True)} if ids else {}
        return [account_of(rows[account_id].attribute_values) for account_id in ids if account_id in rows]


def _months(first: date, last: date) -> Iterator[str]:
    day = first.replace(day=1)
    while day <= last:
        yield month(day)
        day = (day + timedelta(days=31)).replace(day=1)


def _check_position(position: re.Pattern[str], after: str) -> None:
    """Raises MalformedRequest where `after` is not empty and no position of the list."""
    if after and not position.fullmatch(after):
        raise MalformedRequest("no page begins there")


def _ids(rows: Page[Any]) -> list[str]:
    return [row.account_id for row in rows.items]
