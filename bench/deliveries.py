"""Deliveries as Lambda gets them: SQS records with SES's events, in their exact form and usual size."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from permille_cli.project import PROJECT
from permille_cli.simulation.event_lines import line
from permille_cli.simulation.feedback import FeedbackKind, Report

SAMPLE = json.loads((PROJECT / "events" / "ingest-delivery.json").read_text(encoding="utf-8"))["Records"][0]
RECEIPT_HANDLE = "AQEB" + "x" * 340  # as long as they are
ONE_IN = 100  # deliveries comes twice
Record = dict[str, Any]


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


def body(account: str, chance: random.Random) -> str:
    """A delivery of a mail that was sent a moment ago."""
    at = round(datetime.now(UTC).timestamp() * 1000)
    recipient, unique = chance.randrange(10**6), chance.getrandbits(128)
    return line(account, Report(at, 0, at, FeedbackKind.DELIVERY, at - 5000, unique, recipient))


def _record(told: str) -> Record:
    return {**SAMPLE, "messageId": str(uuid.uuid4()), "receiptHandle": RECEIPT_HANDLE, "body": told}


def _in_batches(records: Sequence[Record], size: int) -> list[dict[str, list[Record]]]:
    starts = range(0, len(records), size)
    return [{"Records": list(records[start : start + size])} for start in starts]
