"""One canonical form for each mailbox, however it is written: identities, suppressions and searches compare it."""

import re
from collections.abc import Sequence

from permille.addresses.domains import domain_of
from permille.addresses.parts import LONGEST_ADDRESS, folded, joined
from permille.addresses.tokens import QUOTE, NotAMailbox, decoded, in_brackets, is_encoded, tokens_of

_ATEXT = r"-A-Za-z0-9!#$%&'*+/=?^_`{|}~"  # RFC 5322
_PLAIN = re.compile(rf"[{_ATEXT}.]++@(?:[A-Za-z0-9_-]++\.)*+[A-Za-z0-9_-]++")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_DOT_ATOM = re.compile(rf"(?:[{_ATEXT}.]|[^\x00-\x7f\s])+")


def canonical_address(text: str) -> str | None:
    """The canonical form of the one mailbox that `text` is (RFC 5322, leniently); None where it is no mailbox.

    It has no name, comments or blanks, is lower-cased and in NFC, and its domain is in A-labels. It has at most
    LONGEST_ADDRESS characters, and is its own canonical form. Local parts that differ in case alone count as one:
    nobody has two such mailboxes.
    """
    if _PLAIN.fullmatch(text):
        return text.lower() if len(text) <= LONGEST_ADDRESS else None
    try:
        mailbox = _read(text, decode=True)
    except NotAMailbox:
        return None
    return mailbox if len(mailbox) <= LONGEST_ADDRESS else None


def is_same_mailbox(left: str, right: str) -> bool:
    """Whether two texts are the same, or are the same mailbox."""
    return left == right or (
        canonical_address(left) is not None and canonical_address(left) == canonical_address(right)
    )


def _read(text: str, *, decode: bool) -> str:
    """Encoded words are read only where there is nothing else: in a name they can hold anything."""
    tokens = in_brackets(tokens_of(text))
    if decode and is_encoded(tokens):
        return _read(decoded(tokens), decode=False)
    return _addr_spec(tokens)


def _addr_spec(tokens: list[str]) -> str:
    if tokens.count("@") != 1:
        raise NotAMailbox
    at = tokens.index("@")
    return f"{_local_part(tokens[:at])}@{domain_of(tokens[at + 1 :])}"


def _local_part(tokens: Sequence[str]) -> str:
    """Dots may stand anywhere: some mail companies gave out such addresses."""
    if not tokens:
        raise NotAMailbox
    value = folded(joined([*map(_word, tokens)], tokens))
    return value if _DOT_ATOM.fullmatch(value) else QUOTE + _TO_ESCAPE.sub(r"\\\1", value) + QUOTE


def _word(token: str) -> str:
    """What a word or a dot stands for."""
    if token.startswith(QUOTE):
        return _ESCAPED.sub(r"\1", _FOLD.sub("", token[1:-1]))
    if _DOT_ATOM.fullmatch(token):  # an encoded word too: here it is what it is
        return token
    raise NotAMailbox
