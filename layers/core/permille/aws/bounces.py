"""The records of bounces on DynamoDB: a sparse index of the complaints table."""

from typing import Any

from permille.aws.client import service_call
from permille.aws.models import RecordRow
from permille.aws.rows import bounce_of
from permille.aws.table_calls import connection_of, on_table
from permille.domain.feedback.bounces import BounceRecord
from permille.ports.paging import Page

INDEX = "bounced"
_LAST = "~"  # sorts behind every id


class DynamoBounces:
    """Implements `Bounces`."""

    def __init__(self, *, complaints: str) -> None:
        self._records = on_table(RecordRow, complaints)
        self._table = complaints

    def latest(self, account_id: str, since: str, limit: int) -> Page[BounceRecord]:
        records = self._between(account_id, since, _LAST, limit + 1, newest_first=True)
        return Page.of(records, limit, lambda record: record.id)

    def page(self, account_id: str, after: str, limit: int, before: str = "") -> Page[BounceRecord]:
        """Queries one row more, since the range includes `after` itself."""
        records = self._between(account_id, after, before or _LAST, limit + 2)
        behind = [record for record in records if record.id != after][: limit + 1]
        return Page.of(behind, limit, lambda record: record.id)

    def _between(
        self, account_id: str, first: str, last: str, limit: int, *, newest_first: bool = False
    ) -> list[BounceRecord]:
        """Up to `limit` records, in as many queries as their size takes."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "account_id = :account AND bounced_since BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":account": {"S": account_id},
                ":first": {"S": first or " "},
                ":last": {"S": last},
            },
            "ScanIndexForward": not newest_first,
        }
        records: list[BounceRecord] = []
        with service_call(f"reading the bounces of {account_id}"):
            while True:
                answer = connection_of(self._records).client.query(**query, Limit=limit - len(records))
                records += [bounce_of(_texts(row)) for row in answer["Items"]]
                if "LastEvaluatedKey" not in answer or len(records) >= limit:
                    return records
                query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _texts(row: Any) -> dict[str, str]:
    return {name: value["S"] for name, value in row.items()}
