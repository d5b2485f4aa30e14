"""`make schema`: writes docs/cli.schema.json, the JSON Schema of what each command prints with --json."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from permille_cli.catalogue import all_commands
from permille_cli.project import PROJECT
from permille_cli.shapes import account_shapes, local_shapes, parts, policy_shapes, stack_shapes
from permille_cli.shapes.notation import BASE, TEXT, Shape, many, noted, obj, one_of
from permille_cli.terminal.errors import ErrorKind

DOCUMENT = PROJECT / "docs" / "cli.schema.json"
API = PROJECT / "docs" / "openapi.json"
VERSION = 1
MODULES = (account_shapes, policy_shapes, stack_shapes, local_shapes)
ERROR = obj(
    {
        "error": obj(
            {
                "kind": one_of(ErrorKind),
                "message": noted(TEXT, "The line that is on standard error, too."),
                "fields": noted(
                    many(obj({"field": noted(TEXT, "The option or argument."), "message": TEXT})),
                    "Each value that is invalid, where the command knows it.",
                ),
            }
        )
    }
)
ANSWERS = dict(sorted((words, shape) for module in MODULES for words, shape in module.ANSWERS.items()))
PARTS = {"Error": ERROR} | parts.PARTS | {name: shape for module in MODULES for name, shape in module.PARTS.items()}
# The commands that answer although their exit status is not 0, with when that is.
UNSUCCESSFUL = {
    "backtest": "1 if no feedback was counted",
    "breaker exempt": "2 if an account was refused",
    "breaker release": "2 if an account was refused",
    "complaint restore": "2 if a complaint was refused",
    "complaint void": "2 if a complaint was refused",
    "doctor": "1 if something is broken, or could not be checked",
    "import": "1 if an account failed, 2 if a line is refused, 130 if it was interrupted between two accounts",
    "local status": "1 if it does not run",
    "local tick": "1 if an account failed",
    "provider test": "1 if the login failed",
    "webhook test": "1 if the endpoint did not take the event",
}
DESCRIPTION = (
    "What the command `permille` prints with --json: under `properties` the answer of each command, by its words. If "
    "the exit status is not 0, it prints $defs/Error instead, but for commands whose description has another exit "
    "status. A new release may add fields; one that removes or renames a field, or changes its type, has another "
    "version."
)
_REFERENCE = re.compile(r'"\$ref": "#/(?:components/schemas|\$defs)/(\w+)"')


def document_text() -> str:
    """As it is checked in."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The schema. What the JSON API has too is a definition, made of docs/openapi.json."""
    components = json.loads(API.read_text(encoding="utf-8"))["components"]["schemas"] | PARTS
    pages = {words: command.page for words, command in all_commands() if words in ANSWERS}
    answers = {
        words: {"description": _described(words, pages[words].summary), **_resolved(shape, components)}
        for words, shape in ANSWERS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Permille: what commands print with --json, version {VERSION}",
        "description": DESCRIPTION,
        "properties": answers,
        "$defs": {name: PARTS.get(name) or _strict(components[name]) for name in _definitions(answers, components)},
    }


def _described(words: str, summary: str) -> str:
    return f"{summary} Exits with {UNSUCCESSFUL[words]}." if words in UNSUCCESSFUL else summary


def _definitions(answers: Any, components: Mapping[str, Any]) -> list[str]:
    return sorted({"Error", *_named(answers, components)})


def _resolved(shape: Any, components: Mapping[str, Any]) -> Any:
    """The shape with the fields of its bases."""
    if isinstance(shape, list):
        return [_resolved(each, components) for each in shape]
    if not isinstance(shape, dict):
        return shape
    own = {name: _resolved(each, components) for name, each in shape.items() if name != BASE}
    if BASE not in shape or not isinstance(shape[BASE], str):
        return own
    base = _strict(components[shape[BASE]])
    fields = {"properties": base["properties"] | own["properties"], "required": [*base["required"], *own["required"]]}
    return own | fields


def _strict(component: Mapping[str, Any]) -> Shape:
    """A component of the API as a definition that allows no other fields."""
    text = _REFERENCE.sub(r'"$ref": "#/$defs/\1"', json.dumps({**component, "additionalProperties": False}))
    strict: Shape = json.loads(text)
    return strict if component.get("type") == "object" else {**strict, "additionalProperties": True}


def _named(answers: Any, components: Mapping[str, Any]) -> set[str]:
    """The components that are referred to, and those that they refer to."""
    found, open_ = set[str](), [*_references(answers)]
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += _references(components[name])
    return found


def _references(shape: Any) -> Iterator[str]:
    yield from _REFERENCE.findall(json.dumps(shape))


if __name__ == "__main__":
    DOCUMENT.write_text(document_text(), encoding="utf-8")
