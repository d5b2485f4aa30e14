"""The connection to DynamoDB that the models of all tables share.

PynamoDB has one of its own for each model of each table: with a session that reads AWS's descriptions anew, a client,
and a socket. A command that looks at two tables would wait for that twice.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from botocore.session import Session
from pynamodb.connection.base import Connection, MetaTable

from permille.aws import client

if TYPE_CHECKING:
    from pynamodb.models import Model


class TablesConnection(Connection):
    """PynamoDB's connection on the session of all adapters."""

    def __init__(self, session: Session) -> None:
        super().__init__(connect_timeout_seconds=3, read_timeout_seconds=10, max_pool_connections=16)
        self._session = session

    @property
    def session(self) -> Session:
        return self._session

    @property
    def client(self) -> Any:
        with client.making_clients:
            return super().client

    def add_meta_table(self, meta_table: MetaTable) -> None:
        """Several adapters have a model on the same table."""
        if meta_table.table_name not in self._tables:
            super().add_meta_table(meta_table)


@lru_cache(maxsize=1)
def _on(session: Session) -> TablesConnection:
    return TablesConnection(session)


def connect(model: type["Model"]) -> None:
    """Gives the model the shared connection, in place of the one that PynamoDB makes for it."""
    of_table, shared = model._get_connection(), _on(client.session())  # noqa: SLF001 - has no public name
    shared.add_meta_table(of_table.get_meta_table())
    of_table.connection = shared
