"""Links in mails that do one thing for one account, without a login. They are tokens of the owner's key, whose audience
opens no page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from permille.domain.login import tokens
from permille.domain.login.links import FURTHEST_AHEAD
from permille.domain.values.errors import LinkExpired, NotAuthenticated

_NAMES = {"aud", "sub", "jti", "iat", "exp"}


class Purpose(StrEnum):
    """What a link in a mail does. The values are audiences of tokens."""

    STOP_MONTHLY_MAIL = "stop-monthly-mail"
    CONFIRM_PROVIDER = "confirm-provider"


LASTS = {Purpose.STOP_MONTHLY_MAIL: timedelta(days=400), Purpose.CONFIRM_PROVIDER: timedelta(days=4)}  # at most


@dataclass(frozen=True, slots=True)
class ActionLink:
    """A link that a mail has instead of the one to the report.

    purpose: what it does
    about: what it is about beside the account
    expires_at: until when it is valid
    """

    purpose: Purpose
    about: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MailLink:
    """The claims of such a link. Instants are in UTC and have whole seconds.

    purpose: what it does
    account_id: for which account
    about: what it is about beside the account; may be empty
    issued_at, expires_at: from when and until when it is valid
    """

    purpose: Purpose
    account_id: str
    about: str
    issued_at: datetime
    expires_at: datetime


def signed_part(link: MailLink) -> str:
    """Header and payload of its token, which the MAC is computed over."""
    return tokens.encoded(
        {
            "aud": link.purpose,
            "sub": link.account_id,
            "jti": link.about,
            "iat": int(link.issued_at.timestamp()),
            "exp": int(link.expires_at.timestamp()),
        }
    )


def read(text: str, purpose: Purpose) -> tuple[MailLink, str, bytes]:
    """Parses a token into its claims, its signed part and its MAC, which is not verified yet. Raises NotAuthenticated
    where it has not exactly our form, or is for something else."""
    payload, part, mac = tokens.parsed(text)
    if payload.keys() != _NAMES or payload["aud"] != purpose:
        raise NotAuthenticated("the link is for something else")
    return _link(payload, purpose), part, mac


def check_times(link: MailLink, now: datetime) -> None:
    """Raises LinkExpired where the link has expired, and NotAuthenticated where it is issued in the future or lasts
    longer than any of its purpose may, even if its MAC is right."""
    if now >= link.expires_at:
        raise LinkExpired("the link has expired")
    if link.issued_at > now + FURTHEST_AHEAD or link.expires_at - link.issued_at > LASTS[link.purpose]:
        raise NotAuthenticated("the link lasts longer than it may")


def _link(payload: dict[str, Any], purpose: Purpose) -> MailLink:
    subject, about, instants = payload["sub"], payload["jti"], [payload["iat"], payload["exp"]]
    if not (isinstance(subject, str) and isinstance(about, str) and all(type(instant) is int for instant in instants)):
        raise NotAuthenticated("the link's claims are not of our kind")
    try:
        issued_at, expires_at = (datetime.fromtimestamp(instant, UTC) for instant in instants)
    except (ValueError, OverflowError, OSError) as error:
        raise NotAuthenticated("the link's claims are not of our kind") from error
    return MailLink(purpose, subject, about, issued_at, expires_at)
