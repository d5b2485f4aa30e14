"""The cards of bounces on DynamoDB: a sparse index of the complaints table."""

from typing import Any

from permille.aws.client import service_call
from permille.aws.models import CardRow, connection_of, on_table
from permille.aws.rows import bounce_of
from permille.domain.feedback.bounces import Card
from permille.ports.paging import Page

INDEX = "bounced"
_LAST = "~"  # sorts behind every id


class DynamoBounces:
    """Implements `Bounces`."""

    def __init__(self, *, complaints: str) -> None:
        self._cards = on_table(CardRow, complaints)
        self._table = complaints

    def latest(self, account_id: str, since: str, at_most: int) -> Page[Card]:
        found = self._between(account_id, since, _LAST, at_most + 1, newest_first=True)
        return Page.of(found, at_most, lambda card: card.id)

    def page(self, account_id: str, after: str, at_most: int, before: str = "") -> Page[Card]:
        """One more is asked for than `after` hides, since both ends of a range belong to it."""
        found = self._between(account_id, after, before or _LAST, at_most + 2)
        return Page.of([card for card in found if card.id != after][: at_most + 1], at_most, lambda card: card.id)

    def _between(
        self, account_id: str, first: str, last: str, at_most: int, *, newest_first: bool = False
    ) -> list[Card]:
        """As many as are asked for, in as many queries as their size makes of it."""
        asked: dict[str, Any] = {
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
        cards: list[Card] = []
        with service_call(f"reading the bounces of {account_id}"):
            while True:
                answer = connection_of(self._cards).client.query(**asked, Limit=at_most - len(cards))
                cards += [bounce_of(_texts(row)) for row in answer["Items"]]
                if "LastEvaluatedKey" not in answer or len(cards) >= at_most:
                    return cards
                asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _texts(row: Any) -> dict[str, str]:
    return {name: value["S"] for name, value in row.items()}
