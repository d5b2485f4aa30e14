"""Stores the mail that the emulator's SES API accepts, in one file each."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

STRIPPED = re.compile(rb"^X-SES-(?:MESSAGE-TAGS|CONFIGURATION-SET):.*\r?\n(?:[ \t].*\r?\n)*", re.I | re.M)


class MailFolder:
    """Writes each message as `<time>-<recipient>-<entry or message id>.eml`, whole or not at all."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._scratch = scratch

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        assert isinstance(envelope.content, bytes)
        head, blank, body = envelope.content.partition(b"\r\n\r\n")
        message = STRIPPED.sub(b"", head + b"\r\n") + blank[2:] + body
        name = self._name(envelope.rcpt_tos[0], head)
        fresh = self._scratch / name
        fresh.write_bytes(message)
        fresh.replace(self._folder / name)
        return "250 OK"

    def _name(self, recipient: str, head: bytes) -> str:
        headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
        name = headers.get("X-Permille-Entry") or headers.get("Message-ID") or "unnamed"
        return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{_plain(recipient)}-{_plain(name)}.eml"


def _plain(text: str) -> str:
    """`text` as part of a file's name: short, and without anything that a path could mean."""
    return re.sub(r"[^0-9A-Za-z@_.+-]+", "_", text.strip().strip("<>")).lstrip(".")[:80]


def sessions(folder: MailFolder) -> Callable[[], Any]:
    """The session factory of the unauthenticated listener that the emulator relays to."""
    return lambda: SMTP(folder, hostname="relay.local", enable_SMTPUTF8=True, data_size_limit=0)
