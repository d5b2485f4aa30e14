"""Sends mails through the account's route: Amazon SES while its SMTP account is on, else the provider that its owner
connected. The rest of a batch that is refused goes through the next route, if there is one."""

import json
import smtplib
import ssl
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import boto3

from .api import AccountApi

BATCH = 50  # mails between two looks at the route
IMPLICIT_TLS = {465, 2465}

Credential = tuple[str, str]  # user name and password of the SMTP account, as `permille account add` printed them
OnSent = Callable[[EmailMessage, str], None]  # the mail, and `ses`, `provider`, or "": refused


def send(api: AccountApi, ses: Credential, mails: Iterable[EmailMessage], on_sent: OnSent) -> str:
    """Sends the mails one by one. Returns why the rest was not sent; empty if all was. Raises Refused where the route
    cannot be read."""
    waiting, refused_by, why = deque(mails), None, ""
    while waiting:
        route = api.get("/route")
        if not route["may_send"] or route == refused_by:
            return why or route["why"] or "The account may not send now."
        try:
            with session(route, ses) as smtp:
                for _ in range(min(BATCH, len(waiting))):
                    on_sent(waiting[0], route["via"] if _is_taken(smtp, waiting[0]) else "")
                    waiting.popleft()
        except (OSError, smtplib.SMTPException) as error:
            refused_by, why = route, f"The mail server refused: {error}"  # the account may be off since a moment ago
    return ""


def _is_taken(smtp: smtplib.SMTP, mail: EmailMessage) -> bool:
    """Whether the server took it. One bad address does not hold up the others."""
    try:
        smtp.send_message(mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError):  # a local part that is not ASCII
        return False
    return True


@contextmanager
def session(route: dict[str, Any], ses: Credential) -> Iterator[smtplib.SMTP]:
    """A session at the route's server, logged in by TLS with a verified certificate."""
    username, password = ses if route["via"] == "ses" else (route["username"], _password(route))
    host, port, tls = route["host"], route["port"], ssl.create_default_context()
    implicit = port in IMPLICIT_TLS
    server = smtplib.SMTP_SSL(host, port, timeout=30, context=tls) if implicit else smtplib.SMTP(host, port, timeout=30)
    with server as smtp:
        if not implicit:
            smtp.starttls(context=tls)
        _log_in(smtp, username, password)
        yield smtp


def _log_in(smtp: smtplib.SMTP, username: str, password: str) -> None:
    """As smtplib does, which takes ASCII alone; others go by PLAIN in UTF-8 (RFC 4616)."""
    if f"{username}{password}".isascii():
        smtp.login(username, password)
        return
    smtp.ehlo()
    code, reply = smtp.docmd("AUTH", "PLAIN " + b64encode(f"\0{username}\0{password}".encode()).decode())
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


def _password(route: dict[str, Any]) -> str:
    """The provider's, of exactly this version: it belongs to this host and user name."""
    secrets, version = boto3.client("secretsmanager"), route["secret_version"]
    value = secrets.get_secret_value(SecretId=route["secret_arn"], VersionId=version)["SecretString"]
    return str(json.loads(value)["password"])
