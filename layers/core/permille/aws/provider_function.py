"""Asks the function Providers, by invoking it. Lambda logs neither the message nor the answer."""

import json
from typing import TYPE_CHECKING

from permille.aws.client import ONE_TRY, client, service_call
from permille.domain.sending.smtp_server import LoginFailure, Password, Server
from permille.domain.values.errors import Unavailable
from permille.usecases.decisions.provider_messages import Message, request_message, result

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

SECONDS = 17  # for an answer: the function has 15. No second try, since each counts as a login


class ProviderFunction:
    """Implements `ProviderRequests`. `function`: its name or ARN."""

    def __init__(self, *, function: str, functions: "LambdaClient | None" = None) -> None:
        self._functions: LambdaClient = functions or client("lambda", read_timeout=SECONDS, retries=ONE_TRY)
        self._function = function

    def request(self, token: str, server: Server, password: Password) -> LoginFailure | None:
        return self._ask(request_message(token, server, password.reveal()))

    def withdraw(self, token: str) -> None:
        self._ask({"action": "withdraw", "token": token})

    def confirm(self, token: str) -> None:
        self._ask({"action": "confirm", "token": token})

    def refuse(self, token: str) -> None:
        self._ask({"action": "refuse", "token": token})

    def _ask(self, message: Message) -> LoginFailure | None:
        with service_call(f"asking the function {self._function}"):
            answered = self._functions.invoke(FunctionName=self._function, Payload=json.dumps(message).encode())
            content = json.loads(answered["Payload"].read())
        if answered.get("FunctionError"):  # its log says what
            raise Unavailable(f"the function {self._function} failed")
        return result(content)
