"""Protects spreadsheets against formula injection: texts that look like a formula get an apostrophe in front."""

import re

FORMULAS = tuple("=+-@\t\r＝＋－＠")  # spreadsheets read the full-width ones like the others
_MARK = "'"
# Excel may split a file at commas or at semicolons, by its locale.
_AFTER_SEPARATOR = re.compile(rf"([;,])(?=[\s\"]*[{re.escape(''.join(FORMULAS))}])")


def marked(text: str) -> str:
    """The text of a cell, with the mark wherever a spreadsheet would read a formula."""
    inside = _AFTER_SEPARATOR.sub(rf"\1{_MARK}", text)
    return f"{_MARK}{inside}" if inside.startswith(FORMULAS) else inside


def unmarked(cell: str) -> str:
    """Reverses the mark in front of a cell; any other text is returned as it is."""
    text = cell.removeprefix(_MARK)
    return text if text.startswith(FORMULAS) else cell
