"""`make openapi`: writes the OpenAPI documents of both APIs as pages for people."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from permille.console.api import api_app, provisioning_app

DOCS = Path(__file__).parents[1] / "docs"
INTRODUCTION = """\
# {name}: reference

Every operation and every shape, written from [{source}]({source}) by `make openapi`; a test compares it.
How to begin is in [api.md](api.md) and [integrate.md](integrate.md).
"""
# By the file of its page: how an API is called here, the file of its document, and what makes that.
PAGES: Mapping[str, tuple[str, str, Callable[[], str]]] = {
    "api-reference.md": ("JSON API", "openapi.json", api_app.openapi_text),
    "provisioning-reference.md": ("Provisioning API", "provisioning.openapi.json", provisioning_app.openapi_text),
}
BOUNDS = {
    "minimum": "at least {:,.0f}",
    "maximum": "at most {:,.0f}",
    "minLength": "{:,} characters or more",
    "maxLength": "at most {:,} characters",
}


def page_text(page: str) -> str:
    """One of PAGES."""
    name, source, openapi_text = PAGES[page]
    return INTRODUCTION.format(name=name, source=source) + "\n" + reference_text(json.loads(openapi_text()))


def reference_text(document: Mapping[str, Any]) -> str:
    """What the page of an OpenAPI 3.1 document lists: its operations, then its schemas by name."""
    schemas = document["components"]["schemas"]
    operations = [
        "\n".join(_operation(path, method, one))
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    shapes = ["\n".join(_schema(name, schemas[name])) for name in sorted(schemas)]
    parts = [
        document["info"]["description"] + "\n",
        "## Operations\n",
        *operations,
        "## Shapes\n",
        *shapes,
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _operation(path: str, method: str, one: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {one['summary']}\n"
    yield f"`{method.upper()} {path}`\n"
    yield f"{one.get('description', '')}\n"
    parameters = [
        (f"`{each['name']}`", each["in"], _type(each["schema"]), _sentences(each, required=each["required"]))
        for each in one.get("parameters", ())
    ]
    yield from _table(("parameter", "in", "type", "what it says"), parameters)
    if "requestBody" in one:
        yield f"The request's body: {_body(one['requestBody'])}.\n"
        yield from _examples(one["requestBody"])
    answers = [(status, each["description"], _body(each)) for status, each in one["responses"].items()]
    yield from _table(("status", "when", "body"), answers)
    for status in (status for status in one["responses"] if status.startswith("2")):
        yield from _examples(one["responses"][status])


def _examples(one: Mapping[str, Any]) -> Iterator[str]:
    """Each body that the document gives as an example."""
    for content in one.get("content", {}).values():
        named = [each["value"] for each in content.get("examples", {}).values()]
        for body in [*([content["example"]] if "example" in content else []), *named]:
            yield f"```json\n{json.dumps(body, indent=2, ensure_ascii=False)}\n```\n"


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}\n"
    yield f"{schema.get('description', '')}\n"
    if "enum" in schema:
        yield f"One of {_values(schema)}.\n"
    required = schema.get("required", ())
    fields = [
        (f"`{field}`", _type(one), _sentences(one, required=field in required))
        for field, one in schema.get("properties", {}).items()
    ]
    yield from _table(("field", "type", "what it holds"), fields)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Nothing without rows."""
    if rows:
        yield f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}"
        yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
        yield ""


def _body(one: Mapping[str, Any]) -> str:
    return ", ".join(_type(each["schema"]) for each in one.get("content", {}).values())


def _sentences(one: Mapping[str, Any], *, required: bool) -> str:
    schema = one.get("schema", one)
    bounds = [words.format(schema[key]) for key, words in BOUNDS.items() if key in schema]
    default = [f"default `{schema['default']}`"] if schema.get("default") not in (None, "") else []
    said = [one.get("description", ""), ", ".join([*([] if required else ["may be missing"]), *bounds, *default])]
    return " ".join(f"{each[:1].upper()}{each[1:].rstrip('.')}." for each in said if each)


def _type(schema: Mapping[str, Any]) -> str:
    """In words; a shape that has a name is a link."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return _values(schema)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "any")


def _values(schema: Mapping[str, Any]) -> str:
    return ", ".join(f"`{value}`" for value in schema["enum"])


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(page_text(page), encoding="utf-8")
