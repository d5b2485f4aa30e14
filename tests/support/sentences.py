"""The style of errors and of problems: one clause. Command, pages and both APIs say the same texts."""

from collections.abc import Mapping
from typing import Any

NAMES = ("Amazon ", "Docker", "Enforce ")  # beside words of capitals, as IAM


def is_one_clause(text: str) -> bool:
    """Whether it begins small, but for names, and ends without a full stop."""
    begins_small = not text[:1].isupper() or text[:2].isupper() or text.startswith(NAMES)
    return begins_small and not text.endswith(".")


def texts_of(problem: Mapping[str, Any]) -> list[str]:
    """What a problem document says to people, in this style; its title is the phrase of the status."""
    return [problem["detail"], *(error["message"] for error in problem.get("errors", []))]


def hold_to_style(problem: Mapping[str, Any]) -> None:
    """Fails where a text of the problem is in another style."""
    others = [text for text in texts_of(problem) if not is_one_clause(text)]
    assert not others, others
