"""CloudFormation makes IAM groups: ministack's does not know the type."""

import json
from typing import Any

Made = tuple[str, dict[str, str]]  # the physical id, and what Fn::GetAtt returns


def make_groups_by_cloudformation() -> None:
    """Registers AWS::IAM::Group. A group has the name that the template gives it; one that outlived its stack is taken
    over, since ministack cannot import it."""
    from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

    handlers = {"create": _create, "update": _update, "delete": _delete}
    provisioners._RESOURCE_HANDLERS["AWS::IAM::Group"] = handlers  # noqa: SLF001 - there is no other way


def _create(_logical_id: str, properties: dict[str, Any], _stack: str) -> Made:
    from ministack.services import iam  # type: ignore[import-not-found]

    name = properties["GroupName"]
    if name not in iam._groups:  # noqa: SLF001
        _call("create_group", GroupName=name)
    return _with_policies(name, properties)


def _update(name: str, _before: dict[str, Any], properties: dict[str, Any], _stack: str) -> Made:
    return _with_policies(name, properties)


def _delete(name: str, _properties: dict[str, Any]) -> None:
    _call("delete_group", GroupName=name)  # with its policies


def _with_policies(name: str, properties: dict[str, Any]) -> Made:
    for policy in properties.get("Policies", []):
        document = json.dumps(policy["PolicyDocument"])
        _call("put_group_policy", GroupName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    from ministack.services import iam

    return name, {"Arn": iam._groups[name]["Arn"]}  # noqa: SLF001


def _call(action: str, **parameters: str) -> None:
    """An action of the emulator's own IAM."""
    from ministack.services import iam

    status, _, body = getattr(iam, f"_{action}")(parameters)
    if status >= 400:
        raise ValueError(body.decode())
