"""The idempotency store of notifications."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS
from botocore.exceptions import ClientError

from permille.aws.client import client, service_call, service_error
from permille.domain.values.errors import Unavailable
from permille.ports.notifications import IDEMPOTENT_FOR

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_PREFIX = "handed-on"


class DynamoIdempotencyStore:
    """Implements `IdempotencyStore` with a record per key."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._records = DynamoDBPersistenceLayer(table_name=table, boto3_client=dynamodb or client("dynamodb"))
        self._config = IdempotencyConfig(expires_after_seconds=int(IDEMPOTENT_FOR.total_seconds()))

    def during(self, context: Any) -> None:
        """Sets the Lambda invocation that runs now. If it is cut off, its action may be repeated when its time is
        over."""
        self._config.register_lambda_context(context)

    def run_once(self, key: str, action: Callable[[], None]) -> None:
        @idempotent_function(  # type: ignore[untyped-decorator]
            data_keyword_argument="key",
            persistence_store=self._records,
            config=self._config,
            key_prefix=_PREFIX,
        )
        def run(*, key: str) -> str:
            action()
            return key

        with record_call(key):
            run(key=key)

    def was_done(self, key: str) -> bool:
        self._records.configure(self._config, function_name="", key_prefix=_PREFIX)
        with service_call(f"reading the record of {key}"):
            try:
                record = self._records.get_record(data=key)  # type: ignore[arg-type]
            except IdempotencyItemNotFoundError:
                return False
        return record is not None and record.status == STATUS_CONSTANTS["COMPLETED"]


@contextmanager
def record_call(doing: str) -> Iterator[None]:
    """Raises our errors in place of those of Powertools' idempotency."""
    try:
        yield
    except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
        raise Unavailable(f"{doing}: another run is doing it") from error
    except IdempotencyPersistenceLayerError as error:
        cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
        raise service_error(doing, cause) from error
