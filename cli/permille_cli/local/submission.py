"""A submitted message: its headers for SES, and its X-Local-* headers that script recipients."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr

# Not in the events, since they are ours. X-SES-* headers are in the events as submitted.
STRIPPED = "x-local-"
HEADERS_BYTES = 10_240
_TAG = re.compile(r"[0-9A-Za-z_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Script:
    """The X-Local-* headers.

    complaint, bounce: addresses, separated by commas, or `all`.
    feedback_type: of the complaints.
    seconds_to_complain: after the delivery.
    """

    complaint: str
    bounce: str
    feedback_type: str
    seconds_to_complain: float

    def complains(self, recipient: str) -> bool:
        return _names(self.complaint, recipient)

    def bounces(self, recipient: str) -> bool:
        return _names(self.bounce, recipient)


@dataclass(frozen=True, slots=True)
class Submission:
    """One message, parsed as far as SES parses it."""

    envelope_from: str
    recipients: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    script: Script
    tags: tuple[tuple[str, str], ...]
    configuration_set: str | None

    @property
    def senders(self) -> tuple[str, ...]:
        """The addresses that must be verified: of From, then of the envelope."""
        addresses = [address for _, address in getaddresses(self.all("From")) if address]
        return tuple(dict.fromkeys([*addresses, self.envelope_from]))

    @property
    def headers_fit(self) -> bool:
        return sum(len(name) + len(value) + 4 for name, value in self.headers) < HEADERS_BYTES

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header.lower() == name.lower()]

    def first(self, name: str) -> str | None:
        """The decoded value of the first header of that name."""
        return next((_decoded(value) for value in self.all(name)), None)


def read(envelope_from: str, recipients: Iterable[str], content: bytes) -> Submission:
    """Parses a message from SMTP, with CRLF line endings."""
    head = content.partition(b"\r\n\r\n")[0]
    message = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    headers = [(name, _unfolded(value)) for name, value in message.items()]
    return Submission(
        envelope_from=parseaddr(envelope_from)[1],
        recipients=tuple(recipients),
        headers=tuple(header for header in headers if not header[0].lower().startswith(STRIPPED)),
        script=Script(
            complaint=_value(message, "X-Local-Complaint"),
            bounce=_value(message, "X-Local-Bounce"),
            feedback_type=_value(message, "X-Local-Feedback-Type") or "abuse",
            seconds_to_complain=_seconds(_value(message, "X-Local-Complaint-After")),
        ),
        tags=tuple(_tags(_value(message, "X-SES-MESSAGE-TAGS"))),
        configuration_set=_value(message, "X-SES-CONFIGURATION-SET") or None,
    )


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):  # broken base64, a charset unknown or not the text's
        return value


def _value(message: Message, name: str) -> str:
    return _unfolded(message.get(name, "")).strip()


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,4}(\.\d+)?", text) else 0.0


def _unfolded(value: object) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", str(value))


def _tags(header: str) -> Iterable[tuple[str, str]]:
    """`a=b, c=d`. SES allows no colon in a name, so no sender can forge a tag of its own (`ses:...`)."""
    for pair in header.split(","):
        name, _, value = (part.strip() for part in pair.partition("="))
        if _TAG.fullmatch(name) and _TAG.fullmatch(value):
            yield name, value


def _names(header: str, recipient: str) -> bool:
    named = [part.strip().lower() for part in header.split(",")]
    return named == ["all"] or recipient.lower() in named
