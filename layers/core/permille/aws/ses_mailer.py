"""Mails to owners, sent through SES."""

import time
from collections.abc import Callable
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import TYPE_CHECKING, Any

from permille.aws.client import ONE_TRY, client, service_call
from permille.aws.ses_events import ABOUT_TAG
from permille.aws.throttling import unless_throttled
from permille.domain.words.wording import plain
from permille.ports.notifications import Mail

if TYPE_CHECKING:
    from mypy_boto3_ses import SESClient

_WHOLE = SMTP.clone(max_line_length=998)  # RFC 5322; of what is encoded 76 (RFC 2045, RFC 2047)


class _OnTheWire(EmailPolicy):
    """Writes ASCII only, since some relays lose other bytes. Headers that are ASCII stay on one line. Others are
    encoded as a whole: EmailPolicy encodes word by word, and loses blanks between encoded words, and some words."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if value.isascii():
            return _WHOLE.fold_binary(name, value)
        if addresses := getattr(value, "addresses", ()):
            (address,) = addresses
            encoded = _encoded(name, address.display_name)
            encoded.append(f"<{address.addr_spec}>", "us-ascii")
        else:
            encoded = _encoded(name, value)
        return f"{name}: {encoded.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


def _encoded(name: str, text: str) -> Header:
    return Header(text, "utf-8", maxlinelen=74, header_name=name)  # some lines are two longer than it says


_ON_THE_WIRE = _OnTheWire(linesep="\r\n", max_line_length=76, cte_type="7bit")


class SesMailer:
    """Implements `Mailer`. SES replaces Message-ID, so that the entry's id is sent as a header and as a message tag."""

    def __init__(
        self,
        *,
        mail_from: str,
        configuration_set: str,
        from_name: str = "",
        reply_to: str = "",
        ses: "SESClient | None" = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ses: SESClient = ses or client("ses", retries=ONE_TRY)
        self._pause = pause
        self._mail_from = mail_from
        self._from_name = plain(from_name)
        self._reply_to = reply_to
        self._configuration_set = configuration_set

    def message(self, mail: Mail) -> EmailMessage:
        """The message as SES gets it."""
        message = EmailMessage(policy=_ON_THE_WIRE)
        message["From"] = Address(self._from_name, addr_spec=self._mail_from)
        message["To"], message["Subject"] = mail.to, mail.subject
        if self._reply_to:
            message["Reply-To"] = self._reply_to
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # [MS-OXCMAIL] 2.2.3.2.14; bounces are wanted
        if mail.stop:
            message["List-Unsubscribe"] = f"<{mail.stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        message["X-Permille-Entry"] = mail.entry_id
        message["X-SES-CONFIGURATION-SET"] = self._configuration_set
        message["X-SES-MESSAGE-TAGS"] = f"{ABOUT_TAG}={mail.account_id}, permille-entry={_tag(mail.entry_id)}"
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        return message

    def send(self, mail: Mail) -> None:
        data = self.message(mail).as_bytes()
        with service_call(f"sending the mail of {mail.entry_id}"):
            unless_throttled(lambda: self._send(mail.to, data), self._pause)

    def _send(self, to: str, data: bytes) -> None:
        self._ses.send_raw_email(Source=self._mail_from, Destinations=[to], RawMessage={"Data": data})


def _tag(value: str) -> str:
    """A value with the characters that SES allows in tags: letters, digits, - and _."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in value)
