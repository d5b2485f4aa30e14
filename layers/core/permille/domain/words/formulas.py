"""What spreadsheets take for a formula, and the mark by which they are kept from it."""

import re

FORMULAS = tuple("=+-@\t\r＝＋－＠")  # the wide ones are taken for the others
_MARK = "'"
# A file of the one kind may be opened by an Excel that divides by the other.
_AFTER_SEPARATOR = re.compile(rf"([;,])(?=[\s\"]*[{re.escape(''.join(FORMULAS))}])")


def marked(text: str) -> str:
    """The text of a cell, marked as a text where a spreadsheet would take it for a formula."""
    inside = _AFTER_SEPARATOR.sub(rf"\1{_MARK}", text)
    return f"{_MARK}{inside}" if inside.startswith(FORMULAS) else inside


def unmarked(cell: str) -> str:
    """The text of a cell without the mark in front of it."""
    text = cell.removeprefix(_MARK)
    return text if text.startswith(FORMULAS) else cell
