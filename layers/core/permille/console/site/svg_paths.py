"""The `d` attributes of SVG paths for the report's graph."""

from collections.abc import Sequence

from permille.console.site.graph_geometry import Bar, Mark, Point

MARK_SIZE = 14.0  # of a mark with one digit: width and height


def bar_path(bars: Sequence[Bar]) -> str:
    """The outlines of all bars, in one path."""
    return "".join(f"M{bar.x:g} {bar.y:g}h{bar.width:g}v{bar.height:g}h-{bar.width:g}z" for bar in bars)


def mark_path(marks: Sequence[Mark]) -> str:
    """A horizontal line for each mark. The stylesheet gives it round ends and MARK_SIZE as its width, which makes a
    pill."""
    lengths = ((mark, max(mark.width - MARK_SIZE, 0)) for mark in marks)
    return "".join(f"M{mark.x - length / 2:g} {mark.y:g}h{length:g}" for mark, length in lengths)


def line_path(points: Sequence[Point]) -> str:
    """A line through the points. A single point is a line of length 0, which round ends make visible."""
    first, *others = points
    return f"M{first.x:g} {first.y:g}" + ("".join(f"L{point.x:g} {point.y:g}" for point in others) or "h0")
