"""The messages between Console and Providers, in JSON: what is asked, and what is answered.

asked: {action: request, token, host, port, username, password}, or {action: withdraw|confirm|refuse, token}
answered: {}, {failure: {fault, reply}}, {refused}, {invalid: [{field, message}]}, {not_authenticated}, {expired} or
    {unavailable}
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password, Server, server
from permille.domain.values.errors import (
    DecisionRefused,
    InvalidInput,
    LinkExpired,
    NotAuthenticated,
    NotFound,
    PermilleError,
    Unavailable,
)
from permille.observability import emit
from permille.usecases.decisions import provider_requests
from permille.usecases.decisions.provider_requests import RequestServices

Message = dict[str, Any]
_BY_TOKEN: Mapping[str, Callable[[RequestServices, str, datetime], object]] = {
    "withdraw": provider_requests.withdraw,
    "confirm": provider_requests.confirm,
    "refuse": provider_requests.refuse,
}


_ERRORS: Mapping[str, type[PermilleError]] = {
    "refused": DecisionRefused,
    "expired": LinkExpired,
    "not_authenticated": NotAuthenticated,
    "unavailable": Unavailable,
}


def answer(services: RequestServices, message: Mapping[str, Any], now: datetime, *, local: bool) -> Message:
    """Does what the message asks. `local`: providers on loopback and any port are allowed, as on the embedded stack."""
    answered = _answer(services, message, now, local=local)
    emit("provider_request.answered", action=message["action"], answer=next(iter(answered), "done"))
    return answered


def _answer(services: RequestServices, message: Mapping[str, Any], now: datetime, *, local: bool) -> Message:
    try:
        return _done(services, message, now, local=local)
    except LinkExpired as error:
        return {"expired": str(error)}
    except NotAuthenticated as error:
        return {"not_authenticated": str(error)}
    except InvalidInput as error:
        return {"invalid": [{"field": field, "message": text} for field, text in error.errors]}
    except (DecisionRefused, NotFound) as error:
        return {"refused": str(error)}
    except Unavailable as error:
        return {"unavailable": str(error)}


def _done(services: RequestServices, message: Mapping[str, Any], now: datetime, *, local: bool) -> Message:
    action, token = message["action"], message["token"]
    if action != "request":
        _BY_TOKEN[action](services, token, now)
        return {}
    requested = server(message["host"], message["port"], message["username"], local=local)
    try:
        password = Password(message["password"])
    except InvalidInput as error:
        raise InvalidInput(str(error), "password") from error
    failure = provider_requests.request(services, token, requested, password, now)
    return {"failure": {"fault": failure.fault, "reply": failure.reply}} if failure else {}


def request_message(token: str, requested: Server, password: str) -> Message:
    """Asks for a provider."""
    named = {"host": requested.host, "port": requested.port, "username": requested.username}
    return {"action": "request", "token": token, **named, "password": password}


def result(answered: Message) -> LoginFailure | None:
    """Why the login failed; None where all is done. Raises what the answer says."""
    if failure := answered.get("failure"):
        return LoginFailure(FailureReason(failure["fault"]), failure["reply"])
    if errors := answered.get("invalid"):
        raise InvalidInput.of([(error["field"], error["message"]) for error in errors])
    for name, error in _ERRORS.items():
        if name in answered:
            raise error(answered[name])
    return None
