"""One form for each mailbox, however it is written: what identities, suppressions and searches compare."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

LONGEST = 320  # characters of a canonical form: 64 of a local part, the @, and 255 of a domain (RFC 5321)
_LONGEST_PART = 4 * LONGEST  # of what is normalised at all: NFC makes at most four characters one
_LONGEST_ENCODED = 16_384  # of a whole mailbox in encoded words: some charsets take quadratic time

_ATEXT = r"-A-Za-z0-9!#$%&'*+/=?^_`{|}~"  # RFC 5322
_PLAIN = re.compile(rf"[{_ATEXT}.]++@(?:[A-Za-z0-9_-]++\.)*+[A-Za-z0-9_-]++")
_ENCODED = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=")
_TOKEN = re.compile(
    rf"""(?P<blank>\s++) | {_ENCODED.pattern} | "(?:[^"\\]|\\.)*+" | [^\s()<>@,;:\\".\[\]]++ | \[[^\[\]\\]*+\] | .""",
    re.VERBOSE | re.DOTALL,
)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_DOT_ATOM = re.compile(rf"(?:[{_ATEXT}.]|[^\x00-\x7f\s])+")
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters but the tab, and half pairs
_DOT = re.compile("[.\u3002\uff0e\uff61]")  # those of IDNA
_LDH = re.compile(r"[A-Za-z0-9_-]+")
_LABEL = re.compile(r"(?:[A-Za-z0-9_-]|[^\x00-\x7f])+")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_LITERAL = re.compile(r"[!-Z^-~]+")
_QUOTE = '"'
_NOT_IN_A_NAME = frozenset(":;>")


class _NoMailbox(Exception):
    """Ends the reading of what is none."""


def bare(text: str) -> str | None:
    """The canonical form of the one mailbox that `text` is (RFC 5322, leniently), or None where it is none: without
    name, comments and blanks, lower-cased and in NFC, its domain in A-labels. At most LONGEST characters; of itself it
    is itself. Local parts that differ in case alone are taken for one: nobody has two such mailboxes."""
    if _PLAIN.fullmatch(text):
        return text.lower() if len(text) <= LONGEST else None
    try:
        mailbox = _read(text, decode=True)
    except _NoMailbox:
        return None
    return mailbox if len(mailbox) <= LONGEST else None


def in_a_labels(domain: str) -> str | None:
    """A domain as DNS has it (`xn--...`), or None where it is none. What is ASCII stays as it is written."""
    if domain.isascii():
        return domain
    try:
        return _domain([domain])
    except _NoMailbox:
        return None


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are of one mailbox, however they are written."""
    return one == other or (bare(one) is not None and bare(one) == bare(other))


def _read(text: str, *, decode: bool) -> str:
    """Encoded words are only read where there is nothing else: in a name they can hold anything."""
    tokens = _in_brackets(_tokens(text))
    if decode and tokens and all(map(_ENCODED.fullmatch, tokens)):
        return _read(_decoded(tokens), decode=False)
    return _addr_spec(tokens)


def _tokens(text: str) -> list[str]:
    """Encoded words, quoted strings, atoms, domain literals and special characters; no blanks and no comments."""
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found[0] == _QUOTE:  # a quoted string without an end
            raise _NoMailbox
        if found[0] == "(":
            at = _end_of_comment(text, at)
            continue
        if found.lastgroup != "blank":
            tokens.append(found[0])
        at = found.end()
    return tokens


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for mark in _IN_COMMENT.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    raise _NoMailbox


def _in_brackets(tokens: list[str]) -> list[str]:
    """What stands in the angle brackets, without a route; all of it where there are none. A name may hold what it
    should not, such as an address, but not so that this is a group or a list."""
    if "<" not in tokens:
        return tokens
    start = tokens.index("<")
    name, inner = set(tokens[:start]), tokens[start + 1 : -1]
    if tokens[-1] != ">" or not {"<", ">"}.isdisjoint(inner):
        raise _NoMailbox
    if not _NOT_IN_A_NAME.isdisjoint(name) or {",", "@"} <= name:
        raise _NoMailbox
    return inner[inner.index(":") + 1 :] if inner[:1] == ["@"] and ":" in inner else inner


def _decoded(words: Sequence[str]) -> str:
    from email.errors import HeaderParseError
    from email.header import decode_header

    text = " ".join(" ".join(words).split())
    if len(text) > _LONGEST_ENCODED:
        raise _NoMailbox
    try:
        return "".join(
            part if isinstance(part, str) else part.decode((charset or "ascii").partition("*")[0])  # RFC 2231: language
            for part, charset in decode_header(text)
        )
    except (HeaderParseError, LookupError, ValueError):
        raise _NoMailbox from None


def _addr_spec(tokens: list[str]) -> str:
    if tokens.count("@") != 1:
        raise _NoMailbox
    at = tokens.index("@")
    return f"{_local_part(tokens[:at])}@{_domain(tokens[at + 1 :])}"


def _local_part(tokens: Sequence[str]) -> str:
    """Dots may stand anywhere: some mail companies gave out such addresses."""
    if not tokens:
        raise _NoMailbox
    value = _folded(_joined([*map(_word, tokens)], tokens))
    return value if _DOT_ATOM.fullmatch(value) else _QUOTE + _TO_ESCAPE.sub(r"\\\1", value) + _QUOTE


def _word(token: str) -> str:
    """What a word or a dot stands for."""
    if token.startswith(_QUOTE):
        return _ESCAPED.sub(r"\1", _FOLD.sub("", token[1:-1]))
    if _DOT_ATOM.fullmatch(token):  # an encoded word too: here it is what it is
        return token
    raise _NoMailbox


def _domain(tokens: Sequence[str]) -> str:
    if len(tokens) == 1 and tokens[0].startswith("["):
        return _literal(tokens[0][1:-1])
    text = _joined(tokens, tokens)
    if _DOT.fullmatch(text[-1:]):
        text = text[:-1]
    return ".".join(map(_a_label, _DOT.split(text)))


def _joined(values: Sequence[str], tokens: Sequence[str]) -> str:
    """Words are parted by dots, and not by blanks alone."""
    text = "".join(values)
    if any(one != "." != other for one, other in pairwise(tokens)) or len(text) > _LONGEST_PART or _UNFIT.search(text):
        raise _NoMailbox
    return text


def _folded(text: str) -> str:
    """`lower` and NFC alone: casefold and NFKC would make one of two that differ."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _a_label(label: str) -> str:
    if not _LABEL.fullmatch(label):
        raise _NoMailbox
    if label.isascii():
        return label.lower()
    try:
        return _by_idna(label)
    except ValueError:  # of idna's errors: in use all the same, such as emoji
        return _as_spelled(label)


def _by_idna(label: str) -> str:
    import idna

    mapped = idna.uts46_remap(label, std3_rules=False)
    return mapped if _LDH.fullmatch(mapped) else idna.alabel(mapped).decode()


def _as_spelled(label: str) -> str:
    spelled = _folded(label)
    if not _LABEL.fullmatch(spelled):  # some characters are others' in NFC, such as the Greek question mark
        raise _NoMailbox
    return spelled if spelled.isascii() else f"xn--{spelled.encode('punycode').decode()}"


def _literal(text: str) -> str:
    """An address instead of a domain, such as [192.0.2.1] or [IPv6:2001:db8::1]; IPv6 with all of its eight groups."""
    from ipaddress import IPv6Address

    content = "".join(text.split()).lower()
    if not _LITERAL.fullmatch(content):
        raise _NoMailbox
    if _IPV4.fullmatch(content):
        return f"[{'.'.join(str(int(part)) for part in content.split('.'))}]"
    if not content.startswith("ipv6:"):
        return f"[{content}]"
    try:
        packed = IPv6Address(content.removeprefix("ipv6:").partition("%")[0]).packed.hex()
    except ValueError:
        raise _NoMailbox from None
    return f"[ipv6:{':'.join(f'{int(packed[at : at + 4], 16):x}' for at in range(0, 32, 4))}]"
