"""What local parts and domains have in common: words joined by dots, and folded case."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from permille.addresses.tokens import NotAMailbox

LONGEST_ADDRESS = 320  # characters of a canonical form: 64 of a local part, the @, and 255 of a domain (RFC 5321)
_LONGEST_PART = 4 * LONGEST_ADDRESS  # characters that are normalised at all: NFC makes at most four characters one
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters but the tab, and half pairs


def joined(values: Sequence[str], tokens: Sequence[str]) -> str:
    """The values of the tokens as one text. Raises NotAMailbox where two words have no dot between them, or the text
    is too long or has control characters."""
    text = "".join(values)
    if (
        any(left != "." != right for left, right in pairwise(tokens))
        or len(text) > _LONGEST_PART
        or _UNFIT.search(text)
    ):
        raise NotAMailbox
    return text


def folded(text: str) -> str:
    """Lower case in NFC. casefold and NFKC would make two different addresses one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
