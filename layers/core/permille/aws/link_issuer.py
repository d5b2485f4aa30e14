"""Requests links and tokens from the function Access by its URL, signed with the caller's credentials (SigV4)."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import NoCredentialsError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.session import Session

from permille.aws import client
from permille.domain.login.links import LINKS, Grant, LinkRole
from permille.domain.values.errors import InvalidInput, PermissionDenied, RequestRejected, Unavailable

DOING = "making a link"
_SECONDS = (3, 25)  # for connecting, and for the answer: the function may have to start


class FunctionUrlIssuer:
    """Implements `LinkIssuer`."""

    def __init__(self, *, url: str, session: Session | None = None, seconds: tuple[float, float] = _SECONDS) -> None:
        self._url = url.rstrip("/") + LINKS
        self._session = session or client.session()
        self._seconds = seconds

    def token(self, role: LinkRole, name: str, lasts: timedelta, grant: Grant | None = None) -> str:
        request: dict[str, Any] = {"audience": role, "name": name, "seconds": int(lasts.total_seconds())}
        if grant:
            request |= {"scopes": sorted(grant.scopes), "accounts": list(grant.accounts)}
        with client.service_call(DOING):
            answer = self._answer(request)
            return _token(answer.status_code, _read(answer.text))

    def _answer(self, content: Mapping[str, Any]) -> AWSResponse:
        """The function's answer, on the second try where it was still starting: a token that nobody got leaves an entry
        alone."""
        try:
            return self._send(content)
        except ReadTimeoutError:
            return self._send(content)

    def _send(self, content: Mapping[str, Any]) -> AWSResponse:
        http = URLLib3Session(timeout=self._seconds)  # type: ignore[arg-type]
        return http.send(self._signed(content).prepare())

    def _signed(self, content: Mapping[str, Any]) -> AWSRequest:
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        body, headers = json.dumps(content).encode(), {"Content-Type": "application/json"}
        request = AWSRequest("POST", self._url, data=body, headers=headers)
        region = client.region_of(self._session) or ""
        SigV4Auth(credentials.get_frozen_credentials(), "lambda", region).add_auth(request)
        return request


def _read(text: str) -> Mapping[str, Any]:
    """The JSON object of an answer; empty for anything else, which is not an answer of the function but of AWS."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _token(status: int, answer: Mapping[str, Any]) -> str:
    detail = str(answer.get("detail") or answer.get("Message") or answer.get("message") or f"it answers {status}")
    match status:
        case 201:
            return str(answer["token"])
        case 400 | 422:
            problems = [(str(problem["field"]), str(problem["message"])) for problem in answer.get("errors", [])]
            raise InvalidInput.of(problems or [("", detail)])
        case 401 | 403:
            raise PermissionDenied(
                f"{DOING}: AWS does not allow it ({detail}); lambda:InvokeFunctionUrl and lambda:InvokeFunction on the "
                "function Access are needed"
            )
        case _ if 400 <= status < 500 and status != 429:
            raise RequestRejected(f"{DOING}: the function refuses it ({detail})")
        case _:
            raise Unavailable(f"{DOING}: {detail}")
