"""Deliveries as Lambda gets them: SQS records with SES's events, in their exact form and usual size."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from permille_cli.local.events import Accepted, new_id
from permille_cli.local.submission import read
from permille_cli.stack.template import PROJECT

SAMPLE = json.loads((PROJECT / "events" / "ingest-delivery.json").read_text(encoding="utf-8"))["Records"][0]
RECEIPT_HANDLE = "AQEB" + "x" * 340  # as long as they are
ONE_IN = 100  # deliveries comes twice
Record = dict[str, Any]

MAIL = """\
Received: from mailer.{account}.example ([192.0.2.1]) by email-smtp.us-east-1.amazonaws.com; {date}\r
From: "{account}" <news@{account}.example>\r
To: {to}\r
Reply-To: hello@{account}.example\r
Subject: Fresh rye bread on Friday, and what else is new this week\r
Date: {date}\r
Message-ID: <{id}@mailer.{account}.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="=_{id}"\r
List-Unsubscribe: <https://{account}.example/u/{id}>\r
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
X-SES-MESSAGE-TAGS: campaign=november\r
\r
"""


@dataclass(frozen=True, slots=True)
class Batches:
    """Events for Lambda, and the tallies that are expected when all are counted."""

    events: list[dict[str, list[Record]]]
    truth: Counter[str]

    @property
    def records(self) -> list[Record]:
        return [record for event in self.events for record in event["Records"]]


def fresh(accounts: Sequence[str], size: int, batches: int, chance: random.Random) -> Batches:
    """New deliveries with one recipient each, for random accounts."""
    senders = chance.choices(accounts, k=size * batches)
    return Batches(_in_batches([_record(body(account, chance)) for account in senders], size), Counter(senders))


def with_duplicates(told: Batches, accounts: Sequence[str], size: int, chance: random.Random) -> Batches:
    """As many fresh ones, but one in a hundred was `told` before: every other is redelivered by SQS, under its old id,
    and the rest delivered twice by SNS, under a new one."""
    amount = len(told.records)
    again = chance.sample(told.records, amount // ONE_IN)
    copies = [record if n % 2 == 0 else _record(record["body"]) for n, record in enumerate(again)]
    new = fresh(accounts, amount - len(copies), 1, chance)
    mixed = new.records + copies
    chance.shuffle(mixed)
    return Batches(_in_batches(mixed, size), told.truth + new.truth)


def caller(account: str) -> str:
    return f"permille-{account}"


def body(account: str, chance: random.Random) -> str:
    sent_at = datetime.now(UTC) - timedelta(seconds=5)
    to, mail_id = f"reader-{chance.randrange(10**6)}@inbox.example", f"{chance.getrandbits(96):024x}"
    content = MAIL.format(account=account, to=to, id=mail_id, date=f"{sent_at:%a, %d %b %Y %H:%M:%S} +0000")
    accepted = Accepted(
        submission=read(f"bounces@{account}.example", [to], content.encode()),
        message_id=new_id(sent_at),
        at=sent_at,
        identity_arn=f"arn:aws:ses:us-east-1:000000000000:identity/{account}.example",
        caller_identity=caller(account),
        configuration_set="permille",
        source_ip="192.0.2.1",
    )
    return json.dumps(next(iter(accepted.fate())), separators=(",", ":")) + "\n"


def _record(told: str) -> Record:
    return {**SAMPLE, "messageId": str(uuid.uuid4()), "receiptHandle": RECEIPT_HANDLE, "body": told}


def _in_batches(records: Sequence[Record], size: int) -> list[dict[str, list[Record]]]:
    starts = range(0, len(records), size)
    return [{"Records": list(records[start : start + size])} for start in starts]
