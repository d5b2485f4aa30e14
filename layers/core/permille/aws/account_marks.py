"""What counting writes into accounts: that one is due, and that mail to its owner does not arrive."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from permille.aws.backoff import pauses
from permille.aws.client import code_of, service_error
from permille.aws.ledger_items import LedgerTables, as_item, expiry, put, seen_marker
from permille.aws.rows import entry_row
from permille.aws.stored_values import DUE, instant
from permille.domain.timeline.kinds.owner_contact import OwnerMailStopped
from permille.domain.timeline.timeline import TimelineEntry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS = 6  # of marking an account that others write at the same time


class AccountMarks:
    """Each write raises `revision`, so that no save of an older reading loses it."""

    def __init__(self, tables: LedgerTables, dynamodb: "DynamoDBClient", pause: Callable[[float], None]) -> None:
        self._tables = tables
        self._dynamodb = dynamodb
        self._pause = pause

    def mark_due(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        """As `Ledger.mark_due`."""
        refused: ClientError | None = None
        for pause in pauses(ATTEMPTS):
            refused = self._try_to_mark_due(account_id, now, bounced=bounced)
            if refused is None or code_of(refused) != "TransactionConflictException":
                break
            self._pause(pause)  # a run is writing the account just now
        if refused and code_of(refused) != "ConditionalCheckFailedException":  # no such account
            raise service_error(f"marking {account_id} as due", refused)

    def _try_to_mark_due(self, account_id: str, now: datetime, *, bounced: bool) -> ClientError | None:
        """One attempt. Returns the refusal; None where it succeeded."""
        values: Any = {":due": {"S": DUE}, ":at": {"S": instant(now)}, ":one": {"N": "1"}}
        assignments = "due = :due, due_at = :at" + (", bounced_at = :at" if bounced else "")
        try:
            self._dynamodb.update_item(
                TableName=self._tables.accounts,
                Key={"account_id": {"S": account_id}},
                UpdateExpression=f"SET {assignments} ADD revision :one",
                ConditionExpression="attribute_exists(account_id)",
                ExpressionAttributeValues=values,
            )
        except ClientError as refused:
            return refused
        except BotoCoreError as error:
            raise service_error(f"marking {account_id} as due", error) from error
        return None

    def mark_owner_mail(self, identity: str, entry: TimelineEntry[OwnerMailStopped], address: str) -> bool:
        """As `Ledger.mark_owner_mail`."""
        what = f"marking the owner mail of {entry.account_id}"
        items: Any = [
            seen_marker(self._tables, identity, expiry(entry.at)),
            self._owner_mail_update(entry, address),
            put(self._tables.timeline, as_item(entry_row(entry)), unless="entry_id"),
        ]
        try:
            self._dynamodb.transact_write_items(TransactItems=items)
        except ClientError as refused:
            reasons = {reason.get("Code") for reason in refused.response.get("CancellationReasons", [])}
            if "ConditionalCheckFailed" not in reasons:  # marked before, no such account, or not its address
                raise service_error(what, refused) from refused
            return False
        except BotoCoreError as error:
            raise service_error(what, error) from error
        return True

    def _owner_mail_update(self, entry: TimelineEntry[OwnerMailStopped], address: str) -> dict[str, Any]:
        mark: dict[str, Any] = {
            "TableName": self._tables.accounts,
            "Key": {"account_id": {"S": entry.account_id}},
            "UpdateExpression": "SET owner_mail = :state ADD revision :one",
            "ConditionExpression": "attribute_exists(account_id)",
            "ExpressionAttributeValues": {":state": {"S": entry.facts.state}, ":one": {"N": "1"}},
        }
        if address:  # a row of before has no key by its owner
            mark["ConditionExpression"] += " AND (attribute_not_exists(#owner) OR #owner = :address)"
            mark["ExpressionAttributeNames"] = {"#owner": "owner"}  # a reserved word
            mark["ExpressionAttributeValues"][":address"] = {"S": address}
        return {"Update": mark}
