"""The leases of accounts: the right of one run to switch an account's credential."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pynamodb.exceptions import UpdateError

from permille.aws.account_models import AccountRow
from permille.aws.account_rows import credential_row
from permille.aws.client import service_error
from permille.aws.stored_accounts import account_of
from permille.aws.stored_values import instant
from permille.aws.table_calls import error_code, on_table, transaction
from permille.domain.account.account import Account
from permille.domain.account.credential import Credential, DeactivatedKeys
from permille.domain.values.errors import Conflict
from permille.ports.accounts import LEASED_FOR

RELEASES, PAUSE = 5, 0.05  # attempts, and seconds more before each further one


class DynamoLeases:
    """Implements `Leases`."""

    def __init__(self, *, accounts: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._pause = pause
        self._accounts = on_table(AccountRow, accounts)

    def acquire_lease(self, account: Account, deactivated: DeactivatedKeys, now: datetime) -> Account:
        """In a transaction, although it is one write: its token makes it safe to repeat where the answer was lost."""
        free = AccountRow.leased_until.does_not_exist() | (AccountRow.leased_until <= instant(now))
        same_lease = AccountRow.lease == account.credential.lease
        same_generation = AccountRow.switch_generation == account.switch_generation
        credential = replace(account.credential, deactivated=deactivated, lease=account.credential.lease + 1)
        actions: list[Any] = [
            AccountRow.leased_until.set(instant(now + LEASED_FOR)),
            AccountRow.lease.set(credential.lease),
            AccountRow.deactivated.set(credential_row(credential)["deactivated"]),
        ]
        with transaction(self._accounts, f"leasing {account.id}") as writes:
            condition = same_lease & same_generation & free
            writes.update(self._accounts(account.id), actions=actions, condition=condition)
        return replace(account, credential=credential)

    def release_lease(self, account: Account, credential: Credential) -> Account:
        """In a plain update, which returns the row: to repeat it changes nothing."""
        attributes = {name: value for name, value in credential_row(credential).items() if value is not None}
        actions: list[Any] = [AccountRow.leased_until.remove()]
        actions += [getattr(AccountRow, name).set(value) for name, value in attributes.items()]
        row, code = self._accounts(account.id), ""
        for attempt in range(RELEASES):
            if attempt:
                self._pause(PAUSE * attempt)
            try:
                row.update(actions=actions, condition=AccountRow.lease == account.credential.lease)
            except UpdateError as error:
                code = error_code(error)
                if code == "TransactionConflictException":  # of another run's write; boto3 does not repeat it
                    continue
                what = f"releasing {account.id}"
                if code == "ConditionalCheckFailedException":
                    raise Conflict(f"{what}: {code}") from error
                raise service_error(what, error.cause) from error
            return account_of(row.attribute_values)
        raise Conflict(f"releasing {account.id}: {code}")
