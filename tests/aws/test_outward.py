"""The ways out, and the switch: each port twice, by the fake and by the adapter on moto."""

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from email import message_from_bytes
from email.header import decode_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import boto3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from moto.core.models import DEFAULT_ACCOUNT_ID as MOTO_ACCOUNT
from moto.ses.models import ses_backends
from tests.support.builders import ACCOUNT, NOW, PLATFORM, TODAY, LambdaContext, a_complaint, a_mail, a_record, an_entry
from tests.support.fakes import FakeBus, FakeIdempotencyStore, FakeMailer, FakeQuarantine, FakeRetryQueue, Killed, When
from tests.support.gallery import MAILER, mails
from tests.support.wire import Wire

from permille.aws.event_bus import EventBridgeBus
from permille.aws.idempotency import DynamoIdempotencyStore
from permille.aws.quarantine import DynamoQuarantine
from permille.aws.replay_clock import ReplayedTime
from permille.aws.retry_queue import SqsRetryQueue
from permille.aws.ses_mailer import SesMailer
from permille.domain.policy.policy import ALLPROWEBTOOLS, Policy
from permille.domain.policy.verdict import Verdict, judge
from permille.domain.timeline.kinds.complaints import reported
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.review import ReviewRequested
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import PermissionDenied, RequestRejected, ServiceError, Unavailable
from permille.domain.values.tally import Tally
from permille.domain.words.wording import plain
from permille.ports.feedback import Quarantine
from permille.ports.notifications import EventBus, IdempotencyStore, Mail, Mailer, RetryQueue
from permille.schema.entry_schema import entry_json, event_text
from permille.schema.event_schema import event_schema_text
from permille_cli.project import PROJECT

MAIL_FROM = "reputation@apwt.example"
UNUSED: Any = object()
EVERY_MAIL = dict(mails())
PLAIN_HEADER = re.compile(rb"[A-Za-z-]+: (?!.*=\?)")  # of which nothing is encoded
BOTH = pytest.mark.parametrize("kept_by", ["fake", "aws"])

VIENNA = timezone(timedelta(hours=1))
WRITTEN = json.loads((PROJECT / "docs" / "timeline-event.schema.json").read_text(encoding="utf-8"))
SCHEMA = Draft202012Validator(WRITTEN)


def detail_of(entry: Entry, platform: str, zone: tzinfo) -> Any:
    return json.loads(event_text(entry, platform, zone))


def a_burst(policy: Policy, **counts: int) -> Verdict:
    return judge(policy, {TODAY: Tally(1_000_000, **counts)}, TODAY)


# ---------------------------------------------------------------- Mailer


@pytest.fixture
def ses(aws: None) -> Any:
    client = boto3.client("ses")
    client.verify_domain_identity(Domain="apwt.example")
    return client


def sent_by_ses() -> list[EmailMessage]:
    raw = [one.raw_data for one in ses_backends[MOTO_ACCOUNT]["us-east-1"].sent_messages]
    return [message_from_bytes(one.encode() if isinstance(one, str) else one, policy=default) for one in raw]


@BOTH
def test_a_mail_goes_to_its_owner(request: pytest.FixtureRequest, kept_by: str) -> None:
    fake = FakeMailer()
    mailer: Mailer = fake if kept_by == "fake" else a_mailer(request.getfixturevalue("ses"))

    mailer.send(a_mail(subject="Grüße"))

    sent = [(mail.to, mail.subject) for mail in fake.sent] or [(one["To"], one["Subject"]) for one in sent_by_ses()]
    assert sent == [("owner@bakery.example", "Grüße")]


def a_mailer(ses: Any) -> SesMailer:
    return SesMailer(mail_from=MAIL_FROM, configuration_set="permille", ses=ses, pause=lambda _: None)


def test_a_mail_that_can_be_stopped_says_so_to_the_mail_program_and_no_other_does(ses: Any) -> None:
    """RFC 8058: both headers, and an https address that a POST without a cookie stops it by."""
    a_mailer(ses).send(a_mail(stop=f"https://console.example/monthly-mail?token={'x' * 400}"))
    a_mailer(ses).send(a_mail())

    monthly, other = sent_by_ses()
    assert monthly["List-Unsubscribe"] == f"<https://console.example/monthly-mail?token={'x' * 400}>"
    assert monthly["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (other["List-Unsubscribe"], other["List-Unsubscribe-Post"]) == (None, None)


def test_a_mail_has_both_forms_and_can_be_told_from_others(ses: Any) -> None:
    a_mailer(ses).send(a_mail(entry_id="20260310T120000.000000Z-0a1b2c3d"))

    (sent,) = sent_by_ses()
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert (sent["From"], sent["Auto-Submitted"]) == (MAIL_FROM, "auto-generated")
    assert sent["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert sent["X-Permille-Entry"] == "20260310T120000.000000Z-0a1b2c3d"
    assert sent["X-SES-CONFIGURATION-SET"] == "permille"
    tags = "permille-account=bakery, permille-entry=20260310T120000_000000Z-0a1b2c3d"
    assert sent["X-SES-MESSAGE-TAGS"] == tags


def test_answers_go_where_the_platform_wants_them(ses: Any) -> None:
    SesMailer(mail_from=MAIL_FROM, reply_to="help@apwt.example", configuration_set="permille", ses=ses).send(a_mail())
    a_mailer(ses).send(a_mail())

    assert [sent["Reply-To"] for sent in sent_by_ses()] == ["help@apwt.example", None]


def test_every_kind_of_text_arrives_as_it_was_written(ses: Any) -> None:
    text = "Ça va? 你好 🍞\n" + "long " * 400 + "\n.\nFrom here\n"

    a_mailer(ses).send(a_mail(text=text))

    (sent,) = sent_by_ses()
    part = sent.get_body(("plain",))
    assert part is not None
    assert part.get_content().replace("\r\n", "\n") == text


TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=300).map(lambda text: text.strip())


@given(subject=TEXTS, name=TEXTS, text=TEXTS)
@example(subject="==a__é??0?a_é?0?a0=_aé?漢漢é?漢_ 漢=漢_??0=_?=_a000 0===_0漢a?_漢=é0éé0?_", name="é? =漢 a=", text="")
def test_a_mail_is_ascii_on_the_wire_with_no_encoded_line_beyond_76_and_is_read_as_written(
    subject: str, name: str, text: str
) -> None:
    mailer = SesMailer(mail_from=MAIL_FROM, from_name=name, configuration_set="permille", ses=UNUSED)
    mail = a_mail(subject=subject, text=text + "\n", html=f"<p>{text}</p>\n" * 9)

    raw = mailer.message(mail).as_bytes()

    assert raw.isascii()
    assert [line for line in raw.split(b"\r\n") if len(line) > 76 and not PLAIN_HEADER.match(line)] == []
    read = message_from_bytes(raw, policy=default)
    assert " ".join(read["Subject"].split()) == " ".join(subject.split())
    (sender,) = read["From"].addresses
    assert sender.addr_spec == MAIL_FROM
    # the modern reader puts a blank between encoded words of a name
    (sent_by, charset), *_ = decode_header(message_from_bytes(raw)["From"])
    assert plain(name).isascii() or sent_by.decode(charset) == plain(name)
    for form, written in (("plain", mail.text), ("html", mail.html)):
        part = read.get_body((form,))
        assert part is not None
        assert part.get_content().replace("\r\n", "\n") == written


@pytest.mark.parametrize("mail", EVERY_MAIL.values(), ids=EVERY_MAIL)
def test_no_mail_has_an_encoded_line_beyond_76_or_a_folded_subject(mail: Mail) -> None:
    lines = MAILER.message(mail).as_bytes().split(b"\r\n")

    assert f"Subject: {mail.subject}".encode() in lines
    assert [line for line in lines if len(line) > 76 and not PLAIN_HEADER.match(line)] == []
    assert max(map(len, lines)) <= 998


@pytest.mark.parametrize(
    "name", ["APWT", "Zwiebel & Co", 'Bread, "Cake" & Söhne', "Ünïcödé 🍞", "a@b.example", "two\r\nBcc: x@y.example"]
)
def test_a_mail_says_whose_it_is(name: str) -> None:
    mailer = SesMailer(mail_from=MAIL_FROM, from_name=name, configuration_set="permille", ses=UNUSED)

    read = message_from_bytes(mailer.message(a_mail()).as_bytes(), policy=default)

    (sender,) = read["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (" ".join(name.split()), MAIL_FROM)
    assert read["Bcc"] is None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("Throttling", Unavailable),  # the sending rate, or the daily quota
        ("ThrottlingException", Unavailable),
        ("ServiceUnavailable", Unavailable),
        ("cut", Unavailable),
        ("MessageRejected", RequestRejected),
        ("MailFromDomainNotVerifiedException", RequestRejected),
        ("ConfigurationSetDoesNotExist", RequestRejected),
        ("ConfigurationSetSendingPausedException", RequestRejected),
        ("AccountSendingPausedException", RequestRejected),
        ("AccessDenied", PermissionDenied),
    ],
)
def test_a_passing_refusal_of_ses_is_unavailable_and_a_lasting_one_rejected(
    ses: Any, fault: str, error: type[ServiceError]
) -> None:
    strike(Wire(ses), "SendRawEmail", fault, times=3)

    with pytest.raises(error):
        a_mailer(ses).send(a_mail())
    assert sent_by_ses() == []


def strike(wire: Wire, operation: str, fault: str, times: int = 1) -> None:
    if fault == "cut":
        wire.cut(operation, times=times)
    else:
        wire.refuse(operation, fault, times=times)


# ---------------------------------------------------------------- Bus


@pytest.fixture
def events(aws: None) -> Any:
    client = boto3.client("events")
    client.create_event_bus(Name="timeline")
    return client


@BOTH
def test_an_entry_goes_to_the_bus(request: pytest.FixtureRequest, kept_by: str) -> None:
    entry, fake = an_entry("disabled"), FakeBus()
    events = request.getfixturevalue("events") if kept_by == "aws" else None
    bus: EventBus = EventBridgeBus(bus="timeline", platform=PLATFORM, events=events) if events else fake
    wire = Wire(events) if events else None

    bus.publish(entry, UTC)

    assert (heard(wire)["id"] if wire else fake.entries[0].id) == entry.id


def heard(wire: Wire) -> dict[str, Any]:
    """The detail of the one event that was put."""
    ((_, asked),) = wire.asked
    (event,) = asked["Entries"]
    assert (event["EventBusName"], event["Source"], event["Time"]) == ("timeline", "permille", NOW)
    detail: dict[str, Any] = json.loads(event["Detail"])
    assert event["DetailType"] == detail["kind"]
    return detail


@pytest.mark.parametrize("kind", KINDS)
def test_the_bus_tells_what_the_timeline_says(events: Any, kind: str) -> None:
    entry, wire = an_entry(kind), Wire(events)

    EventBridgeBus(bus="timeline", platform=PLATFORM, events=events).publish(entry, VIENNA)

    assert heard(wire) == {
        "version": 1,
        "id": entry.id,
        "account_id": ACCOUNT,
        "kind": kind,
        "audience": entry.audience,
        "at": "2026-03-10T12:00:00+00:00",
        "headline": entry.in_zone(VIENNA).headline(PLATFORM),
        "sentence": entry.in_zone(VIENNA).sentence(),
        "facts": entry.data,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_bus_tells_is_as_its_schema_says(events: Any, kind: str) -> None:
    wire = Wire(events)

    EventBridgeBus(bus="timeline", platform=PLATFORM, events=events).publish(an_entry(kind), UTC)

    assert [error.message for error in SCHEMA.iter_errors(heard(wire))] == []


def test_the_bus_gets_peoples_words_without_control_characters_and_else_as_they_are() -> None:
    written = "a\x1b[31m\x00b\x85c\u2028d \u202eé👩\u200d🍳"
    said = a_complaint(message={"subject": written, "campaign": "spring"}, candidates=("zo\u00ad@x.example",))

    detail = detail_of(reported(ACCOUNT, NOW, said, epoch=1), PLATFORM, UTC)

    assert detail["facts"]["subject"] == "a [31m b c d \u202eé👩\u200d🍳"
    assert detail["facts"]["campaign"] == "spring"
    assert detail["facts"]["recipient"] == "zo\u00ad@x.example"


def test_lines_that_people_wrote_stay_lines_for_machines() -> None:
    asked = ReviewRequested(day=TODAY, batch=8, cause="one\n\ttwo\x07", change="x")

    assert detail_of(entry(ACCOUNT, NOW, asked), PLATFORM, UTC)["facts"]["cause"] == "one\n\ttwo "


@pytest.mark.parametrize("verdict", [a_burst(ALLPROWEBTOOLS, bounces=300), a_burst(ALLPROWEBTOOLS, complaints=4)])
def test_the_records_of_the_other_rules_are_as_the_schema_says_too(verdict: Verdict) -> None:
    record = a_record(ACCOUNT, NOW, verdict, {}, [])

    told = detail_of(record, PLATFORM, UTC)
    assert [error.message for error in SCHEMA.iter_errors(told)] == []


def test_the_schema_that_is_checked_in_is_of_this_code() -> None:
    assert (PROJECT / "docs" / "timeline-event.schema.json").read_text(encoding="utf-8") == event_schema_text(), (
        "run `make schema`"
    )


def test_the_bus_tells_an_entry_as_the_json_api_does() -> None:
    entry = an_entry("reinstated")

    assert detail_of(entry, PLATFORM, UTC) == {
        "version": 1,
        "account_id": ACCOUNT,
        **entry_json(entry, PLATFORM, UTC),
    }


def test_the_schema_knows_every_kind_and_no_fact_more() -> None:
    assert set(WRITTEN["properties"]["kind"]["enum"]) == set(KINDS)
    unknown = detail_of(an_entry("reinstated"), PLATFORM, UTC) | {"facts": {"delivered": 1, "new": 2}}
    with pytest.raises(ValidationError):
        SCHEMA.validate(unknown)


@pytest.mark.parametrize("fault", ["ThrottlingException", "cut"])
def test_a_bus_that_does_not_answer_is_unavailable(events: Any, fault: str) -> None:
    strike(Wire(events), "PutEvents", fault)

    with pytest.raises(Unavailable):
        EventBridgeBus(bus="timeline", platform=PLATFORM, events=events).publish(an_entry(), UTC)


def test_an_event_that_the_bus_did_not_take_is_unavailable(events: Any) -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
    Wire(events).answer("PutEvents", refused)

    with pytest.raises(Unavailable, match="InternalFailure"):
        EventBridgeBus(bus="timeline", platform=PLATFORM, events=events).publish(an_entry(), UTC)


# ---------------------------------------------------------------- Once


@pytest.fixture
def action() -> "Action":
    return Action()


class Action:
    """Something that is to happen once, and can be made to fail."""

    def __init__(self) -> None:
        self.done = 0
        self.failing: Exception | None = None

    def __call__(self) -> None:
        if self.failing:
            raise self.failing
        self.done += 1


def remembered(dynamodb: Any, context: Any = None) -> DynamoIdempotencyStore:
    idempotency = DynamoIdempotencyStore(table="IdempotencyTable", dynamodb=dynamodb)
    idempotency.during(context or LambdaContext())
    return idempotency


@pytest.fixture(params=["fake", "aws"])
def idempotency(request: pytest.FixtureRequest) -> IdempotencyStore:
    return FakeIdempotencyStore() if request.param == "fake" else remembered(request.getfixturevalue("dynamodb"))


def test_what_ended_well_is_not_done_again(idempotency: IdempotencyStore, action: Action) -> None:
    for key in ("mail#bakery#e-1", "mail#bakery#e-1", "bus#bakery#e-1", "mail#bakery#e-2"):
        idempotency.run_once(key, action)

    assert action.done == 3


def test_was_done_is_true_for_a_completed_action(idempotency: IdempotencyStore, action: Action) -> None:
    assert not idempotency.was_done("mail#bakery#e-1")
    idempotency.run_once("mail#bakery#e-1", action)

    assert idempotency.was_done("mail#bakery#e-1")
    assert not idempotency.was_done("bus#bakery#e-1")


def test_what_failed_is_not_done(idempotency: IdempotencyStore, action: Action) -> None:
    action.failing = Unavailable("the mail server is down")
    with pytest.raises(Unavailable):
        idempotency.run_once("mail#bakery#e-1", action)

    assert not idempotency.was_done("mail#bakery#e-1")


def test_was_done_is_unavailable_where_dynamodb_does_not_answer(dynamodb: Any) -> None:
    strike(Wire(dynamodb), "GetItem", "cut")

    with pytest.raises(Unavailable):
        remembered(dynamodb).was_done("mail#bakery#e-1")


def test_what_failed_is_done_again(idempotency: IdempotencyStore, action: Action) -> None:
    action.failing = Unavailable("the mail server is down")
    with pytest.raises(Unavailable, match="mail server"):
        idempotency.run_once("mail#bakery#e-1", action)
    action.failing = None

    idempotency.run_once("mail#bakery#e-1", action)

    assert action.done == 1


def test_it_is_remembered_for_30_days_and_across_invocations(dynamodb: Any, action: Action) -> None:
    began = int(time.time())
    remembered(dynamodb).run_once("mail#bakery#e-1", action)
    remembered(dynamodb).run_once("mail#bakery#e-1", action)

    (record,) = dynamodb.scan(TableName="IdempotencyTable")["Items"]
    assert action.done == 1
    assert record["status"]["S"] == "COMPLETED"
    assert int(record["expiration"]["N"]) - began in range(30 * 86_400, 30 * 86_400 + 60)


def test_what_another_run_is_at_is_left_to_it(dynamodb: Any, action: Action) -> None:
    def meanwhile() -> None:
        with pytest.raises(Unavailable, match="another run"):
            remembered(dynamodb).run_once("mail#bakery#e-1", action)

    remembered(dynamodb).run_once("mail#bakery#e-1", meanwhile)

    assert action.done == 0


@dataclass(frozen=True, slots=True)
class OutOfTime(LambdaContext):
    def get_remaining_time_in_millis(self) -> int:
        return -1000


def test_a_run_that_was_cut_off_gives_way_when_its_time_is_up(dynamodb: Any, action: Action) -> None:
    def dies() -> None:
        raise Killed

    with pytest.raises(Killed):
        remembered(dynamodb, OutOfTime()).run_once("mail#bakery#e-1", dies)
    remembered(dynamodb).run_once("mail#bakery#e-1", action)

    assert action.done == 1


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
@pytest.mark.parametrize("fault", ["ThrottlingException", "cut"])
def test_a_record_that_cannot_be_kept_is_unavailable(dynamodb: Any, action: Action, operation: str, fault: str) -> None:
    strike(Wire(dynamodb), operation, fault)

    with pytest.raises(Unavailable):
        remembered(dynamodb).run_once("mail#bakery#e-1", action)


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_a_record_that_may_not_be_written_is_permission_denied(dynamodb: Any, action: Action, operation: str) -> None:
    Wire(dynamodb).refuse(operation, "AccessDeniedException")

    with pytest.raises(PermissionDenied, match="mail#bakery#e-1: AWS does not allow it"):
        remembered(dynamodb).run_once("mail#bakery#e-1", action)


# ---------------------------------------------------------------- Later


@BOTH
def test_a_failed_notification_is_queued(request: pytest.FixtureRequest, kept_by: str) -> None:
    fake = FakeRetryQueue()
    queue = request.getfixturevalue("queue") if kept_by == "aws" else None
    retry_queue: RetryQueue = SqsRetryQueue(url=queue.url, sqs=queue.sqs) if queue else fake

    retry_queue.enqueue(ACCOUNT, "e-1", "mail")

    assert (queue.jobs() if queue else fake.jobs) == [(ACCOUNT, "e-1", "mail")]


@dataclass(frozen=True, slots=True)
class Queue:
    url: str
    sqs: Any

    def jobs(self) -> list[tuple[str, str, str]]:
        bodies = [json.loads(one["Body"]) for one in self.sqs.receive_message(QueueUrl=self.url)["Messages"]]
        return [(body["account_id"], body["entry_id"], body["channel"]) for body in bodies]


@pytest.fixture
def queue(aws: None) -> Queue:
    sqs = boto3.client("sqs")
    return Queue(sqs.create_queue(QueueName="notify")["QueueUrl"], sqs)


@pytest.mark.parametrize("fault", ["RequestThrottled", "cut"])
def test_a_queue_that_does_not_answer_is_unavailable(queue: Queue, fault: str) -> None:
    strike(Wire(queue.sqs), "SendMessage", fault)

    with pytest.raises(Unavailable):
        SqsRetryQueue(url=queue.url, sqs=queue.sqs).enqueue(ACCOUNT, "e-1", "mail")


# ---------------------------------------------------------------- Quarantine


def rows_of(quarantine: Quarantine, dynamodb: Any) -> list[tuple[str, str]]:
    """(reason, caller) of what is kept."""
    if isinstance(quarantine, FakeQuarantine):
        return list(quarantine.kept.values())
    items = dynamodb.scan(TableName="QuarantineTable")["Items"]
    return [(item["reason"]["S"], item["caller"]["S"]) for item in items]


@BOTH
def test_the_same_body_makes_one_row_whenever_it_comes_again(request: pytest.FixtureRequest, kept_by: str) -> None:
    dynamodb = request.getfixturevalue("dynamodb") if kept_by == "aws" else None
    quarantine: Quarantine = (
        DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb) if dynamodb else FakeQuarantine()
    )

    quarantine.keep("hello", "not JSON", "", NOW)
    quarantine.keep("hello", "not JSON", "", NOW + timedelta(minutes=1))
    quarantine.keep("other", "unattributed", "root", NOW)
    quarantine.keep("hello", "not JSON", "", NOW + timedelta(days=1))

    assert sorted(rows_of(quarantine, dynamodb)) == [("not JSON", ""), ("unattributed", "root")]


@pytest.mark.parametrize("body", ["hello", "", "Grüße 🍞", "\ud800", "x" * 200_000])
def test_what_is_kept_is_given_back_as_it_was_until_it_is_dropped(dynamodb: Any, body: str) -> None:
    quarantine = DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb)
    quarantine.keep(body, "why", "root", NOW)

    [kept] = quarantine.all()
    [item] = dynamodb.scan(TableName="QuarantineTable")["Items"]
    read = quarantine.body(kept.id)
    quarantine.drop(kept)

    assert (read, kept.reason, kept.sender, kept.at) == (body, "why", "root", NOW)
    assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=60)).timestamp())
    assert list(quarantine.all()) == []


@pytest.mark.parametrize("fault", ["ThrottlingException", "cut"])
def test_a_quarantine_that_does_not_answer_is_unavailable(dynamodb: Any, fault: str) -> None:
    strike(Wire(dynamodb), "PutItem", fault)

    with pytest.raises(Unavailable):
        DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb).keep("hello", "why", "", NOW)


# ---------------------------------------------------------------- the replayed time


def test_the_replayed_time_is_as_far_ahead_as_was_set_until_it_is_cleared(dynamodb: Any) -> None:
    replayed = ReplayedTime(table="ControlTable", dynamodb=dynamodb)

    before = replayed.ahead()
    replayed.set(timedelta(days=1, seconds=0.5))
    ahead = replayed.ahead()
    replayed.clear()

    assert (before, ahead, replayed.ahead()) == (timedelta(), timedelta(days=1, seconds=0.5), timedelta())


def test_a_lost_answer_of_a_mail_is_unavailable_though_it_went_out(ses: Any) -> None:
    Wire(ses).cut("SendRawEmail", When.AFTER)

    with pytest.raises(Unavailable):
        a_mailer(ses).send(a_mail())
    assert len(sent_by_ses()) == 1
