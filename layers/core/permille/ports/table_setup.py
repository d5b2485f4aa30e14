"""How a table is set up, and what one that is taken up again lacks: a restored table has neither stream nor expiry nor
recovery, and CloudFormation, which takes a template's word for what it imports, would never set them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TableSetup:
    """`keys`, and those of each index by its name, as in "account_id S HASH"; an index's projection stands behind its
    keys. `stream`: what it tells, `expires_by`: the attribute; both empty where there is none."""

    keys: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stream: str = ""
    expires_by: str = ""
    recoverable: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """What has to be set; empty (falsy) where nothing has."""

    stream: str = ""
    expires_by: str = ""
    recoverable: bool = False
    protected: bool = False

    def __bool__(self) -> bool:
        return bool(self.stream or self.expires_by or self.recoverable or self.protected)

    def names(self) -> list[str]:
        """For people."""
        all_of = {
            "stream": self.stream,
            "expiry": self.expires_by,
            "point-in-time recovery": self.recoverable,
            "deletion protection": self.protected,
        }
        return [name for name, lacks in all_of.items() if lacks]


def lacking(found: TableSetup, wanted: TableSetup) -> Lacking:
    return Lacking(
        stream=wanted.stream if not found.stream else "",
        expires_by=wanted.expires_by if not found.expires_by else "",
        recoverable=wanted.recoverable and not found.recoverable,
        protected=wanted.protected and not found.protected,
    )


def mismatches(found: TableSetup, wanted: TableSetup) -> Iterator[str]:
    """What nobody can set in passing."""
    if found.keys != wanted.keys:
        yield f"its keys are {', '.join(found.keys)}, not {', '.join(wanted.keys)}"
    for name, index in wanted.indexes.items():
        if (its := found.indexes.get(name)) != index:
            yield f"its index {name} is {', '.join(its)}, not {', '.join(index)}" if its else f"it has no index {name}"
    if found.stream not in ("", wanted.stream):
        yield f"its stream tells {found.stream}, not {wanted.stream or 'anything'}"
    if found.expires_by not in ("", wanted.expires_by):
        yield f"it expires by {found.expires_by}, not by {wanted.expires_by or 'anything'}"


def keys_and_indexes(described: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Of a table as DynamoDB and CloudFormation describe it, which is alike."""
    types = {one["AttributeName"]: one["AttributeType"] for one in described["AttributeDefinitions"]}

    def keys(schema: Any) -> tuple[str, ...]:
        return tuple(f"{one['AttributeName']} {types[one['AttributeName']]} {one['KeyType']}" for one in schema)

    indexes = {
        index["IndexName"]: (*keys(index["KeySchema"]), _projected(index["Projection"]))
        for index in described.get("GlobalSecondaryIndexes") or []
    }
    return keys(described["KeySchema"]), indexes


def _projected(projection: Mapping[str, Any]) -> str:
    return " ".join([projection["ProjectionType"], *sorted(projection.get("NonKeyAttributes") or [])])
