"""A back-test decides as the deployed stack decided on the same feedback: the same accounts, ticks and counts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.support.archive_lines import an_event

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WITHIN = timedelta(seconds=10)  # of its minute feedback arrives
RECHECK = HOUR + MINUTE
WINDOW = 44 * DAY


@dataclass(slots=True)
class Told:
    """Feedback in the order of its arrival, and until when all of it is counted."""

    beginning: datetime
    events: list[tuple[timedelta, Business, dict[str, Any]]] = field(default_factory=list)

    def delivered(self, of: Business, at: timedelta, number: int, sent: timedelta | None = None) -> None:
        recipients = [f"reader-{n}@inbox.example" for n in range(number)]
        self._add("Delivery", of, at, at if sent is None else sent, recipients=recipients)

    def bounced(self, of: Business, at: timedelta, number: int) -> None:
        recipients = [{"emailAddress": f"gone-{n}@inbox.example"} for n in range(number)]
        self._add("Bounce", of, at, at, bouncedRecipients=recipients)

    def complained(self, of: Business, at: timedelta, sent: timedelta) -> None:
        self._add("Complaint", of, at, sent, to=f"reader-{len(self.events)}@inbox.example")

    def _add(self, kind: str, of: Business, at: timedelta, sent: timedelta, **more: Any) -> None:
        event = an_event(
            kind,
            message=f"{of.id}-{len(self.events)}",
            caller=f"permille-{of.id}",
            sent=sent,
            came=at + WITHIN,
            since=self.beginning,
            **more,
        )
        self.events.append((at, of, event))

    def in_order(self) -> list[tuple[timedelta, Business, dict[str, Any]]]:
        return sorted(self.events, key=lambda one: one[0])


def test_a_backtest_decides_as_the_stack_did(ahead: Stack, tmp_path: Path) -> None:
    businesses = [a_business(ahead) for _ in range(7)]
    told = the_feedback(businesses, tomorrow())

    decided = as_the_stack_decided(ahead, businesses, told)
    replayed = as_a_backtest_decides(ahead, businesses, told, tmp_path)

    assert replayed == decided
    few, large, clean, moved, bouncing, early, late = (decided[business.id] for business in businesses)
    assert [len(of) for of in (few, large, clean, moved, bouncing, late)] == [1, 1, 0, 1, 1, 1]
    assert [reversed_at is not None for *_, reversed_at in early] == [True, False]


def tomorrow() -> datetime:
    return datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + 2 * DAY


def the_feedback(businesses: Sequence[Business], beginning: datetime) -> Told:
    """Of seven accounts, each in hours of its own, since the breaker counts by the hour."""
    few, large, clean, moved, bouncing, early, late = businesses
    told, none = Told(beginning), timedelta()
    told.delivered(few, none, 100)
    told.complained(few, HOUR, none)
    told.complained(few, 3 * HOUR, none)
    told.delivered(large, none, 900)
    told.delivered(large, DAY, 900)
    told.complained(large, DAY + HOUR, none)
    told.complained(large, DAY + 2 * HOUR, DAY)
    told.delivered(clean, none, 50)
    told.delivered(moved, none, 2_500)
    told.complained(moved, 5 * HOUR, none)
    told.complained(moved, 6 * HOUR, none)
    told.delivered(moved, 40 * DAY, 500)
    told.complained(moved, 47 * DAY, 40 * DAY)
    told.complained(moved, 47 * DAY + HOUR, 40 * DAY)
    told.delivered(bouncing, 8 * HOUR, 300)
    told.bounced(bouncing, 8 * HOUR + 5 * MINUTE, 250)
    told.delivered(early, 10 * HOUR, 100)
    told.complained(early, 11 * HOUR, 10 * HOUR)
    told.complained(early, 12 * HOUR, 10 * HOUR)
    told.delivered(early, 12 * HOUR + 20 * MINUTE, 3_000, sent=10 * HOUR)
    told.complained(early, 2 * DAY, 10 * HOUR)
    told.complained(early, 2 * DAY + HOUR, 10 * HOUR)
    told.complained(late, 15 * HOUR, 14 * HOUR)
    told.complained(late, 15 * HOUR + 2 * MINUTE, 14 * HOUR)
    told.delivered(late, 15 * HOUR + 3 * MINUTE, 40, sent=14 * HOUR)
    return told


# When and why, the counts, and when it was reversed: by the minutes at which Enforce runs.
Decided = tuple[datetime, str, int, int, int, datetime | None]


def as_the_stack_decided(stack: Stack, businesses: Sequence[Business], told: Told) -> dict[str, list[Decided]]:
    counted = dict.fromkeys((business.id for business in businesses), 0)
    ticks = {at + after for at, *_ in told.events for after in (timedelta(), MINUTE, RECHECK)}
    for tick in sorted(ticks):
        stack.answer("local", "tick", "--at", (told.beginning + tick).isoformat())
        for at, business, event in told.in_order():
            if at == tick:
                stack.client("sns").publish(TopicArn=stack.outputs["FeedbackTopicArn"], Message=json.dumps(event))
                counted[business.id] += number_of(event)
                _wait(stack, business, counted[business.id], complaints_in_window(told, business, at))
    return {business.id: decided_by(business.timeline()) for business in businesses}


def _wait(stack: Stack, business: Business, counted: int, complaints: int) -> None:
    eventually(lambda: number_counted(stack, business) == counted)
    if complaints:
        eventually(lambda: is_judged(business, complaints))


def number_of(event: dict[str, Any]) -> int:
    match event["eventType"]:
        case "Delivery":
            return len(event["delivery"]["recipients"])
        case "Bounce":
            return len(event["bounce"]["bouncedRecipients"])
    return 1


def number_counted(stack: Stack, business: Business) -> int:
    rows = stack.client("dynamodb").query(
        TableName=stack.outputs["TalliesTable"],
        KeyConditionExpression="account_id = :id",
        ExpressionAttributeValues={":id": {"S": business.id}},
    )["Items"]
    return sum(int(row[name]["N"]) for row in rows for name in ("delivered", "complaints", "bounces") if name in row)


def is_judged(business: Business, complaints: int) -> bool:
    """Whether the run that a complaint starts has judged the account with all complaints of its window."""
    row = business.row()
    assessment = json.loads(row.get("assessment") or "{}")
    return bool(row["status"] == "disabled" or assessment.get("complaints", 0) == complaints)


def complaints_in_window(told: Told, of: Business, now: timedelta) -> int:
    return sum(
        business is of
        and event["eventType"] == "Complaint"
        and at <= now
        and sent_at(event) > told.beginning + now - WINDOW
        for at, business, event in told.events
    )


def sent_at(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["mail"]["timestamp"])


def decided_by(timeline: Sequence[dict[str, Any]]) -> list[Decided]:
    decided: list[Decided] = []
    for entry in timeline:
        at, facts = minute_of(entry["at"]), entry["facts"]
        if entry["kind"] == "disabled":
            counts = (facts["delivered"], facts["complaints"], facts["bounces"])
            decided.append((at, facts["rule"], *counts, None))
        elif entry["kind"] == "disabling_reversed":
            decided[-1] = (*decided[-1][:-1], at)
    return decided


def minute_of(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(UTC).replace(second=0, microsecond=0)


def as_a_backtest_decides(
    stack: Stack, businesses: Sequence[Business], told: Told, folder: Path
) -> dict[str, list[Decided]]:
    archive, senders = folder / "archive.jsonl", folder / "senders.csv"
    archive.write_text("\n".join(json.dumps(event) for _, _, event in told.events), encoding="utf-8")
    rows = [f"permille-{business.id},{business.id}" for business in businesses]
    senders.write_text("\n".join(["caller_identity,account_id", *rows]), encoding="utf-8")

    answer = stack.answer("backtest", str(archive), "--senders", str(senders), "--preset", "default")

    decided: dict[str, list[Decided]] = {business.id: [] for business in businesses}
    for one in answer["policies"][0]["disabled"]:
        reversed_at = one["reversed_at"] and minute_of(one["reversed_at"])
        counts = (one["delivered"], one["complaints"], one["bounces"])
        decided[one["account_id"]].append((minute_of(one["at"]), one["rule"], *counts, reversed_at))
    return decided
