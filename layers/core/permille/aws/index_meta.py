"""The description of an index that PynamoDB reads from the attribute `Meta` of its class."""

from collections.abc import Sequence

from pynamodb.indexes import IncludeProjection, KeysOnlyProjection


def index_meta(index_name: str, projected: Sequence[str] = ()) -> type:
    """`projected`: the attributes that the index holds besides the keys."""
    projection = IncludeProjection(list(projected)) if projected else KeysOnlyProjection()
    return type("Meta", (), {"index_name": index_name, "projection": projection})
