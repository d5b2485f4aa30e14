"""The function Providers with fakes around it, as Console asks it."""

import json
from collections.abc import Callable
from datetime import datetime

from tests.support.builders import a_server
from tests.support.fakes import FakePolicies, FakeSecrets, FakeSmtpLoginCheck, FakeTimeline, FakeTokenSigner, Rows
from tests.support.within_role import AccountsWithinRole

from permille.domain.sending.smtp_server import LoginFailure, Password, Server
from permille.usecases.decisions.provider_messages import Message, answer, request_message, result
from permille.usecases.decisions.provider_requests import RequestServices

SERVER, OTHER = a_server(), a_server(host="mail.example.net", username="bea")
PASSWORDS = {SERVER: "hidden-secret-1", OTHER: "hidden-secret-2"}


class AskedProviders:
    """Implements `ProviderRequests`, without Lambda. All messages are JSON on their way."""

    def __init__(self, rows: Rows, signer: FakeTokenSigner, now: Callable[[], datetime]) -> None:
        self.login_check = FakeSmtpLoginCheck(dict(PASSWORDS), rows.faults)
        self.secrets = FakeSecrets(faults=rows.faults)
        self.requested = FakeSecrets(faults=rows.faults, name="requested")
        self._faults, self._now = rows.faults, now
        self.services = RequestServices(
            accounts=AccountsWithinRole(rows, "Providers"),
            policies=FakePolicies(),
            timeline=FakeTimeline(rows),
            signer=signer,
            login_check=self.login_check,
            secrets=self.secrets,
            requested=self.requested,
        )

    def request(self, token: str, server: Server, password: Password) -> LoginFailure | None:
        return self._ask(request_message(token, server, password.reveal()))

    def withdraw(self, token: str) -> None:
        self._ask({"action": "withdraw", "token": token})

    def confirm(self, token: str) -> None:
        self._ask({"action": "confirm", "token": token})

    def refuse(self, token: str) -> None:
        self._ask({"action": "refuse", "token": token})

    def _ask(self, message: Message) -> LoginFailure | None:
        with self._faults.call("providers.ask"):
            sent = json.loads(json.dumps(message))
            return result(json.loads(json.dumps(answer(self.services, sent, self._now(), local=False))))
