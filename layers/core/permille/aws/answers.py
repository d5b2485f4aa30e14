"""Answers that are kept for requests that are repeated, in the idempotency table."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from permille.aws.client import client
from permille.aws.idempotency import record_call
from permille.domain.values.errors import InvalidInput, StillRunning
from permille.ports.answers import ANSWERS_KEPT_FOR, KeyedRequest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY_HEADER = "header.idempotency-key"  # the field that errors name


class DynamoAnswerStore:
    """Implements `AnswerStore` with a record per key. The content of requests is kept as a digest."""

    def __init__(self, *, table: str, prefix: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        """`prefix`: what the ids of the records begin with, by which roles tell the functions' records apart."""
        self._prefix = prefix
        self._records = DynamoDBPersistenceLayer(table_name=table, boto3_client=dynamodb or client("dynamodb"))
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="content",
            expires_after_seconds=int(ANSWERS_KEPT_FOR.total_seconds()),
            hash_function="sha256",
        )

    def during(self, context: Any) -> None:
        """Sets the Lambda invocation that runs now. If it is cut off, its action may be repeated when its time is
        over."""
        self._config.register_lambda_context(context)

    def answer_once(self, request: KeyedRequest, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        @idempotent_function(  # type: ignore[untyped-decorator]
            data_keyword_argument="asked",
            persistence_store=self._records,
            config=self._config,
            key_prefix=self._prefix,
        )
        def run(*, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - Powertools takes the key from it
            return action()

        with record_call("keeping the answer to a request"):
            try:
                answer = run(asked={"key": [request.sender, request.key], "content": dict(request.content)})
            except IdempotencyAlreadyInProgressError as error:
                raise StillRunning("the first request with this key still runs; repeat it in a few seconds") from error
            except IdempotencyValidationError as error:
                raise InvalidInput(
                    "this key was used for another request; take a new one for each", KEY_HEADER
                ) from error
        return cast("dict[str, Any]", answer)
