"""The words that entries, mails, pages and the command share: numbers, days, instants, and other people's texts."""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from permille.domain.values.tally import Tally

LONGEST_QUOTE = 100
LONGEST_REASON = 1000
NO_SUBJECT = "(no subject)"
REPLACED = "\N{REPLACEMENT CHARACTER}"
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # control characters, and the ends of lines and paragraphs
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # of those but \n and \t
_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
# The flags of England, Scotland and Wales are a black flag and tag characters, which anywhere else are hidden text.
_HIDDEN = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f)|["
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction
    "\u00ad\u200b\u2060\ufeff"  # have no width
    "\U000e0000-\U000e007f"  # tags
    f"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef{_NO_CHARACTERS}"  # half pairs, private use, none
    "]"
)
_JOINERS = "\u200c\u200d"
# What shows nothing alone; some of it does within words and emoji. Unicode's Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt), and after it what is drawn blank: spaces, Braille without dots, a null note.
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
    "breaker": "the breaker is open",
    "no_deliveries": f"{FEWER_DELIVERIES}, so SES's delivery events do not all arrive",
}
STILL_ON = (
    "your SMTP account stays on: only older e-mails have left the count, and time alone switches nobody off. The next "
    "complaint or bounce does"
)
FATES: Mapping[str, str] = {"bounced": "bounced for good", "complained": "was marked as spam"}
REQUESTED_DAYS: Mapping[str, str] = {"near": "that day is today or tomorrow", "over": "that day is over"}
BY_HAND = "switched off by hand in AWS"  # an account
DENIED_BY_HAND = "denied by hand"  # a sender


def spared(*, exempt: bool) -> str:
    """Of an account that breaks a rule and stays on."""
    return f"a rule is broken, and nothing is switched: it is {'exempt' if exempt else 'only observed'}"


def rate(counts: Tally) -> str:
    """Complaints per 1,000 delivered; empty where a rate would say nothing."""
    per_1000 = counts.per_1000()
    return "" if per_1000 is None else str(per_1000)


def times(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def delivered(count: int) -> str:
    """`800 e-mails were delivered`"""
    return f"{times(count, 'e-mail')} {'was' if count == 1 else 'were'} delivered"


def limit(per_1000: int, what: str = "The limit") -> str:
    return f"{what} is {times(per_1000, 'complaint')} for every 1,000."


def day(of: date) -> str:
    """`15 March 2026`; of an instant the day in its own zone."""
    return f"{of.day} {of:%B %Y}"


def in_zone(at: datetime, zone: tzinfo) -> datetime:
    """As it is at the very ends of time, which other people's reports can name."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def local(at: datetime) -> str:
    """An instant with its own zone: `15 March 2026, 00:00 (UTC+01:00)`."""
    zone = at.isoformat()[-6:]
    return f"{day(at)}, {at:%H:%M} (UTC{zone if zone != '+00:00' else ''})"


def quoted(subject: str, campaign: str) -> str:
    """Which mail it was, as its sender named it: made safe to print, since senders write what they like."""
    named = f'"{safe}"' if (safe := plain(subject)) else NO_SUBJECT
    return named + (f" (campaign {safe})" if (safe := plain(campaign)) else "")


def subject_line(subject: str, longest: int = LONGEST_QUOTE) -> str:
    """A mail's subject where it stands alone."""
    return plain(subject, longest) or NO_SUBJECT


def campaign_name(campaign: str, subject: str) -> str:
    """By which mails are told apart: their campaign's name, else their subject."""
    return plain(campaign) or subject_line(subject)


def capital(text: str) -> str:
    """Our own words, at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def full_sentence(text: str) -> str:
    """What support wrote, as a sentence."""
    said = plain(text, LONGEST_REASON)
    return said if said.endswith((".", "!", "?")) else f"{said}."


def by_support(text: str) -> str:
    """What support wrote, as theirs, for owners."""
    return f"Support wrote: “{full_sentence(text)}”"


OWNER = "owner"  # who acted, as the timeline has it, where it was the owner
_PLATFORM = "platform:"  # and the name of the token


def acted_for_owner(by: str, did: str = "did it") -> str:
    """Who acted in the owner's place, as owners read it, behind another sentence; empty where nobody did, as far as
    older entries tell. `did`: what support then did."""
    if acts_as_staff(by):
        return f" Support {did}."
    return f" It came through {plain(by.removeprefix(_PLATFORM))}." if by.startswith(_PLATFORM) else ""


def acts_as_staff(by: str) -> bool:
    """Whether it is neither the owner nor a platform that acts."""
    return by not in ("", OWNER) and not by.startswith(_PLATFORM)


def plain(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Foreign text on one line: nothing that reorders it or hides in it, and not longer than a line. Every script and
    emoji stays as it is, also those that Unicode has yet to assign; what shows nothing at all is empty."""
    kept = " ".join((text if text.isprintable() else _printable(text)).split())
    if not _SHOWN.search(kept):
        return ""
    return kept if len(kept) <= longest else _printable(kept[: longest - 1]).rstrip(_JOINERS) + "…"


def hides_nothing(text: str) -> bool:
    """Whether all of a text is shown, in the order in which it is written, and on one line."""
    return _printable(text) == text


def shows_each(text: str) -> bool:
    """Whether each sign of a text but U+0020 shows something, so that no two texts differ in such signs alone."""
    return hides_nothing(text) and not _BLANKS.search(text)


def exposed(text: str) -> str:
    """A text with its lines, in which each sign that reorders or hides is a replacement character."""
    return "\n".join(
        _HIDDEN.sub(lambda found: found["flag"] or REPLACED, _BREAKS.sub(REPLACED, line)) for line in text.split("\n")
    )


def without_controls(data: Any) -> Any:
    """JSON whose texts hold no control characters but new lines and tabs: machines get people's words otherwise as
    they are, so that addresses and identities stay the same."""
    match data:
        case str():
            return _CONTROLS.sub(" ", data)
        case Mapping():
            return {name: without_controls(one) for name, one in data.items()}
        case list():
            return [without_controls(one) for one in data]
        case _:
            return data


def _printable(text: str) -> str:
    return _HIDDEN.sub(lambda found: found["flag"] or "", _BREAKS.sub(" ", text))
