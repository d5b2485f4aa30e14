"""A fake of the accounts that refuses writes outside the function's role."""

from collections.abc import Sequence

from tests.support.fakes import FakeAccounts, Rows
from tests.support.iam import attributes

from permille.aws.account_rows import account_row
from permille.domain.account.account import Account
from permille.domain.account.correction import Correction
from permille.domain.rules.breaker import BreakerChange
from permille.domain.sending.route import with_route_changes
from permille.domain.timeline.timeline import Entry


class AccountsWithinRole(FakeAccounts):
    """No save writes an attribute of an account that the function's role does not name: AWS would refuse all of it."""

    def __init__(self, rows: Rows, function: str) -> None:
        super().__init__(rows)
        self._written = attributes(function, "UpdateItem", "AccountsTable")

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        before, after = account_row(read), account_row(with_route_changes(read, account, entries))
        assert {name for name in after if after[name] != before[name]} <= self._written
        return super().save(read, account, entries, *changes)
