"""Accounts by the indexes of their table, never by a scan."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import islice
from operator import and_, attrgetter
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex

from permille.aws.account_models import AccountRow
from permille.aws.index_keys import ACCOUNT, KEEPS_RULES, SUPPORT, month
from permille.aws.stored_accounts import account_of, listed_account_of
from permille.aws.stored_values import OFF, SENDING, instant
from permille.aws.table_calls import on_table, table_call
from permille.domain.account.account import Account
from permille.domain.account.account_search import WEEK, AccountFilter, AccountSearch
from permille.domain.account.listed_account import ListedAccount
from permille.domain.policy.ses_review import Harm
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import MalformedRequest
from permille.domain.values.status import HoldReason, Status
from permille.ports.paging import Page

_ASKS = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}\+00:00#{ACCOUNT_ID.pattern}", re.ASCII)
_RISK = re.compile(rf"\d{{7}}#{ACCOUNT_ID.pattern}", re.ASCII)
READ_AT_ONCE, MOST_QUERIES = 2_000, 15  # rows of one query, and queries of one search: 30,000 accounts


class DynamoAccountIndex:
    """Implements `AccountIndex`, `AccountCounts` and `AccountList`."""

    def __init__(self, *, accounts: str) -> None:
        self._accounts = on_table(AccountRow, accounts)

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

    def find(self, search: AccountSearch, limit: int, now: datetime, after: str = "") -> Page[ListedAccount]:
        ids = self._matching(_condition(search, now), limit, after)
        matching = [one for one in self._all_of(ids.items) if search.matches(one, now)]
        return Page([ListedAccount.of(account) for account in matching], ids.next)

    def by_id(self, limit: int, after: str = "", status: Status | None = None) -> Page[Account]:
        ids = self._matching(AccountRow.status == status if status else None, limit, after)
        return Page([one for one in self._all_of(ids.items) if status in (None, one.status)], ids.next)

    def count_awaiting_support(self, limit: int) -> int:
        with table_call("counting who waits for support"):
            return min(limit, self._accounts.reviews_index.count(SUPPORT, limit=limit))

    def count_held(self, limit: int) -> int:
        """Reads only accounts that break a rule: they are first in the index by risk."""
        held = AccountRow.held.is_in(*(why for why in HoldReason if why.needs_staff))
        with table_call("counting who is held"):
            return min(limit, self._accounts.risk_index.count(SENDING, AccountRow.risk < KEEPS_RULES, held))

    def _matching(self, condition: Condition | None, limit: int, after: str) -> Page[str]:
        """A page of the ids of accounts. DynamoDB filters what it reads, and returns what matches alone; what it reads
        is paid for."""
        _check_position(ACCOUNT_ID, after)
        behind = AccountRow.account_id > after if after else None
        at_once, found = READ_AT_ONCE if condition is not None else limit + 1, list[str]()
        with table_call("searching the accounts"):
            rows = self._accounts.search_index.query(ACCOUNT, behind, condition, page_size=at_once)
            for answer in islice(rows.page_iter, MOST_QUERIES):
                found += [row["account_id"]["S"] for row in answer["Items"]]
                if len(found) > limit:
                    break
        page, unread = Page.of(found, limit, str), rows.page_iter.last_evaluated_key
        return Page(page.items, page.next or (unread["account_id"]["S"] if unread else ""))

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


def _condition(search: AccountSearch, now: datetime) -> Condition | None:
    """The filter of a query of the index `search`; None where all accounts match. As `AccountSearch.matches`."""
    conditions = list[Condition]([AccountRow.search_text.contains(search.text)] if search.text else [])
    match search.only:
        case None:
            pass
        case AccountFilter.EXEMPT:
            conditions.append(AccountRow.exempt_until > instant(now))
        case AccountFilter.OFF_THIS_WEEK:
            conditions.append(AccountRow.off_since > instant(now - WEEK))
        case state:
            conditions.append(AccountRow.states.contains(state))
    return reduce(and_, conditions) if conditions else None


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
