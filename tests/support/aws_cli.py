"""The AWS CLI's commands that mend something, as calls of boto3: the CLI itself is not installed here."""

import json
import shlex
from collections.abc import Callable
from typing import Any

import boto3
from botocore import xform_name

RENAMED = {("sns", "subscribe", "notification-endpoint"): "Endpoint"}  # by the CLI, whose own --endpoint-url is near


def calls_in(mend: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Each command `aws ...` of a text: the service, the operation and its parameters. Raises ValueError for one that
    the API does not have."""
    commands = [part.strip() for part in mend.replace("&&", ";").split("; ")]
    starts = [part[part.index("aws ") :] for part in commands if "aws " in part]
    return [_call(shlex.split(command.partition(" (")[0])) for part in starts for command in part.split(" ; ")]


def run(mend: str, client: Callable[[str], Any]) -> None:
    """Makes all calls of a text."""
    for service, operation, parameters in calls_in(mend):
        getattr(client(service), xform_name(operation))(**parameters)


def _call(words: list[str]) -> tuple[str, str, dict[str, Any]]:
    service: Any
    _, service, name, *options = words
    model = boto3.client(service, region_name="us-east-1").meta.service_model
    operations = {xform_name(operation, "-"): operation for operation in model.operation_names}
    if name not in operations:
        raise ValueError(f"aws {service} has no {name}")
    shape = model.operation_model(operations[name]).input_shape
    known = {xform_name(member, "-").lower(): member for member in shape.members}
    parameters: dict[str, Any] = {}
    while options:
        option = options.pop(0).removeprefix("--")
        values = []
        while options and not options[0].startswith("--"):
            values.append(options.pop(0))
        member = RENAMED.get((service, name, option)) or known.get(option)
        if member is None:
            raise ValueError(f"aws {service} {name} takes no --{option}")
        parameters[member] = _value(shape.members[member].type_name, values)
    if missing := [member for member in shape.required_members if member not in parameters]:
        raise ValueError(f"aws {service} {name} needs {missing}")
    return service, operations[name], parameters


def _value(kind: str, values: list[str]) -> Any:
    if kind == "boolean":
        return True
    if kind == "list" and not values[0].startswith("["):
        return values
    return json.loads(values[0]) if kind in ("structure", "map", "list") else values[0]
