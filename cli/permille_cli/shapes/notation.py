"""A short notation for JSON Schema: `obj({"account_id": TEXT, "secret?": TEXT})`."""

from collections.abc import Iterable, Mapping
from typing import Any

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}
NOTHING: Shape = {"type": "null"}
INSTANT: Shape = {"type": "string", "format": "date-time"}
DAY: Shape = {"type": "string", "format": "date"}
BASE = "base"  # the name under which obj() keeps a component of the JSON API, until the document is made


def obj(fields: Mapping[str, Shape], base: str = "") -> Shape:
    """An object with these fields and no others; those with a ? may be missing.

    base: a component of the JSON API, whose fields it has as well
    """
    shape: Shape = {
        "type": "object",
        "properties": {name.rstrip("?"): shape for name, shape in fields.items()},
        "required": [name for name in fields if not name.endswith("?")],
        "additionalProperties": False,
    }
    return {BASE: base, **shape} if base else shape


def defined(name: str) -> Shape:
    """A definition: a component of the JSON API, by its name in docs/openapi.json, or one of the PARTS."""
    return {"$ref": f"#/$defs/{name}"}


def many(shape: Shape) -> Shape:
    """A list."""
    return {"type": "array", "items": shape}


def keyed(shape: Shape) -> Shape:
    """An object whose names are values, such as ids of accounts."""
    return {"type": "object", "additionalProperties": shape}


def maybe(shape: Shape) -> Shape:
    """The shape, or null."""
    return {"anyOf": [shape, NOTHING]}


def either(*shapes: Shape) -> Shape:
    """One of the shapes."""
    return {"anyOf": list(shapes)}


def one_of(values: Iterable[str]) -> Shape:
    """One of these texts; the members of a StrEnum are texts."""
    return {"enum": [str(value) for value in values]}


def noted(shape: Shape, note: str) -> Shape:
    """The shape with a description."""
    return {**shape, "description": note}
