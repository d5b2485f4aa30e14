"""The actions and resources that IAM is asked about, where ministack takes others than AWS."""

import json
from typing import Any
from urllib.parse import parse_qs


def authorize_as_aws() -> None:
    """Reading a function's concurrency is an action of its own; a rule of the default bus has no bus in its ARN; whose
    an access key is can be asked about that user.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""
    from ministack.core import iam_actions  # type: ignore[import-not-found]

    action_of, arn_of = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def action(service: str, method: str, path: str, *rest: Any, **more: Any) -> Any:
        found = action_of(service, method, path, *rest, **more)
        if method == "GET" and found == "lambda:PutFunctionConcurrency":
            return "lambda:GetFunctionConcurrency"
        return found

    def arn(service: str, method: str, path: str, headers: dict[str, str], body: bytes,
            query: dict[str, Any], region: str, account: str) -> Any:  # fmt: skip
        found = arn_of(service, method, path, headers, body, query, region, account)
        if service == "iam":
            return _with_user_of_key(found, body, account)
        if service != "events":
            return found
        named = json.loads(body or b"{}").get("Rule")
        return f"arn:aws:events:{region}:{account}:rule/{named}" if named else found.replace(":rule/default/", ":rule/")

    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = action, arn


def _with_user_of_key(found: str, body: bytes, account: str) -> str:
    from ministack.services import iam  # type: ignore[import-not-found]

    form = parse_qs(body.decode(errors="replace"))
    if form.get("Action") != ["GetAccessKeyLastUsed"]:
        return found
    key = iam._access_keys.get(form.get("AccessKeyId", [""])[0])  # noqa: SLF001 - it has no other name
    return f"arn:aws:iam::{account}:user/{key['UserName']}" if key else found
