"""Converts frozen dataclasses to JSON and back, and makes their JSON Schema, by the declared types of their fields.

Supported types: str, int, bool, date, datetime, StrEnum, Literal, tuple[T, ...], frozenset[str], Mapping[str, T],
dataclasses, and unions of these. A field that is None is omitted. A field's description is in its type:
Annotated[T, "The description."].
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any], Any]


def to_json(value: Any) -> Any:
    """Converts a value to what json.dumps takes."""
    match value:
        case StrEnum():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {name: to_json(member) for name, member in value.items()}
        case tuple() | list() | frozenset():
            return [to_json(item) for item in _in_order(value)]
        case _ if is_dataclass(value):
            named = ((field.name, getattr(value, field.name)) for field in fields(value))
            return {name: to_json(member) for name, member in named if member is not None}
        case _:
            return value


def _in_order(items: Iterable[Any]) -> Iterable[Any]:
    return sorted(items) if isinstance(items, frozenset) else items


def flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Flattens nested mappings: yields each leaf with its path, in which dots separate the names."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def from_json(cls: type[T], data: Mapping[str, Any]) -> T:
    """Makes a dataclass from JSON. Names that it does not declare are ignored, and so is null. Raises ValueError where
    a field without a default is missing, or a value has the wrong type."""
    decoders = _decoders(cast("Hashable", cls))
    try:
        return cls(**{name: decode(data[name]) for name, decode in decoders.items() if data.get(name) is not None})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{cls.__name__}: {error}") from error


@cache
def _decoders(cls: type[Any]) -> Mapping[str, Decoder]:
    hints = get_type_hints(cls)
    return {field.name: _decoder(hints[field.name]) for field in _fields(cls)}


def _fields(cls: type[Any]) -> Sequence[Field[Any]]:
    return fields(cls)


def _decoder(hint: Any) -> Decoder:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _any_of([_decoder(member) for member in arguments if member is not NoneType])
    if origin in (tuple, frozenset):
        item = _decoder(arguments[0])
        return lambda value: origin(map(item, _typed(list)(value)))
    if origin is Mapping and arguments[1] is not Any:
        member = _decoder(arguments[1])
        return lambda value: {name: member(one) for name, one in _typed(Mapping)(value).items()}
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
    """A member that only a newer version knows stays a str."""
    names = {str(member): member for member in of}
    text = _typed(str)
    return lambda value: names.get(text(value), value)


def _literal(values: tuple[Any, ...]) -> Decoder:
    def decode(value: Any) -> Any:
        if value not in values:
            raise ValueError(f"{value!r} is none of {values}")
        return value

    return decode


def _any_of(decoders: Sequence[Decoder]) -> Decoder:
    """The first decoder that takes the value decodes it."""
    if len(decoders) == 1:
        return decoders[0]

    def decode(value: Any) -> Any:
        for decoder in decoders[:-1]:
            try:
                return decoder(value)
            except ValueError:
                continue
        return decoders[-1](value)

    return decode


# ---------------------------------------------------------------- JSON Schema


def schema_of(cls: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a dataclass. Fields are required unless their default is None."""
    hints = get_type_hints(cls, include_extras=True)
    required = (field.name for field in _fields(cls) if field.default is MISSING or field.default is not None)
    return {
        "type": "object",
        "properties": {field.name: _schema(hints[field.name]) for field in _fields(cls)},
        "required": sorted(required),
        "additionalProperties": False,
    }


def _schema(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is Annotated:
        kind, description = get_args(hint)
        return {**_schema(kind), "description": description}
    if get_origin(hint) in (Union, UnionType):
        return _union([_schema(member) for member in get_args(hint) if member is not NoneType])
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    return _plain_schema(hint)


def _plain_schema(hint: Any) -> dict[str, Any]:
    if is_dataclass(hint) and isinstance(hint, type):
        return schema_of(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(member) for member in hint if member]}
    return dict(_PLAIN.get(hint, {"type": "object"}))


def _union(members: list[dict[str, Any]]) -> dict[str, Any]:
    if all("enum" in member for member in members):
        return {"enum": [value for member in members for value in member["enum"]]}
    return members[0] if len(members) == 1 else {"anyOf": members}


_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
