"""All registered senders."""

from collections.abc import Iterator

from permille.aws.models import SenderRow
from permille.aws.table_calls import on_table, table_call
from permille.ports.feedback import Sender


class DynamoSenders:
    """Implements `AllSenders`, by a scan."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(SenderRow, table)

    def all(self) -> Iterator[Sender]:
        with table_call("reading the senders"):
            for row in self._rows.scan(
                consistent_read=True, attributes_to_get=["caller_identity", "account_id", "ignored"]
            ):
                yield Sender(row.caller_identity, row.account_id or "", ignored=row.ignored or "")
