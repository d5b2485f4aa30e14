"""Mailboxes in parts (RFC 5322, leniently): tokens, comments, angle brackets and encoded words."""

import re
from collections.abc import Sequence

LONGEST_ENCODED = 16_384  # characters of a whole mailbox in encoded words: some charsets take quadratic time

QUOTE = '"'
_ENCODED = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=")
_TOKEN = re.compile(
    rf"""(?P<blank>\s++) | {_ENCODED.pattern} | "(?:[^"\\]|\\.)*+" | [^\s()<>@,;:\\".\[\]]++ | \[[^\[\]\\]*+\] | .""",
    re.VERBOSE | re.DOTALL,
)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_NOT_IN_A_NAME = frozenset(":;>")


class NotAMailbox(Exception):
    """The text is no mailbox. It ends the reading, and never leaves this package."""


def tokens_of(text: str) -> list[str]:
    """Encoded words, quoted strings, atoms, domain literals and special characters; no blanks and no comments."""
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found[0] == QUOTE:  # a quoted string without an end
            raise NotAMailbox
        if found[0] == "(":
            at = _end_of_comment(text, at)
            continue
        if found.lastgroup != "blank":
            tokens.append(found[0])
        at = found.end()
    return tokens


def in_brackets(tokens: list[str]) -> list[str]:
    """The tokens in the angle brackets, without a route; all tokens where there are no brackets.

    The name before them may hold what it should not, such as an address. It is refused where that makes the text a
    group or a list.
    """
    if "<" not in tokens:
        return tokens
    start = tokens.index("<")
    name, inner = set(tokens[:start]), tokens[start + 1 : -1]
    if tokens[-1] != ">" or not {"<", ">"}.isdisjoint(inner):
        raise NotAMailbox
    if not _NOT_IN_A_NAME.isdisjoint(name) or {",", "@"} <= name:
        raise NotAMailbox
    return inner[inner.index(":") + 1 :] if inner[:1] == ["@"] and ":" in inner else inner


def is_encoded(tokens: Sequence[str]) -> bool:
    """Whether there are tokens, and all are encoded words (RFC 2047)."""
    return bool(tokens) and all(map(_ENCODED.fullmatch, tokens))


def decoded(words: Sequence[str]) -> str:
    """The text that encoded words stand for. Raises NotAMailbox."""
    from email.errors import HeaderParseError
    from email.header import decode_header

    text = " ".join(" ".join(words).split())
    if len(text) > LONGEST_ENCODED:
        raise NotAMailbox
    try:
        return "".join(
            part if isinstance(part, str) else part.decode((charset or "ascii").partition("*")[0])  # RFC 2231: language
            for part, charset in decode_header(text)
        )
    except (HeaderParseError, LookupError, ValueError):
        raise NotAMailbox from None


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for mark in _IN_COMMENT.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    raise NotAMailbox
