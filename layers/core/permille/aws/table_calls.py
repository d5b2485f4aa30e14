"""How PynamoDB's models are called: on the tables of this stack, with every refusal as our own error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from permille.aws.client import service_error
from permille.aws.table_connection import connect
from permille.domain.values.errors import Conflict

M = TypeVar("M", bound=Model)


def on_table(model: type[M], table_name: str) -> type[M]:
    """The model on the table of that name: the name is known when an adapter is made, not when it is imported."""
    made = type(model.__name__, (model,), {"Meta": type("Meta", (), {"table_name": table_name})})
    connect(made)
    return made


def connection_of(model: type[Model]) -> Any:
    """The connection that PynamoDB's transactions take."""
    return model._get_connection().connection  # noqa: SLF001 - has no public name


def error_code(error: PynamoDBException) -> str:
    """DynamoDB's code; empty where it did not answer."""
    answer = getattr(error.cause, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


@contextmanager
def table_call(what: str) -> Iterator[None]:
    """`client.service_call` for PynamoDB's errors. It is not one with it, so that who needs no PynamoDB does not load
    it."""
    try:
        yield
    except PynamoDBException as error:
        raise service_error(what, error.cause or error) from error


@contextmanager
def transaction(model: type[Model], what: str) -> Iterator[TransactWrite]:
    """A transaction that is written when the block ends. Raises Conflict where a condition failed or another
    transaction wrote to the same rows, else what `table_call` raises."""
    with table_call(what):
        try:
            with TransactWrite(connection=connection_of(model)) as writes:
                yield writes
        except TransactWriteError as error:
            codes = {reason.code for reason in error.cancellation_reasons if reason}
            if codes & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise Conflict(f"{what}: {', '.join(sorted(codes))}") from error
            raise
