"""Faults that moto does not have: transient errors of AWS, and lost answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from tests.support.fakes import When


class Wire:
    """The wire of one client. Each fault strikes once per call of its operation."""

    def __init__(self, client: Any) -> None:
        self._events = client.meta.events
        self._service = client.meta.service_model.service_id.hyphenize()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._events.register_first(f"provide-client-params.{self._service}", self._note)

    @property
    def calls(self) -> list[str]:
        return [operation for operation, _ in self.asked]

    def refuse(self, operation: str, code: str, reasons: Sequence[str] = (), *, times: int = 1) -> None:
        """AWS answers with this error, and with why a transaction was cancelled."""
        error = {
            "Error": {"Code": code, "Message": "injected"},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }
        self.answer(operation, error, status=400, times=times)

    def answer(self, operation: str, answer: Mapping[str, Any], *, status: int = 200, times: int = 1) -> None:
        """Makes AWS give this answer to every call."""
        whole = {"ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": status}, **answer}
        sent = AWSResponse("", status, HTTPHeaders(), None)
        self._strike(f"before-call.{self._service}.{operation}", lambda: (sent, whole), times)

    def cut(self, operation: str, when: When = When.BEFORE, *, times: int = 1) -> None:
        """The line goes dead: before the request is out, or with the answer on its way."""

        def dead() -> None:
            raise ConnectionClosedError(endpoint_url="https://aws.example")

        moment = "before-call" if when is When.BEFORE else "after-call"
        self._strike(f"{moment}.{self._service}.{operation}", dead, times)

    def _strike(self, event: str, fault: Callable[[], Any], times: int) -> None:
        left = [None] * times

        def handler(**_: object) -> Any:
            if left:
                left.pop()
                return fault()
            return None

        self._events.register(event, handler)

    def _note(self, model: Any, params: dict[str, Any], **_: object) -> None:
        self.asked.append((model.name, params))
