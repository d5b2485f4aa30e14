"""The counts of each account, epoch and send day."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from permille.aws import client
from permille.aws.models import TallyRow
from permille.aws.table_calls import connection_of, on_table
from permille.domain.values.tally import Days, Tally

_COUNTS = ("delivered", "complaints", "bounces")


class DynamoTallies:
    """Implements `Tallies`: one query, whatever the number of writers. It reads the rows of boto3's client, in half the
    time that PynamoDB's models take."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(TallyRow, table)
        self._table = table

    def days(self, account_id: str, epoch: int, first: date) -> Days:
        return self.by_epoch(account_id, first).get(epoch, {})

    def by_epoch(self, account_id: str, first: date) -> dict[int, Days]:
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        with client.service_call(f"reading the tallies of {account_id}"):
            for row in self._since(account_id, first):
                counted = sums[row["day_epoch_shard"]["S"].rpartition("#")[0]]
                for position, name in enumerate(_COUNTS):
                    counted[position] += int(row[name]["N"]) if name in row else 0  # missing: never added to
        epochs: dict[int, dict[date, Tally]] = defaultdict(dict)
        for key, counted in sums.items():
            day, _, epoch = key.partition("#")
            epochs[int(epoch)][date.fromisoformat(day)] = Tally(*counted)
        return dict(epochs)

    def _since(self, account_id: str, first: date) -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "account_id = :account AND day_epoch_shard >= :first",
            "ExpressionAttributeValues": {":account": {"S": account_id}, ":first": {"S": str(first)}},
            "ProjectionExpression": f"day_epoch_shard, {', '.join(_COUNTS)}",  # parsing an attribute takes longest
            "ConsistentRead": True,
        }
        while True:
            answer = connection_of(self._rows).client.query(**query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
