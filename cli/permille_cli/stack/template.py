"""infra/template.yaml as data, for the embedded deployment and for tables in tests."""

from pathlib import Path
from typing import Any

import yaml

from permille_cli.project import PROJECT

TEMPLATE = PROJECT / "infra" / "template.yaml"


# The C loader takes a tenth of the time; PyYAML may be built without it.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads CloudFormation's short forms (`!Ref X`) as the long ones (`{"Ref": "X"}`)."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _long_form)


def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """Returns the template in `path` with every short form of a function written out."""
    document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader's child
    assert isinstance(document, dict)
    return document
