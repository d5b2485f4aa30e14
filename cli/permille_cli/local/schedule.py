"""What EventBridge's schedule does every minute, at whatever time it shall be."""

import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from permille.aws.replay_clock import ReplayedTime
from permille.domain.values.errors import Failed
from permille_cli.local.state import Running, StateDirectory

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def tick(
    state: StateDirectory, running: Running, outputs: Mapping[str, str], instant: datetime | None
) -> tuple[str, dict[str, int]]:
    """Runs Enforce once; None: at the real time, which it is again. Returns the event's time, and what the run did.

    An event's time has no fractions: by one that is cut off, what became due within that second would not be due yet.
    """
    at = whole_second(instant or datetime.now(UTC))
    replayed = ReplayedTime(table=outputs["ControlTable"], dynamodb=running.client("dynamodb"))
    if instant is None:
        time.sleep(max(timedelta(0), at - datetime.now(UTC)).total_seconds())
        state.set_clock(None)
        replayed.clear()
    event = scheduled_event(at, running)
    result = invoke(running.client("lambda"), outputs["EnforceFunctionName"], event)
    if instant is not None:
        ahead = at - datetime.now(UTC)
        # Into the future as far as the functions are: mail after a switch is stamped after it.
        state.set_clock(replayed.ahead() if ahead > timedelta() else ahead)
    return event["time"], result


def whole_second(instant: datetime) -> datetime:
    """The first whole second that is not before it."""
    return instant + timedelta(microseconds=-instant.microsecond % 1_000_000)


def scheduled_event(at: datetime, running: Running) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": running.account_id,
        "time": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": running.region,
        "resources": [f"arn:aws:events:{running.region}:{running.account_id}:rule/permille-local-tick"],
        "detail": {},
    }


def invoke(lambdas: "LambdaClient", function: str, event: dict[str, Any]) -> Any:
    """What the function answers. Raises Failed where it failed, or was stopped."""
    try:
        answer = lambdas.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    except lambdas.exceptions.TooManyRequestsException as refused:
        if lambdas.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions") != 0:
            raise
        again = f"aws lambda delete-function-concurrency --function-name {function}"
        raise Failed(
            f"Enforce is stopped (reserved concurrency 0), as by `permille uninstall`; again: {again}"
        ) from refused
    result = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise Failed(f"{function} failed: {result.get('errorType')}: {result.get('errorMessage')}")
    return result
