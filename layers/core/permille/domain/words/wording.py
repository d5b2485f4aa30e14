"""Words that entries, mails, pages and the command share: numbers, days, instants, and other people's texts."""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from permille.domain.values.tally import Tally

LONGEST_QUOTE = 100
LONGEST_REASON = 1000
NO_SUBJECT = "(no subject)"
REPLACED = "\N{REPLACEMENT CHARACTER}"
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # control characters, line and paragraph separators
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # the same without \n and \t
_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
# The flags of England, Scotland and Wales are a black flag and tag characters. Tags anywhere else are hidden text.
_HIDDEN = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f)|["
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # change the direction
    "\u00ad\u200b\u2060\ufeff"  # have no width
    "\U000e0000-\U000e007f"  # tags
    f"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef{_NO_CHARACTERS}"  # half pairs, private use, none
    "]"
)
_JOINERS = "\u200c\u200d"
# Characters that are blank alone; some of them have an effect within words and emoji. Unicode's
# Default_Ignorable_Code_Point (DerivedCoreProperties.txt), then those drawn blank: spaces, empty Braille, a null note.
_BLANK = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\U0001d159"
)
_BLANKS, _SHOWN = re.compile(f"[{_BLANK}]"), re.compile(f"[^ {_BLANK}]")

FEWER_DELIVERIES = "fewer deliveries than complaints were counted"
WAITS_FOR: Mapping[str, str] = {
    "feedback": "feedback that could still turn it waits to be counted",
    "stalled": "feedback waits, and none is being counted",
    "breaker": "the breaker is full or open",
    "no_deliveries": f"{FEWER_DELIVERIES}, so SES's delivery events do not all arrive",
}
FEW = "So few complaints disable nobody, although they are above the limit."
STILL_ON = (
    "your SMTP account stays on: only older e-mails have left the count, and time alone switches nobody off. The next "
    "complaint or bounce does"
)
FATES: Mapping[str, str] = {"bounced": "bounced for good", "complained": "was marked as spam"}
REQUESTED_DAYS: Mapping[str, str] = {"near": "that day is today or tomorrow", "over": "that day is over"}
BY_HAND = "switched off by hand in AWS"  # an account
DENIED_BY_HAND = "denied by hand"  # a sender


def why_held(reason: str) -> str:
    """Why a broken rule is not acted on yet; the reason itself if a newer version wrote it."""
    return WAITS_FOR.get(reason, plain(reason))


def not_enforced(*, exempt: bool) -> str:
    """That an account breaks a rule, and is not disabled: it is exempt, or else the mode is monitor."""
    return f"a rule is broken, and {stays_enabled(exempt=exempt)}"


def stays_enabled(*, exempt: bool) -> str:
    """Why an account that breaks a rule is not disabled."""
    return f"the account stays enabled: {'it is exempt' if exempt else 'the mode is monitor'}"


def rate(counts: Tally) -> str:
    """Complaints per 1,000 delivered, as Tally.per_1000(); empty where that is None."""
    per_1000 = counts.per_1000()
    return "" if per_1000 is None else str(per_1000)


def times(count: int, thing: str) -> str:
    """`1 complaint`, `1,200 complaints`"""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def delivered(count: int) -> str:
    """`800 e-mails were delivered`"""
    return f"{times(count, 'e-mail')} {'was' if count == 1 else 'were'} delivered"


def limit(per_1000: int, what: str = "The limit") -> str:
    """`The limit is 1 complaint for every 1,000.` `what`: the subject."""
    return f"{what} is {times(per_1000, 'complaint')} for every 1,000."


def day(of: date) -> str:
    """`15 March 2026`. Of an instant it is the day in the instant's own zone."""
    return f"{of.day} {of:%B %Y}"


def in_zone(at: datetime, zone: tzinfo) -> datetime:
    """The instant in a time zone. At the ends of datetime's range, which reports can name, it is returned as it is."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def local(at: datetime) -> str:
    """An instant with its own zone: `15 March 2026, 00:00 (UTC+01:00)`."""
    zone = at.isoformat()[-6:]
    return f"{day(at)}, {at:%H:%M} (UTC{zone if zone != '+00:00' else ''})"


def quoted(subject: str, campaign: str) -> str:
    """Names a mail by its subject, in quotes, and its campaign, if any; both sanitized by plain()."""
    name = f'"{safe}"' if (safe := plain(subject)) else NO_SUBJECT
    return name + (f" (campaign {safe})" if (safe := plain(campaign)) else "")


def subject_line(subject: str, longest: int = LONGEST_QUOTE) -> str:
    """A mail's subject, sanitized, where it stands alone; `(no subject)` where it is blank."""
    return plain(subject, longest) or NO_SUBJECT


def campaign_name(campaign: str, subject: str) -> str:
    """The name that mails are grouped by: their campaign or, where they have none, their subject."""
    return plain(campaign) or subject_line(subject)


def capital(text: str) -> str:
    """Capitalizes the first letter of our own words, for the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def full_sentence(text: str, longest: int = LONGEST_REASON) -> str:
    """What staff wrote, sanitized, and with a full stop if it ends in none."""
    safe = plain(text, longest)
    return safe if safe.endswith((".", "!", "?")) else f"{safe}."


def by_support(text: str) -> str:
    """What staff wrote, as a quotation, for owners."""
    return f"Support wrote: “{full_sentence(text)}”"


OWNER = "owner"  # the stored name of whoever acts, where it is the owner
_PLATFORM = "platform:"  # the prefix of it where a platform acts, before the name of its token


def acted_for_owner(by: str, did: str = "did it") -> str:
    """A sentence to append, for owners: who acted in the owner's place. Empty where the owner acted, or where an older
    entry does not say. `did`: the verb for support."""
    if acts_as_staff(by):
        return f" Support {did}."
    return f" It came through {plain(by.removeprefix(_PLATFORM))}." if by.startswith(_PLATFORM) else ""


def acts_as_staff(by: str) -> bool:
    """Whether `by` is a member of staff: neither the owner, nor a platform, nor unknown."""
    return by not in ("", OWNER) and not by.startswith(_PLATFORM)


def plain(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Sanitizes other people's text: one line of at most `longest` characters, without characters that reorder or hide
    text. Every script and emoji is kept, also code points that are not assigned yet. Empty where nothing would show."""
    kept = " ".join((text if text.isprintable() else _printable(text)).split())
    if not _SHOWN.search(kept):
        return ""
    return kept if len(kept) <= longest else _printable(kept[: longest - 1]).rstrip(_JOINERS) + "…"


def hides_nothing(text: str) -> bool:
    """Whether a text is one line, has no hidden characters, and is shown in the order in which it is written."""
    return _printable(text) == text


def shows_each(text: str) -> bool:
    """Whether each character but U+0020 is visible, so that two different texts look different."""
    return hides_nothing(text) and not _BLANKS.search(text)


def exposed(text: str) -> str:
    """A text of several lines with a replacement character for each that reorders or hides text."""
    return "\n".join(
        _HIDDEN.sub(lambda match: match["flag"] or REPLACED, _BREAKS.sub(REPLACED, line)) for line in text.split("\n")
    )


def without_controls(data: Any) -> Any:
    """JSON for machines: control characters but newlines and tabs become spaces. All else is left as it is, so that
    addresses and identities still compare."""
    match data:
        case str():
            return _CONTROLS.sub(" ", data)
        case Mapping():
            return {name: without_controls(member) for name, member in data.items()}
        case list():
            return [without_controls(item) for item in data]
        case _:
            return data


def _printable(text: str) -> str:
    return _HIDDEN.sub(lambda match: match["flag"] or "", _BREAKS.sub(" ", text))
