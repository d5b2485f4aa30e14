"""Passes the authenticated identity to functions and policies, as AWS does."""

# ruff: noqa: SLF001 - ministack offers no other way

from contextvars import ContextVar
from typing import Any


def pass_identity_to_functions() -> None:
    """ministack authenticates a function URL of `AuthType: AWS_IAM`, but passes neither the identity nor the
    invocation's request id to the function."""
    from ministack.core.iam_evaluator import request_caller_arn  # type: ignore[import-not-found]
    from ministack.services import lambda_svc  # type: ignore[import-not-found]

    event_of, dispatch = lambda_svc._build_function_url_event, lambda_svc._execute_function_dispatch
    event_of_call = ContextVar[dict[str, Any] | None]("event_of_call", default=None)

    def event(url_id: str, account: str, region: str, method: str, path: str, headers: dict[str, str],
              *rest: Any, **more: Any) -> Any:  # fmt: skip
        built = event_of(url_id, account, region, method, path, headers, *rest, **more)
        if not more.get("anonymous"):
            built["requestContext"]["authorizer"] = {"iam": {"userArn": request_caller_arn(headers)}}
        event_of_call.set(built)
        return built

    def execute(func: Any, config: Any, event: Any, request_id: str, started: float) -> Any:
        built = event_of_call.get()
        if built is not None and event is built:
            request_id = built["requestContext"]["requestId"]
        return dispatch(func, config, event, request_id, started)

    lambda_svc._build_function_url_event = event
    lambda_svc._execute_function_dispatch = execute


def name_roles_as_principals() -> None:
    """Makes `aws:PrincipalArn` of a role's session the role; ministack has the session."""
    from ministack.core import iam_evaluator  # type: ignore[import-not-found]

    original = iam_evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        value = original(key, context)
        if key.lower() == "aws:principalarn" and ":assumed-role/" in value:
            account, _, session = value.removeprefix("arn:aws:sts::").partition(":assumed-role/")
            return f"arn:aws:iam::{account}:role/{session.partition('/')[0]}"
        return value

    iam_evaluator._resolve_condition_key = resolved
