"""The suppressed addresses on DynamoDB: a sparse index of the complaints table."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.transactions import TransactWrite

from permille.aws.models import CardRow, EntryRow, append, conflicts, connection_of, on_table, table_call
from permille.domain.suppression import Suppression, Why
from permille.domain.timeline import Entry

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action


class DynamoSuppressions:
    """Keeps `ports.Suppressions`. Only taking an address off needs the timeline."""

    def __init__(self, *, complaints: str, timeline: str = "") -> None:
        self._cards = on_table(CardRow, complaints)
        self._entries = on_table(EntryRow, timeline)

    def cards(self, account_id: str) -> Iterator[Suppression]:
        with table_call(f"reading the suppressions of {account_id}"):
            for row in self._cards.suppressed_index.query(account_id):
                why = Why(row.identity.partition("#")[0])
                yield Suppression(row.recipient, datetime.fromisoformat(row.at), row.suppressed_since, why)

    def naming(self, account_id: str, address: str) -> list[str]:
        suppressing = (CardRow.recipient == address) & CardRow.suppressed_since.exists()
        with table_call(f"reading the cards of {account_id}"):
            rows = self._cards.query(account_id, filter_condition=suppressing, consistent_read=True)
            return [row.identity for row in rows]

    def lift(self, account_id: str, identities: Sequence[str], entry: Entry | None) -> None:
        suppressing = CardRow.suppressed_since.exists()
        lifted: list[Action] = [CardRow.suppressed_since.remove()]
        with (
            conflicts(f"writing cards of {account_id}"),
            TransactWrite(connection=connection_of(self._cards)) as transaction,
        ):
            for identity in identities:
                transaction.update(self._cards(account_id, identity), actions=lifted, condition=suppressing)
            if entry:
                append(transaction, self._entries, entry)
