"""IAM is asked about users with their permissions boundary and tags, as conditions of policies name them."""

# ruff: noqa: SLF001 - ministack offers no other way to its stores

from typing import Any
from urllib.parse import parse_qs

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
BY_THE_REQUEST = ("CreateUser", "PutUserPermissionsBoundary")
BY_THE_USER = (
    "AttachUserPolicy",
    "DeleteUserPermissionsBoundary",
    "DeleteUserPolicy",
    "DetachUserPolicy",
    "PutUserPolicy",
)


def authorize_by_boundaries_and_tags() -> None:
    """ministack has neither `iam:PermissionsBoundary` nor the tags of a user as condition keys. It takes the ARN, and
    then authorizes, without waiting between."""
    from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-not-found]

    arn_of, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce
    keys: dict[str, str] = {}

    def arn(service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any) -> Any:
        keys.clear()
        if service == "iam":
            keys.update(_condition_keys(body))
        return arn_of(service, method, path, headers, body, *rest)

    def with_keys(*arguments: Any, service_context: dict[str, Any] | None = None, **more: Any) -> Any:
        context = {**(service_context or {}), **keys}
        keys.clear()  # of this request alone
        return enforce(*arguments, service_context=context, **more)

    iam_actions.extract_resource_arn = arn
    iam_evaluator.enforce = with_keys


def _condition_keys(body: bytes) -> dict[str, str]:
    """Those of a request about a user; none where there is no such user."""
    from ministack.services import iam  # type: ignore[import-not-found]

    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    action, user = form.get("Action", ""), iam._users.get(form.get("UserName", "")) or {}
    bounded = {**dict.fromkeys(BY_THE_REQUEST, form), **dict.fromkeys(BY_THE_USER, user)}.get(action, {})
    keys = {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in user.get("Tags", [])}
    if boundary := bounded.get("PermissionsBoundary"):
        keys["iam:PermissionsBoundary"] = boundary
    return keys
