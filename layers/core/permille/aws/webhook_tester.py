"""Has the function Webhook post a test event."""

import json
from typing import TYPE_CHECKING, Any

from permille.aws.client import ONE_TRY, client, service_call
from permille.domain.values.errors import Unavailable
from permille.domain.webhooks.delivery import PostFailure, Reply
from permille.usecases.notifications.webhook_setup import not_set

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

TEST_REQUEST = {"test": True}
_SECONDS = 40  # the function's timeout, and the time in which it starts


class LambdaWebhookTester:
    """Implements `WebhookTester`."""

    def __init__(self, *, function: str, functions: "LambdaClient | None" = None) -> None:
        self._functions: LambdaClient = functions or client("lambda", read_timeout=_SECONDS, retries=ONE_TRY)
        self._function = function

    def test(self) -> Reply:
        with service_call("having a test event posted"):
            answer = self._functions.invoke(FunctionName=self._function, Payload=json.dumps(TEST_REQUEST).encode())
            content = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise Unavailable(f"the function Webhook failed, and its log says why ({content.get('errorType', '')})")
        reply = reply_of(content)
        if reply is None:
            raise not_set()
        return reply


def answer_of(reply: Reply | None) -> dict[str, Any]:
    """What the function answers to TEST_REQUEST. `reply`: None where no webhook is set."""
    if reply is None:
        return {"is_set": False}
    return {"is_set": True, "status": reply.status, "without_status": reply.without_status}


def reply_of(answer: dict[str, Any]) -> Reply | None:
    """The reply in such an answer; None where no webhook is set."""
    if not answer["is_set"]:
        return None
    failure = answer["without_status"]
    return Reply(answer["status"], PostFailure(failure) if failure else None)
