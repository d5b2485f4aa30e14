"""Asking the function Providers: one invocation, and each answer as a value or one of our errors."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.support.asked_providers import SERVER

from permille.aws.provider_function import ProviderFunction
from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password
from permille.domain.values.errors import (
    DecisionRefused,
    InvalidInput,
    LinkExpired,
    NotAuthenticated,
    PermilleError,
    PermissionDenied,
    Unavailable,
)

ASKED = {"host": SERVER.host, "port": SERVER.port, "username": SERVER.username}


def asking(answered: Any, asked: dict[str, Any], **more: Any) -> Stubber:
    """Of a client whose one answer this is, if it is asked so."""
    stubber = Stubber(boto3.client("lambda"))
    payload = io.BytesIO(json.dumps(answered).encode())
    expected = {"FunctionName": "permille-Providers", "Payload": json.dumps(asked).encode()}
    stubber.add_response("invoke", {"StatusCode": 200, "Payload": payload, **more}, expected)
    stubber.activate()
    return stubber


def providers(stubbed: Any) -> ProviderFunction:
    return ProviderFunction(function="permille-Providers", functions=stubbed.client)


def test_a_request_has_server_and_password_and_is_answered_by_nothing(aws: None) -> None:
    asked = {"action": "request", "token": "t", **ASKED, "password": "hidden"}

    assert providers(asking({}, asked)).request("t", SERVER, Password("hidden")) is None


def test_a_failed_login_is_a_value(aws: None) -> None:
    asked = {"action": "request", "token": "t", **ASKED, "password": "hidden"}
    answered = {"failure": {"fault": "login_refused", "reply": "535 5.7.8"}}

    failure = providers(asking(answered, asked)).request("t", SERVER, Password("hidden"))

    assert failure == LoginFailure(FailureReason.LOGIN, "535 5.7.8")


@pytest.mark.parametrize("action", ["withdraw", "confirm", "refuse"])
def test_the_other_actions_have_a_token_alone(aws: None, action: str) -> None:
    stubber = asking({}, {"action": action, "token": "t"})

    getattr(providers(stubber), action)("t")

    stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("answered", "error", "said"),
    [
        ({"refused": "not open any more"}, DecisionRefused, "not open any more"),
        ({"invalid": [{"field": "host", "message": "no host"}]}, InvalidInput, "host: no host"),
        ({"expired": "the link has expired"}, LinkExpired, "has expired"),
        ({"not_authenticated": "forged"}, NotAuthenticated, "forged"),
        ({"unavailable": "DynamoDB"}, Unavailable, "DynamoDB"),
    ],
)
def test_what_it_refuses_is_one_of_our_errors(
    aws: None, answered: dict[str, Any], error: type[PermilleError], said: str
) -> None:
    with pytest.raises(error, match=said):
        providers(asking(answered, {"action": "confirm", "token": "t"})).confirm("t")


def test_a_function_that_failed_is_unavailable_and_its_trace_is_not_passed_on(aws: None) -> None:
    failed = asking({"errorMessage": "hidden"}, {"action": "confirm", "token": "t"}, FunctionError="Unhandled")

    with pytest.raises(Unavailable) as raised:
        providers(failed).confirm("t")
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("AccessDeniedException", 403, PermissionDenied), ("TooManyRequestsException", 429, Unavailable)],
)
def test_what_lambda_refuses_is_one_of_our_errors(aws: None, code: str, status: int, error: type[Exception]) -> None:
    stubber = Stubber(boto3.client("lambda"))
    stubber.add_client_error("invoke", code, http_status_code=status)
    stubber.activate()

    with pytest.raises(error):
        providers(stubber).confirm("t")
