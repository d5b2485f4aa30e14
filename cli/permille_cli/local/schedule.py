"""Runs Enforce as EventBridge's schedule does every minute, at any time."""

import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from permille.aws.replay_clock import ReplayedTime
from permille.domain.values.errors import Failed
from permille_cli.local.running import Running
from permille_cli.local.state import StateDirectory

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def tick(
    state: StateDirectory, running: Running, outputs: Mapping[str, str], instant: datetime | None
) -> tuple[str, dict[str, int]]:
    """Runs Enforce once; `instant` None resets the clock to the real time. Returns the event's time and the result.

    An event's time has whole seconds. It is rounded up, since what is due within the second would not be due yet.
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
        # As far into the future as the functions: mail after a decision has a later time.
        state.set_clock(replayed.ahead() if ahead > timedelta() else ahead)
    return event["time"], result


def whole_second(instant: datetime) -> datetime:
    """Rounds up to the whole second."""
    return instant + timedelta(microseconds=-instant.microsecond % 1_000_000)


def scheduled_event(at: datetime, running: Running) -> dict[str, Any]:
    """The event of EventBridge's rule at a time."""
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
    """The function's answer. Raises Failed if it failed, or is stopped."""
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
