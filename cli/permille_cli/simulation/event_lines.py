"""Reports as lines: SES's events in their exact form and usual size.

An event of each kind is made once, with a placeholder for whatever differs from mail to mail; a line is filled in. That
is several times as fast as making each event anew.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from permille_cli.published_events import Event, bounce, complaint, delivery, id_of, rejection
from permille_cli.simulation.feedback import FeedbackKind, Report
from permille_cli.simulation.population import account_of, caller_of

CONFIGURATION_SET, SUBJECT = "permille", "Fresh rye bread on Friday, and what else is new this week"
_RECIPIENT, _DOMAIN, _DATE = "reader-%(recipient)d@inbox.example", "%(account)s.example", "%(date)s"
_HEADERS = {
    "Received": f"from mailer.{_DOMAIN} ([192.0.2.1]) by email-smtp.us-east-1.amazonaws.com; {_DATE}",
    "From": f'"%(account)s" <news@{_DOMAIN}>',
    "To": _RECIPIENT,
    "Reply-To": f"hello@{_DOMAIN}",
    "Subject": SUBJECT,
    "Date": _DATE,
    "Message-ID": f"<%(unique)s@mailer.{_DOMAIN}>",
    "MIME-Version": "1.0",
    "Content-Type": 'multipart/alternative; boundary="=_%(unique)s"',
    "List-Unsubscribe": f"<https://{_DOMAIN}/u/%(unique)s>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "X-SES-MESSAGE-TAGS": "campaign=%(day)s",
}
_MAIL: Event = {
    "timestamp": "%(sent_at)s",
    "source": f"bounces@{_DOMAIN}",
    "sourceArn": f"arn:aws:ses:us-east-1:000000000000:identity/{_DOMAIN}",
    "sendingAccountId": "000000000000",
    "messageId": "%(message_id)s",
    "destination": [_RECIPIENT],
    "headersTruncated": False,
    "headers": [{"name": name, "value": value} for name, value in _HEADERS.items()],
    "commonHeaders": {
        "from": [f"%(account)s <news@{_DOMAIN}>"],
        "to": [_RECIPIENT],
        "replyTo": [f"hello@{_DOMAIN}"],
        "date": _DATE,
        "messageId": "%(message_id)s",
        "subject": SUBJECT,
    },
    "tags": {
        "ses:configuration-set": [CONFIGURATION_SET],
        "ses:source-ip": ["192.0.2.1"],
        "ses:from-domain": [_DOMAIN],
        "ses:caller-identity": [caller_of("%(account)s")],
        "campaign": ["%(day)s"],
    },
}
_AT, _FEEDBACK_ID, _MILLIS = "%(at)s", "%(feedback_id)s", "%(millis)d"
_UNKNOWN = rejection("5.1.1", "smtp; 550 5.1.1 user unknown")
_FULL = rejection("4.2.2", "smtp; 452 4.2.2 The email account that you tried to reach is over quota")
_EVENTS: Mapping[FeedbackKind, Event] = {
    FeedbackKind.DELIVERY: delivery(_MAIL, _AT, [_RECIPIENT], _MILLIS),
    FeedbackKind.PERMANENT_BOUNCE: bounce(_MAIL, _AT, _FEEDBACK_ID, ("Permanent", "General"), {_RECIPIENT: _UNKNOWN}),
    FeedbackKind.TRANSIENT_BOUNCE: bounce(_MAIL, _AT, _FEEDBACK_ID, ("Transient", "MailboxFull"), {_RECIPIENT: _FULL}),
    FeedbackKind.COMPLAINT: complaint(
        _MAIL, _AT, _FEEDBACK_ID, [_RECIPIENT], "%(feedback_type)s", "Permille's simulated platform"
    ),
}
_LINES = {
    kind: json.dumps(event, separators=(",", ":")).replace(f'"{_MILLIS}"', _MILLIS) + "\n"
    for kind, event in _EVENTS.items()
}
_ALL_BITS = (1 << 128) - 1


def line_of(report: Report) -> str:
    """The event as JSON, with a line ending."""
    return line(account_of(report.tenant), report)


def line(account: str, report: Report) -> str:
    """The same for an account of another name."""
    day, date, sent_at = _clock(report.sent_at)
    return _LINES[report.kind] % {
        "account": account,
        "at": _clock(report.at)[2],
        "date": date,
        "day": day,
        "feedback_id": id_of(report.at, report.unique ^ _ALL_BITS),
        "feedback_type": report.feedback_type,
        "message_id": id_of(report.sent_at, report.unique),
        "millis": report.at - report.sent_at,
        "recipient": report.recipient,
        "sent_at": sent_at,
        "unique": f"{report.unique:032x}",
    }


def _clock(millis: int) -> tuple[str, str, str]:
    """The day, the time as headers have it, and as SES writes it."""
    minute, rest = divmod(millis, 60_000)
    second, millisecond = divmod(rest, 1000)
    day, date, at = _minute(minute)
    return day, f"{date}:{second:02} +0000", f"{at}:{second:02}.{millisecond:03}Z"


@lru_cache(maxsize=4096)
def _minute(minute: int) -> tuple[str, str, str]:
    """The same without seconds."""
    at = datetime.fromtimestamp(minute * 60, UTC)
    return f"{at:%Y-%m-%d}", f"{at:%a, %d %b %Y %H:%M}", f"{at:%Y-%m-%dT%H:%M}"
