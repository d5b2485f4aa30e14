"""An archive of feedback, as back-tests read it: SES's events in their exact form and usual size, one a line, in the
order of arrival."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from permille_cli.project import PROJECT

BEGINNING = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 60
COMPLAINTS_IN = 2_000  # e-mails; ten times as often of each tenth account
BOUNCES_IN = 200
AT_MOST = timedelta(hours=30)  # until a complaint comes
BOUNCE = {"bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "MESSAGE"}


def write(file: Path, events: int, accounts: int, seed: int) -> None:
    """Writes an archive."""
    waiting: list[tuple[datetime, str]] = []
    with file.open("w", encoding="utf-8") as archive:
        for sent_at, at, text in _events(events, accounts, random.Random(seed)):
            while waiting and waiting[0][0] <= sent_at:
                archive.write(heappop(waiting)[1])
            heappush(waiting, (at, f"{text}\n"))
        archive.writelines(text for _, text in sorted(waiting))


def _events(number: int, accounts: int, chance: random.Random) -> Iterator[tuple[datetime, datetime, str]]:
    """When the mail was sent, when the event arrives, and the event."""
    samples = _samples()
    for n in range(number):
        account, sent_at = chance.randrange(accounts), BEGINNING + timedelta(days=DAYS) * (n / number)
        kind = _kind(account, chance)
        late = chance.random() * AT_MOST if kind == "Complaint" else timedelta(seconds=chance.randrange(1, 20))
        text = samples[kind]
        for name, value in {
            "MESSAGE": f"0100019a{n:08x}-{chance.getrandbits(32):08x}-4000-8000-{n:012x}-000000",
            "CALLER": f"permille-account-{account}",
            "READER": f"reader-{chance.randrange(10**6)}@inbox.example",
            "SENT_AT": _iso(sent_at),
            "CAME_AT": _iso(sent_at + late),
        }.items():
            text = text.replace(name, value)
        yield sent_at, sent_at + late, text


def _kind(account: int, chance: random.Random) -> str:
    if chance.randrange(COMPLAINTS_IN if account % 10 else COMPLAINTS_IN // 10) == 0:
        return "Complaint"
    return "Bounce" if chance.randrange(BOUNCES_IN) == 0 else "Delivery"


def _samples() -> dict[str, str]:
    delivery, complaint = _sample("delivery"), _sample("complaint")
    bounce = {"eventType": "Bounce", "mail": delivery["mail"], "bounce": BOUNCE | {"bouncedRecipients": _READERS}}
    return {event["eventType"]: _prepared(event) for event in (delivery, bounce, complaint)}


_READERS = [{"emailAddress": "reader@inbox.example", "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp"}]


def _sample(name: str) -> dict[str, Any]:
    file = PROJECT / "events" / f"ingest-{name}.json"
    event: dict[str, Any] = json.loads(json.loads(file.read_text(encoding="utf-8"))["Records"][0]["body"])
    return event


def _prepared(event: dict[str, Any]) -> str:
    """The event with names in the place of its values."""
    kind, mail = event["eventType"].lower(), event["mail"]
    message_id, recipient = mail["messageId"], mail["destination"][0]
    mail["timestamp"], event[kind]["timestamp"] = "SENT_AT", "CAME_AT"
    mail["tags"]["ses:caller-identity"] = ["CALLER"]
    return json.dumps(event, separators=(",", ":")).replace(message_id, "MESSAGE").replace(recipient, "READER")


def _iso(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
