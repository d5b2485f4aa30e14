"""Patterns of IAM: * stands for any characters, ? for one."""

from collections.abc import Callable, Sequence

Move = tuple[int, int]  # by so many characters in the first pattern, and in the second
ANY = ((1, 0), (0, 1))
BOTH = ((1, 1),)


def covers(pattern: str, other: str) -> bool:
    """Whether a pattern matches a text, or everything that another pattern matches. Nothing but * and ? is special, and
    case matters."""

    def moves(p: str, o: str) -> Sequence[Move]:
        return ANY if p == "*" else BOTH if o != "*" and p in ("?", o) else ()

    return _is_read_to_the_end(pattern, other, moves)


def overlap(pattern: str, other: str) -> bool:
    """Whether some text matches both patterns."""

    def moves(p: str, o: str) -> Sequence[Move]:
        return ANY if "*" in (p, o) else BOTH if "?" in (p, o) or p == o else ()

    return _is_read_to_the_end(pattern, other, moves)


def _is_read_to_the_end(pattern: str, other: str, moves: Callable[[str, str], Sequence[Move]]) -> bool:
    """Whether the moves from character to character lead to the end of both; in time that the product of their lengths
    bounds."""
    seen, todo = set[Move](), [(0, 0)]
    while todo:
        at = todo.pop()
        if at == (len(pattern), len(other)):
            return True
        if at in seen or at[0] > len(pattern) or at[1] > len(other):
            continue
        seen.add(at)
        todo += [(at[0] + i, at[1] + j) for i, j in moves(pattern[at[0] : at[0] + 1], other[at[1] : at[1] + 1])]
    return False
