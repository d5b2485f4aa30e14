"""The numbers of a policy in words: one, and which differ between two policies."""

from collections.abc import Iterator, Mapping
from typing import Any

from permille.domain.values.json_values import flat


def number_in_words(value: Any) -> str:
    """A number as it is typed in a policy's file; `off` for null."""
    match value:
        case None:
            return "off"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def changed_numbers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """`complaint_ratio.limit_per_1000 from 1 to 2`, for each number of `after` that differs. Both as policy_data()."""
    former = dict(flat(before))
    for name, value in flat(after):
        if name != "id" and former.get(name) != value:
            yield f"{name} from {number_in_words(former.get(name))} to {number_in_words(value)}"
