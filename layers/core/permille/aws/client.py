"""How AWS is called: bounded in time, and with every refusal as our own error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from permille.errors import Unavailable

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=16,
)


def client(service: str, **options: Any) -> Any:
    """A client of `service` with the environment's credentials, region and endpoint; `options` are botocore's."""
    return boto3.client(service, config=_CONFIG.merge(Config(**options)))  # type: ignore[call-overload]


def code_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


@contextmanager
def unavailable(what: str) -> Iterator[None]:
    """Raises `Unavailable` where AWS does not answer or refuses. Whatever the cause, trying again later is right: one
    that lasts ends in a dead-letter queue with an alarm, and nothing is lost."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"{what}: {code_of(error)}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {error}") from error
