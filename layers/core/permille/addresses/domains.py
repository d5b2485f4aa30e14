"""Domains of addresses: names in A-labels, and address literals."""

import re
from collections.abc import Sequence

from permille.addresses.parts import folded, joined
from permille.addresses.tokens import NotAMailbox

_DOT = re.compile("[.\u3002\uff0e\uff61]")  # those of IDNA
_LDH = re.compile(r"[A-Za-z0-9_-]+")
_LABEL = re.compile(r"(?:[A-Za-z0-9_-]|[^\x00-\x7f])+")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_LITERAL = re.compile(r"[!-Z^-~]+")


def in_a_labels(domain: str) -> str | None:
    """A domain as DNS has it (`xn--...`); None where it is no domain. What is ASCII stays as it is written."""
    if domain.isascii():
        return domain
    try:
        return domain_of([domain])
    except NotAMailbox:
        return None


def domain_of(tokens: Sequence[str]) -> str:
    """The canonical form of the domain that the tokens after the @ spell. Raises NotAMailbox."""
    if len(tokens) == 1 and tokens[0].startswith("["):
        return _literal(tokens[0][1:-1])
    text = joined(tokens, tokens)
    if _DOT.fullmatch(text[-1:]):
        text = text[:-1]
    return ".".join(map(_a_label, _DOT.split(text)))


def _a_label(label: str) -> str:
    if not _LABEL.fullmatch(label):
        raise NotAMailbox
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
    spelled = folded(label)
    if not _LABEL.fullmatch(spelled):  # some characters are others' in NFC, such as the Greek question mark
        raise NotAMailbox
    return spelled if spelled.isascii() else f"xn--{spelled.encode('punycode').decode()}"


def _literal(text: str) -> str:
    """An address instead of a domain, such as [192.0.2.1] or [IPv6:2001:db8::1]; IPv6 with all of its eight groups."""
    from ipaddress import IPv6Address

    content = "".join(text.split()).lower()
    if not _LITERAL.fullmatch(content):
        raise NotAMailbox
    if _IPV4.fullmatch(content):
        return f"[{'.'.join(str(int(part)) for part in content.split('.'))}]"
    if not content.startswith("ipv6:"):
        return f"[{content}]"
    try:
        packed = IPv6Address(content.removeprefix("ipv6:").partition("%")[0]).packed.hex()
    except ValueError:
        raise NotAMailbox from None
    return f"[ipv6:{':'.join(f'{int(packed[at : at + 4], 16):x}' for at in range(0, 32, 4))}]"
