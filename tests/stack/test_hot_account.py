"""Fifty invocations at once count for one account. The embedded DynamoDB never refuses a transaction because another
one is at the same item, as AWS does: `Contention` does it here, for as long as each request really takes."""

import json
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack
from tests.support.builders import ses_event

from permille.aws.counting import SHARDS
from permille.aws.events import as_received
from permille.aws.ledger import DynamoLedger
from permille.aws.ledger_items import LedgerTables
from permille.aws.quarantine import DynamoQuarantine
from permille.domain.policy.policy import DEFAULT
from permille.usecases.feedback.ingest import RESERVE, IngestServices, ingest

INVOCATIONS = 50
DELIVERIES = 40  # of each invocation, half of which another one gets as well
COMPLAINTS = 3  # which every invocation gets
ROUNDS = 5


class Contention:
    """Cancels a transaction while another one is at one of its items, and names which, as DynamoDB does."""

    def __init__(self) -> None:
        self.cancelled = self.passed = 0
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._mine = threading.local()

    def on(self, client: Any) -> Any:
        events = client.meta.events
        events.register("provide-client-params.dynamodb.TransactWriteItems", self._asked)
        events.register_first("before-call.dynamodb.TransactWriteItems", self._begins)
        events.register_last("after-call.dynamodb.TransactWriteItems", self._ends)
        return client

    def _asked(self, params: dict[str, Any], **_: object) -> None:
        self._mine.items = [_place(item) for item in params["TransactItems"]]

    def _begins(self, **_: object) -> Any:
        items: list[str] = self._mine.items
        with self._lock:
            reasons = [{"Code": "TransactionConflict" if item in self._busy else "None"} for item in items]
            if any(reason["Code"] != "None" for reason in reasons):
                self.cancelled += 1
                self._mine.items = []
                return _cancelled(reasons)
            self._busy.update(items)
            self.passed += 1
        return None

    def _ends(self, **_: object) -> None:
        with self._lock:
            self._busy.difference_update(self._mine.items)


def _place(item: dict[str, Any]) -> str:
    (action,) = item.values()
    names = ("account_id", "identity", "entry_id")
    key = action.get("Key") or {name: action["Item"][name] for name in names if name in action["Item"]}
    return json.dumps([action["TableName"], key], sort_keys=True)


def _cancelled(reasons: Sequence[dict[str, str]]) -> Any:
    error = {"Code": "TransactionCanceledException", "Message": "injected"}
    whole = {"Error": error, "CancellationReasons": reasons, "ResponseMetadata": {"HTTPHeaders": {}}}
    return AWSResponse("", 400, HTTPHeaders(), None), whole


def test_fifty_invocations_at_once_for_one_account_count_everything_once(stack: Stack) -> None:
    business = a_business(stack, "hot")
    now = datetime.now(UTC)
    inbox = _inbox(business, now)
    contention = Contention()
    writers = [_Invocation(stack, number, contention) for number in range(INVOCATIONS)]

    for _ in range(ROUNDS):
        with ThreadPoolExecutor(INVOCATIONS) as invocations:
            inbox = list(invocations.map(lambda writer, bodies: writer.receive(bodies, now), writers, inbox))
        if not any(inbox):
            break

    assert not any(inbox), "it did not converge"
    assert contention.cancelled > INVOCATIONS
    rows = _tally_rows(stack, business)
    assert _sum(rows, "delivered") == INVOCATIONS * DELIVERIES
    assert _sum(rows, "complaints") == COMPLAINTS
    assert len(rows) <= SHARDS


class _Invocation:
    def __init__(self, stack: Stack, number: int, contention: Contention) -> None:
        names = ("senders", "accounts", "tallies", "seen", "complaints", "timeline", "control")
        tables = {name: stack.outputs[f"{name.title()}Table"] for name in names}
        dynamodb = contention.on(stack.client("dynamodb"))
        self._ledger = DynamoLedger(tables=LedgerTables(**tables), writer=f"stream-{number}", dynamodb=dynamodb)
        self._quarantine = DynamoQuarantine(table=stack.outputs["QuarantineTable"], dynamodb=dynamodb)

    def receive(self, bodies: Sequence[str], now: datetime) -> list[str]:
        """The bodies that have to come again."""
        batch = [as_received(str(number), body) for number, body in enumerate(bodies)]
        time_left = RESERVE + timedelta(seconds=10)
        services = IngestServices(self._ledger, self._quarantine, lambda: DEFAULT, "permille-notify")
        failed = ingest(services, batch, now, lambda: time_left)
        return [bodies[int(number)] for number in failed]


def _inbox(business: Business, now: datetime) -> list[list[str]]:
    """What each invocation gets: its own deliveries, half of its neighbour's, and every complaint."""
    own = [
        [_told("Delivery", f"{business.id}-{number}-{mail}", business, now) for mail in range(DELIVERIES)]
        for number in range(INVOCATIONS)
    ]
    complaints = [_told("Complaint", f"{business.id}-c{number}", business, now) for number in range(COMPLAINTS)]
    inbox = [[*bodies, *own[number - 1][: DELIVERIES // 2], *complaints] for number, bodies in enumerate(own)]
    for bodies in inbox:
        random.Random(business.id).shuffle(bodies)  # noqa: S311 - no secret
    return inbox


def _told(kind: str, message_id: str, business: Business, now: datetime) -> str:
    caller = f"permille-{business.id}"
    return json.dumps(ses_event(kind, message_id, caller=caller, sent_at=now, destination=["ann@inbox.example"]))


def _tally_rows(stack: Stack, business: Business) -> list[dict[str, Any]]:
    """By one query, which is all that reading takes."""
    answer = stack.client("dynamodb").query(
        TableName=stack.outputs["TalliesTable"],
        KeyConditionExpression="account_id = :id",
        ExpressionAttributeValues={":id": {"S": business.id}},
    )
    assert "LastEvaluatedKey" not in answer
    rows: list[dict[str, Any]] = answer["Items"]
    return rows


def _sum(rows: Sequence[dict[str, Any]], name: str) -> int:
    return sum(int(row[name]["N"]) for row in rows)
