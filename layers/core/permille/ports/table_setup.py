"""How a table is set up, and what an imported one lacks. A restored table has no stream, no expiry and no recovery, and
CloudFormation never sets them: it believes that an imported table is as the template says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TableSetup:
    """The set-up of a table.

    keys: each as in "account_id S HASH"
    indexes: by name: the keys, and the projection last
    stream: its view type; empty: no stream
    expires_by: the attribute of the TTL; empty: no expiry
    recoverable: whether point-in-time recovery is on
    protected: whether deletion protection is on
    """

    keys: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stream: str = ""
    expires_by: str = ""
    recoverable: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class MissingSetup:
    """What an imported table lacks, by the fields of TableSetup; falsy where it lacks nothing."""

    stream: str = ""
    expires_by: str = ""
    recoverable: bool = False
    protected: bool = False

    def __bool__(self) -> bool:
        """Whether it lacks something."""
        return bool(self.stream or self.expires_by or self.recoverable or self.protected)

    def names(self) -> list[str]:
        """The names of what is missing, for people."""
        all_of = {
            "stream": self.stream,
            "expiry": self.expires_by,
            "point-in-time recovery": self.recoverable,
            "deletion protection": self.protected,
        }
        return [name for name, lacks in all_of.items() if lacks]


def missing_setup(found: TableSetup, wanted: TableSetup) -> MissingSetup:
    """What has to be set on the table that was found, so that it is as wanted."""
    return MissingSetup(
        stream=wanted.stream if not found.stream else "",
        expires_by=wanted.expires_by if not found.expires_by else "",
        recoverable=wanted.recoverable and not found.recoverable,
        protected=wanted.protected and not found.protected,
    )


def mismatches(found: TableSetup, wanted: TableSetup) -> Iterator[str]:
    """Differences, as sentences, that cannot be mended on an existing table."""
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
    """Keys and indexes of a table, from the description that DynamoDB and CloudFormation share."""
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
