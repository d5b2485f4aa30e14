"""The run that a tick asks for: whatever is due when it is asked is due for it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from permille.domain.values.errors import Failed
from permille_cli.local.schedule import invoke, whole_second

LAMBDAS = boto3.client("lambda", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def throttled() -> Iterator[Stubber]:
    with Stubber(LAMBDAS) as lambdas:
        lambdas.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        yield lambdas


def test_that_enforce_was_stopped_is_said(throttled: Stubber) -> None:
    throttled.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": 0})

    with pytest.raises(Failed, match=r"Enforce is stopped \(reserved concurrency 0\).*--function-name enforce"):
        invoke(LAMBDAS, "enforce", {})


@pytest.mark.parametrize("bound", [{}, {"ReservedConcurrentExecutions": 1}])
def test_a_busy_function_is_not_said_to_be_stopped(throttled: Stubber, bound: dict[str, int]) -> None:
    throttled.add_response("get_function_concurrency", bound)

    with pytest.raises(ClientError, match="TooManyRequests"):
        invoke(LAMBDAS, "enforce", {})


@given(instant=st.datetimes(max_value=datetime(9000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds it
def test_a_tick_is_at_a_whole_second_that_is_not_before_it(instant: datetime) -> None:
    at = whole_second(instant)

    assert at.microsecond == 0
    assert 0 <= (at - instant).total_seconds() < 1
