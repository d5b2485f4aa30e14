"""What was done is remembered, so that it is not done again."""

from collections.abc import Callable
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
        """The Lambda invocation that now runs: if it is cut off, what it was at gives way when its time is up."""
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

        try:
            run(key=key)
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
            raise Unavailable(f"{key}: another run is at it") from error
        except IdempotencyPersistenceLayerError as error:
            cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
            raise service_error(key, cause) from error

    def was_done(self, key: str) -> bool:
        self._records.configure(self._config, function_name="", key_prefix=_PREFIX)
        with service_call(f"reading what became of {key}"):
            try:
                found = self._records.get_record(data=key)  # type: ignore[arg-type]
            except IdempotencyItemNotFoundError:
                return False
        return found is not None and found.status == STATUS_CONSTANTS["COMPLETED"]
