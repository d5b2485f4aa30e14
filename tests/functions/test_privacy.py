"""Where addresses of recipients rest, after all that can happen to them: docs/privacy.md says so, and nowhere else.

On the tables of infra/template.yaml in moto; tests/stack/test_privacy.py looks at those of the deployed stack.
"""

import json
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from functions.enforce.app import handler as enforce
from functions.ingest_complaint.app import handler as ingest
from functions.notify.app import handler as notify
from tests.functions.conftest import Cloud
from tests.support.builders import Body, LambdaContext, an_entry, records, ses_event, sqs_record, stream_record

from permille.aws.ledger_items import SEEN_FOR
from permille.aws.quarantine import KEPT_FOR
from permille.domain.timeline.kinds.registry import KINDS
from permille.observability import logger
from permille.ports.answers import ANSWERS_KEPT_FOR
from permille.ports.history import BOUNCES_KEPT_FOR
from permille.ports.notifications import IDEMPOTENT_FOR
from permille_cli.project import PROJECT
from permille_cli.stack.template import load

PAGE = (PROJECT / "docs" / "privacy.md").read_text(encoding="utf-8")
TABLES = [name for name, one in load()["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"]
HERE = "recipients.example"
ADDRESS = re.compile(rf"[\w.+-]+@{re.escape(HERE)}")


def a(name: str) -> str:
    return f"{name}@{HERE}"


def receive(*events: Body) -> None:
    bodies = [sqs_record(json.dumps(event), f"r-{number}") for number, event in enumerate(events)]
    assert ingest(records(*bodies), LambdaContext()) == {"batchItemFailures": []}


def about(kind: str, message_id: str, *recipients: str, **different: Any) -> Body:
    """Each of its own recipients alone."""
    now, to = datetime.now(UTC), [a(one) for one in recipients]
    return ses_event(kind, message_id, recipients=to, destination=to, sent_at=now, feedbackId=message_id, **different)


@pytest.fixture
def story(cloud: Cloud) -> Cloud:
    """Mail is delivered, bounces and is complained about, by its kinds; the account is disabled, and all is told."""
    policy = json.dumps({"preset": "default", "one_recipient_days": 1})
    boto3.client("ssm").put_parameter(Name="/permille/policy", Value=policy, Type="String")
    cloud.open()
    receive(about("Delivery", "m-1", "quiet", "silent"), about("Delivery", "m-2", "complainer"))
    receive(about("Complaint", "m-2", "complainer"), about("Complaint", "m-3", "complainer"))
    receive(about("Complaint", "m-4", "another"), about("Complaint", "m-5", "either", "or"))
    receive(about("Complaint", "m-4", "another", complaintFeedbackType="not-spam"))
    receive(about("Bounce", "m-6", "bounced"), about("Bounce", "m-7", "away", bounceType="Transient"))
    receive(about("Complaint", "m-8", "astray", caller="nobodys"))
    told = [stream_record(row) for row in cloud.rows("TimelineTable")]
    enforce(records(*told), LambdaContext())
    notify(records(*[stream_record(row) for row in cloud.rows("TimelineTable")]), LambdaContext())
    assert "disabled" in cloud.kinds()
    return cloud


def resting(cloud: Cloud) -> Iterator[tuple[str, str, str]]:
    """Each recipient's address with its table and attribute; of the timeline with the entry's kind instead."""
    for table in TABLES:
        for row in cloud.rows(table):
            place = row["kind"]["S"] if table == "TimelineTable" else ""
            for name, value in row.items():
                for address in ADDRESS.findall(text_of(value)):
                    yield address, table, place or name


def text_of(value: Any) -> str:
    """Whatever an attribute holds, as text; what was compressed, as it was."""
    if isinstance(value, bytes):
        return zlib.decompress(value).decode()
    if isinstance(value, dict):
        return " ".join(f"{key} {text_of(one)}" for key, one in value.items())
    return " ".join(map(text_of, value)) if isinstance(value, list) else str(value)


def test_an_address_rests_where_the_page_says_and_nowhere_else(story: Cloud) -> None:
    places: dict[str, set[str]] = {}
    for address, table, place in resting(story):
        places.setdefault(address.partition("@")[0], set()).add(f"{table}.{place}")

    card = {"ComplaintsTable.recipient", "ComplaintsTable.facts"}
    assert places == {
        "complainer": {*card, "TimelineTable.complaint", "TimelineTable.repeated_complaint"},
        "another": {*card, *(f"TimelineTable.{kind}" for kind in ("complaint", "uncounted_report", "unsuppressed"))},
        "bounced": {"ComplaintsTable.recipient"},
        "astray": {"QuarantineTable.body"},
    }


def test_whoever_only_got_mail_is_in_no_table(story: Cloud) -> None:
    named = {address.partition("@")[0] for address, _, _ in resting(story)}

    assert not named & {"quiet", "silent", "either", "or", "away"}


def test_no_line_of_a_log_names_a_recipient(story: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    lines = [logger.registered_formatter.format(record) for record in caplog.get_records("setup")]

    assert [line for line in lines if "feedback.counted" in line]
    assert [line for line in lines if HERE in line] == []


# ---------------------------------------------------------------- the page


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_page_names_every_table() -> None:
    told = re.findall(r"^\| (\w+Table) \|", section("Tables"), re.M)

    assert sorted(told) == sorted(TABLES)


def test_the_page_names_every_kind_of_entry_that_names_people() -> None:
    """Whose facts have an address, in the samples of all kinds."""
    told = re.findall(r"`(\w+)`", section("Entries that name people"))

    assert sorted(told) == sorted(kind for kind in KINDS if "@" in an_entry(kind).facts_json)


def test_the_page_says_how_long_what_expires_is_kept() -> None:
    kept = section("Tables")
    times = {
        "SeenTable": f"{SEEN_FOR.days} days",
        "QuarantineTable": f"{KEPT_FOR.days} days",
        "IdempotencyTable": f"{IDEMPOTENT_FOR.days} days, {ANSWERS_KEPT_FOR.days} day (answers)",
    }

    for table, time in times.items():
        assert re.search(rf"^\| {table} \|.*\| {re.escape(time)} \|", kept, re.M)
    assert f"{BOUNCES_KEPT_FOR.days} days (bounces)" in kept
    assert f"{load()['Parameters']['LogRetentionDays']['Default']} days" in section("Logs, queues and backups")
