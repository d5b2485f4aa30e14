"""Frozen dataclasses to JSON and back, and their JSON Schema, all by the types that their fields declare.

Types: str, int, bool, date, datetime, StrEnum, Literal, tuple[T, ...], Mapping, dataclasses, unions of these.
A field that is None is left out. A field's description is in its type: Annotated[T, "The description."].
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any], Any]


def to_json(value: Any) -> Any:
    """The value as json.dumps takes it."""
    match value:
        case StrEnum():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {name: to_json(one) for name, one in value.items()}
        case tuple() | list():
            return [to_json(one) for one in value]
        case _ if is_dataclass(value):
            named = ((one.name, getattr(value, one.name)) for one in fields(value))
            return {name: to_json(one) for name, one in named if one is not None}
        case _:
            return value


def flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with its name, in which those of the mappings around it stand before dots."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def from_json(made: type[T], data: Mapping[str, Any]) -> T:
    """A dataclass of what is known of `data`: what it does not declare is passed over. Raises ValueError where a field
    without default is missing, or a value is none of its type."""
    decoders = _decoders(cast("Hashable", made))
    try:
        return made(**{name: decoders[name](value) for name, value in data.items() if name in decoders})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{made.__name__}: {error}") from error


@cache
def _decoders(made: type[Any]) -> Mapping[str, Decoder]:
    hints = get_type_hints(made)
    return {one.name: _decoder(hints[one.name]) for one in _fields(made)}


def _fields(made: type[Any]) -> Sequence[Field[Any]]:
    return fields(made)


def _decoder(hint: Any) -> Decoder:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _any_of([_decoder(one) for one in arguments if one is not NoneType])
    if origin is tuple:
        one = _decoder(arguments[0])
        return lambda value: tuple(map(one, _typed(list)(value)))
    if origin is Literal:
        return _literal(arguments)
    return _plain_decoder(origin or hint)


def _plain_decoder(hint: Any) -> Decoder:
    if is_dataclass(hint) and isinstance(hint, type):
        return lambda value: from_json(hint, value)
    if hint is datetime:
        return _instant
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _member(hint)
    return _typed(hint)


def _typed(of: type[Any]) -> Decoder:
    def decode(value: Any) -> Any:
        if not isinstance(value, of) or (isinstance(value, bool) and of is not bool):
            raise ValueError(f"{value!r} is not {of.__name__}")
        return value

    return decode


def _instant(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(f"{value!r} has no zone")
    return at


def _member(of: type[StrEnum]) -> Decoder:
    """A member that only a newer version knows stays a text."""
    names = {str(one): one for one in of}
    text = _typed(str)
    return lambda value: names.get(text(value), value)


def _literal(values: tuple[Any, ...]) -> Decoder:
    def decode(value: Any) -> Any:
        if value not in values:
            raise ValueError(f"{value!r} is none of {values}")
        return value

    return decode


def _any_of(decoders: Sequence[Decoder]) -> Decoder:
    """The first that takes the value."""
    if len(decoders) == 1:
        return decoders[0]

    def decode(value: Any) -> Any:
        for one in decoders[:-1]:
            try:
                return one(value)
            except ValueError:
                continue
        return decoders[-1](value)

    return decode


# ---------------------------------------------------------------- JSON Schema


def schema_of(made: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a dataclass, all of whose fields without default None are required."""
    hints = get_type_hints(made, include_extras=True)
    return {
        "type": "object",
        "properties": {one.name: _schema(hints[one.name]) for one in _fields(made)},
        "required": sorted(one.name for one in _fields(made) if one.default is MISSING or one.default is not None),
        "additionalProperties": False,
    }


def _schema(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is Annotated:
        kind, description = get_args(hint)
        return {**_schema(kind), "description": description}
    if get_origin(hint) in (Union, UnionType):
        return _union([_schema(one) for one in get_args(hint) if one is not NoneType])
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    return _plain_schema(hint)


def _plain_schema(hint: Any) -> dict[str, Any]:
    if is_dataclass(hint) and isinstance(hint, type):
        return schema_of(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(one) for one in hint if one]}
    return dict(_PLAIN.get(hint, {"type": "object"}))


def _union(members: list[dict[str, Any]]) -> dict[str, Any]:
    if all("enum" in one for one in members):
        return {"enum": [value for one in members for value in one["enum"]]}
    return members[0] if len(members) == 1 else {"anyOf": members}


_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
