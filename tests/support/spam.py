"""Runs SpamAssassin on every mail, as SES would deliver it.

python -m tests.support.spam    fails where a rule about form fires, or words cost 3 points and more.
It needs SpamAssassin.
"""

import re
import shutil
import subprocess
import sys
from email.utils import format_datetime

from rich.progress import track
from tests.support.builders import NOW
from tests.support.gallery import MAILER, mails

from permille.ports.notifications import Mail

MOST_POINTS = 3.0
FORM = re.compile(
    r"MIME|HTML|HEADER|HDR|MISSING|INVALID|LONG|CHARSET|BASE64|QP|NO_REAL_NAME|FROM|SUBJ|MSGID|DATE|BOUNDARY"
)
HARMLESS = {"HTML_MESSAGE"}  # there is HTML in it
_HIT = re.compile(r"^\s*(-?\d+\.\d+)\s+([A-Z][A-Z0-9_]+)\b", re.M)


def as_received(mail: Mail) -> bytes:
    """With what SES adds: https://docs.aws.amazon.com/ses/latest/dg/header-fields.html"""
    message = MAILER.message(mail)
    for name in ("X-SES-CONFIGURATION-SET", "X-SES-MESSAGE-TAGS"):  # SES takes them out
        del message[name]
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = "<0100018f0a1b2c3d-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-000000@email.amazonses.com>"
    message["Feedback-ID"] = "::1.us-east-1.abcdefghijklmnopqrstuvwxyz:AmazonSES"
    message["X-SES-Outgoing"] = f"{NOW:%Y.%m.%d}-54.240.8.42"
    received = (
        "Received: from a8-42.smtp-out.amazonses.com (a8-42.smtp-out.amazonses.com [54.240.8.42])\r\n"
        "\tby mx.bakery.example with ESMTPS id 0123456789\r\n"
        f"\tfor <{mail.to}>; {format_datetime(NOW)}\r\n"
    )
    return received.encode() + message.as_bytes()


def hits(spamassassin: str, mail: Mail) -> dict[str, float]:
    """The points by rule."""
    said = subprocess.run(  # noqa: S603
        [spamassassin, "-L", "-t"], input=as_received(mail), capture_output=True, check=True, timeout=120
    ).stdout.decode(errors="replace")
    report = said.rpartition("Content analysis details:")[2]
    return {rule: float(points) for points, rule in _HIT.findall(report)}


def main() -> int:
    spamassassin = shutil.which("spamassassin")
    if spamassassin is None:
        print("SpamAssassin is not installed (Debian: apt-get install spamassassin)", file=sys.stderr)  # noqa: T201
        return 2
    found = {name: hits(spamassassin, mail) for name, mail in track(list(mails()), description="mails")}
    for name, rules in found.items():
        said = ", ".join(f"{rule} {points}" for rule, points in sorted(rules.items()))
        print(f"{sum(rules.values()):5.1f}  {name}: {said}")  # noqa: T201
    form = {name: bad for name, rules in found.items() if (bad := {r for r in rules if FORM.search(r)} - HARMLESS)}
    words = [name for name, rules in found.items() if sum(rules.values()) >= MOST_POINTS]
    print(f"\nAbout form: {form or 'none'}. {MOST_POINTS} points and more: {words or 'none'}.")  # noqa: T201
    return int(bool(form or words))


if __name__ == "__main__":
    sys.exit(main())
