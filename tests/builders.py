"""Everything that a test is about, with defaults: a test names only what matters to it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from hashlib import sha256
from typing import Any

from permille.domain import timeline
from permille.domain.account import Account, Evidence, Outcome, Provider
from permille.domain.backlog import Backlog
from permille.domain.commands import Command, RequestReview, ReviewRequest
from permille.domain.decisions import Context, decide
from permille.domain.feedback import Bounce, Complaint, Delivery, Message, Recipients
from permille.domain.policy import SEED, SecondChance, Verdict, judge
from permille.domain.provider import Server
from permille.domain.reputation import Days, Tally
from permille.domain.switch import ACTIVE, Asleep, Credential, SenderState
from permille.domain.timeline import Entry, Kind
from permille.ports import Count, Mail, Sender
from permille.ses_events import recipients_of
from permille.templates import Brand

PATIENCE = timedelta(seconds=5)
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 15, tzinfo=timezone(timedelta(hours=1)))  # of a trial, in the account's time zone
SENT_AT = NOW - timedelta(hours=2)
ACCOUNT = "bakery"
CALLER = "permille-bakery"
STAFF = "arn:aws:iam::123456789012:user/sam"
KEY, SECOND_KEY = "AKIABAKERY1", "AKIABAKERY2"
OWNER_MAIL_CALLER = "permille-notify"
PLATFORM = "APWT"
BRAND = Brand(PLATFORM)
DEFAULT_CHANCE = SecondChance()
SIMULATED = "complaint@simulator.amazonses.com"


def an_account(
    account_id: str = ACCOUNT, *, settled: bool = True, asleep: Asleep | None = None, **different: Any
) -> Account:
    """`settled`: whether IAM was read back since its last switching; `asleep`: keys that Permille put to sleep."""
    about = {"owner_email": f"owner@{account_id}.example", "senders": (f"permille-{account_id}",)}
    credential = Credential(asleep=asleep or {})
    switched = {"switch_generation": 1 if settled else 2, "credential": credential}
    return Account(**{"id": account_id, **about, **switched, **different})


def a_request(kind: type[ReviewRequest] = RequestReview, **different: Any) -> Any:
    """What an owner asks for."""
    return kind(**{"day": TOMORROW, "batch": 800, "cause": "An old list", "change": "A new one", **different})


def decided(
    account: Account, command: Command, now: datetime = NOW, zone: tzinfo = UTC, chance: SecondChance = DEFAULT_CHANCE
) -> Outcome:
    """What comes of a command. `zone`: the account's; `chance`: the policy's."""
    return decide(account, command, Context(zone, chance), now)


def a_provider(**different: Any) -> Provider:
    usual = {"host": "smtp.example.com", "port": 587, "user": "bakery@example.com", "connected_at": NOW}
    secret = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:permille/{ACCOUNT}/provider-a1b2c3"
    return Provider(**{**usual, "secret": secret, "version": "v-1", **different})


def a_server(**different: Any) -> Server:
    return Server(**{"host": "smtp.example.com", "port": 587, "user": "bakery@example.com", **different})


def a_sender(caller: str = CALLER, account_id: str = ACCOUNT, *epochs: datetime) -> Sender:
    return Sender(caller, account_id, epochs)


def a_message(message_id: str = "m-1", **different: Any) -> Message:
    usual: dict[str, Any] = {"sent_at": SENT_AT, "caller": CALLER, "destination": ("ann@example.com",)}
    about = {"id": message_id, "subject": "Fresh bread", **usual, **different}
    return Message(**about | {"destination": _named(about["destination"])})


def _named(listed: Sequence[str] | None) -> Recipients | None:
    return None if listed is None else recipients_of(listed)


def a_delivery(message_id: str = "m-1", recipients: Sequence[str] = ("ann@example.com",), **message: Any) -> Delivery:
    return Delivery(a_message(message_id, destination=recipients, **message), recipients_of(recipients))


def a_bounce(
    recipients: Sequence[str] = ("ann@example.com",),
    *,
    permanent: bool = True,
    sub_type: str = "General",
    **message: Any,
) -> Bounce:
    sent = a_message(**{"destination": recipients, **message})
    return Bounce(sent, recipients_of(recipients), permanent=permanent, sub_type=sub_type)


def a_complaint(message_id: str = "m-1", message: Mapping[str, Any] | None = None, **different: Any) -> Complaint:
    usual = {
        "candidates": ("ann@example.com",),
        "reported_at": NOW - timedelta(hours=1),
        "feedback_type": "abuse",
        "sub_type": "",
        "feedback_id": f"f-{message_id}",
    }
    about = {**usual, **different}
    candidates = recipients_of(about["candidates"])
    return Complaint(a_message(message_id, **(message or {})), **about | {"candidates": candidates})


def a_marker(kind: str, message_id: str, recipient: str) -> str:
    """By which a delivery to, or a bounce of, a recipient counts once."""
    told = f"{len(message_id)}#{message_id}#{recipient}"
    return f"{kind}#{sha256(told.encode()).hexdigest()[:32]}"


def a_count(
    identity: str = "delivery#m-1",
    tally: Tally | None = None,
    account_id: str = ACCOUNT,
    day: date = TODAY,
    epoch: int = 1,
) -> Count:
    return Count(identity, account_id, day, epoch, tally or Tally(delivered=1))


def a_complaint_count(message_id: str = "m-1", account_id: str = ACCOUNT, at: datetime = NOW) -> Count:
    report = a_complaint(message_id)
    entry = timeline.complaint(account_id, at, report, epoch=1)
    return Count(report.identity, account_id, report.message.sent_at.date(), 1, Tally(complaints=1), entry)


def a_verdict(delivered: int = 1000, complaints: int = 2, today: date = TODAY) -> Verdict:
    return judge(SEED, days_of(delivered, complaints, today), today)


def days_of(delivered: int, complaints: int, day: date = TODAY) -> Days:
    return {day: Tally(delivered=delivered, complaints=complaints)}


def a_complaint_entry(message_id: str = "m-1", at: datetime = NOW, account_id: str = ACCOUNT, **message: Any) -> Entry:
    sent: dict[str, Any] = {"sent_at": at - timedelta(hours=2), **message}
    return timeline.complaint(account_id, at, a_complaint(message_id, message=sent), epoch=1)


def complaint_entries(count: int, at: datetime = NOW) -> list[Entry]:
    """The oldest first, a second apart, the last at `at`."""
    return [a_complaint_entry(f"m-{n}", at - timedelta(seconds=count - n)) for n in range(1, count + 1)]


def an_entry(kind: Kind = Kind.DISABLED, at: datetime = NOW, account_id: str = ACCOUNT) -> Entry:
    """An entry of any kind, as its own maker makes it."""
    caller = f"permille-{account_id}"
    by_staff = {"reason": "The owner asked us to", "by": STAFF}
    made: dict[Kind, Callable[[], Entry]] = {
        Kind.CREATED: lambda: timeline.created(account_id, at, (caller,)),
        Kind.COMPLAINT: lambda: a_complaint_entry(at=at, account_id=account_id),
        Kind.REPORT: lambda: timeline.complaint(account_id, at, a_complaint(feedback_type="not-spam"), epoch=1),
        Kind.OWNER_MAIL: lambda: timeline.owner_mail(account_id, at, "bounced", "owner-mail#m-1"),
        Kind.ALERT: lambda: timeline.alert(account_id, at, a_verdict(1000, 1), [a_complaint_entry(at=at)]),
        Kind.UNSUPPRESSED: lambda: timeline.by_staff(account_id, kind, at, **by_staff, recipient="ann@example.com"),
        Kind.EXEMPTED: lambda: timeline.by_staff(account_id, kind, at, **by_staff, until=at.isoformat()),
        Kind.DISABLING_REVERSED: lambda: timeline.disabling_reversed(
            account_id, at, a_verdict(4999, 2), at - timedelta(hours=1)
        ),
        Kind.HELD: lambda: timeline.held(account_id, at, a_verdict(), "feedback", 7),
        Kind.BREAKER_OPENED: lambda: timeline.breaker_opened(account_id, at, 5),
        Kind.DRIFT: lambda: timeline.drift(account_id, at, [{"sender": caller, "what": "awake", "key": KEY}]),
        Kind.REVIEW_REQUESTED: lambda: timeline.review_requested(
            account_id, at, TOMORROW, 800, "We mailed an old list", "We took it off"
        ),
        Kind.REVIEW_AMENDED: lambda: timeline.review_amended(
            account_id, at, TOMORROW, 500, "We mailed an old list", "We took it off"
        ),
        Kind.REVIEW_DUE: lambda: timeline.review_due(account_id, at, MIDNIGHT.date(), 800, MIDNIGHT.astimezone(UTC)),
        Kind.REVIEW_DAY_PASSED: lambda: timeline.review_day_passed(account_id, at, TODAY),
        Kind.TRIAL_CANCELLED: lambda: timeline.trial_cancelled(account_id, at, TOMORROW, **by_staff),
        Kind.REVIEW_APPROVED: lambda: timeline.review_approved(
            account_id, at, MIDNIGHT, MIDNIGHT + timedelta(days=1), "Begin with your best customers", STAFF
        ),
        Kind.REVIEW_DECLINED: lambda: timeline.review_declined(
            account_id, at, "The list is still a bought one", STAFF, TOMORROW
        ),
        Kind.REVIEW_REOPENED: lambda: timeline.review_reopened(account_id, at, TODAY),
        Kind.TRIAL_BEGAN: lambda: timeline.trial_began(account_id, at, MIDNIGHT + timedelta(days=1)),
        Kind.TRIAL_ENDED: lambda: timeline.trial_ended(account_id, at, MIDNIGHT + timedelta(days=3), 800),
        Kind.TRIAL_UNUSED: lambda: timeline.trial_unused(account_id, at),
        Kind.STAYS_SUSPENDED: lambda: timeline.stays_suspended(account_id, at, 800, 1, [a_complaint_entry(at=at)], ""),
        Kind.REVIEW_WITHDRAWN: lambda: timeline.review_withdrawn(account_id, at, TOMORROW),
        Kind.CONFIRMATION_WANTED: lambda: timeline.confirmation_wanted(account_id, at, 800),
        Kind.REINSTATED: lambda: timeline.reinstated(account_id, at, 800),
        Kind.PROVIDER_CONNECTED: lambda: timeline.provider_connected(
            account_id, at, "smtp.example.com", 587, "bakery@example.com", ""
        ),
        Kind.PROVIDER_DISCONNECTED: lambda: timeline.provider_disconnected(
            account_id, at, "smtp.example.com", 587, "bakery@example.com"
        ),
        Kind.SENDER_MISSING: lambda: timeline.sender_missing(account_id, at, [caller]),
    }
    for staffs in (
        Kind.STAFF_DISABLED,
        Kind.STAFF_ENABLED,
        Kind.CLOSED,
        Kind.UNEXEMPTED,
        Kind.OWNER_MAIL_RESET,
        Kind.LINKS_REVOKED,
        Kind.TRIAL_CONFIRMED,
    ):
        made[staffs] = lambda: timeline.by_staff(account_id, kind, at, **by_staff)
    for verdicts in (Kind.DISABLED, Kind.WOULD_DISABLE, Kind.WOULD_KEEP):
        made[verdicts] = lambda: _a_record(kind, at, account_id)
    return made[kind]()


def _a_record(kind: Kind, at: datetime, account_id: str) -> Entry:
    spared = "" if kind is Kind.DISABLED else "only observed"
    complaints = complaint_entries(2, at)
    return timeline.judged(account_id, kind, at, a_verdict(), days_of(1000, 2), complaints, "1.0+abc", spared)


def evidence(
    delivered: int, complaints: int, entries: Sequence[Entry] | None = None, waiting: int | None = 0
) -> Evidence:
    """So much on today's mail, with an entry for each complaint unless others are named; so many messages wait."""
    told = complaint_entries(complaints) if entries is None else list(entries)
    return Evidence(days_of(delivered, complaints), told, a_backlog(waiting))


def a_backlog(messages: int | None = 0, counted_at: datetime | None = NOW, **different: Any) -> Backlog:
    return Backlog(messages, counted_at=counted_at, **different)


def a_state(keys: Mapping[str, str] | None = None, *, denied: bool = False) -> SenderState:
    return SenderState(keys={KEY: ACTIVE} if keys is None else keys, denied=denied)


def a_mail(**different: Any) -> Mail:
    usual = {"to": "owner@bakery.example", "subject": "Hello", "text": "Plain.\n", "html": "<p>Rich.</p>\n"}
    return Mail(**{**usual, "account_id": ACCOUNT, "entry_id": timeline.id_at(NOW, "mail"), **different})


# ---------------------------------------------------------------- what SES writes

Body = dict[str, Any]


def ses_event(kind: str, message_id: str = "m-1", **different: Any) -> Body:
    """An event of event publishing; `different` names parts of `mail` or of the kind's own object."""
    mail = _mail(message_id, different) | {"tags": _tags(different)}
    return {"eventType": kind, "mail": mail | different.pop("mail", {}), kind.lower(): _about(kind, different)}


def ses_notification(kind: str, message_id: str = "m-1", **different: Any) -> Body:
    """The same in the other dialect, that of identity notifications."""
    mail = _mail(message_id, different) | {"callerIdentity": different.pop("caller", CALLER)}
    return {"notificationType": kind, "mail": mail | different.pop("mail", {}), kind.lower(): _about(kind, different)}


def _mail(message_id: str, different: Body) -> Body:
    return {
        "messageId": message_id,
        "timestamp": different.pop("sent_at", SENT_AT).isoformat().replace("+00:00", "Z"),
        "source": "sender@bakery.example",
        "destination": list(different.pop("destination", ["ann@example.com"])),
        "commonHeaders": {"subject": different.pop("subject", "Fresh bread")},
    }


def _tags(different: Body) -> Body:
    sender_tags = {name: [value] for name, value in different.pop("tags", {}).items()}
    return sender_tags | {
        "ses:caller-identity": [different.pop("caller", CALLER)],
        "ses:configuration-set": ["permille"],
    }


def _about(kind: str, different: Body) -> Body:
    at = (NOW - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    recipients = different.pop("recipients", ["ann@example.com"])
    listed = [{"emailAddress": address} for address in recipients]
    usual: dict[str, Body] = {
        "Delivery": {"timestamp": at, "recipients": list(recipients)},
        "Bounce": {"timestamp": at, "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": listed},
        "Complaint": {
            "timestamp": at,
            "complainedRecipients": listed,
            "complaintFeedbackType": "abuse",
            "complaintSubType": None,
            "feedbackId": "f-1",
        },
    }
    return usual[kind] | different


def sns_envelope(message: str, kind: str = "Notification") -> Body:
    topic = "arn:aws:sns:us-east-1:123456789012:feedback"
    return {
        "Type": kind,
        "MessageId": "e-1",
        "TopicArn": topic,
        "Message": message,
        "Timestamp": "2026-03-10T12:00:00Z",
    }


def eventbridge_event(detail: Body, detail_type: str = "Email Complaint Received") -> Body:
    return {"version": "0", "id": "b-1", "detail-type": detail_type, "source": "aws.ses", "detail": detail}


# ---------------------------------------------------------------- what Lambda hands to a handler


def sqs_record(body: Body | str, message_id: str = "r-1") -> Body:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": message_id, "eventSource": "aws:sqs", "body": text}


def sns_record(body: Body | str, message_id: str = "r-1") -> Body:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"EventSource": "aws:sns", "Sns": {"MessageId": message_id, "Message": text}}


def stream_record(image: Mapping[str, Any]) -> Body:
    """What the timeline's stream tells of a new row."""
    keys = {name: image[name] for name in ("account_id", "entry_id")}
    return {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": keys, "NewImage": dict(image), "StreamViewType": "NEW_IMAGE"},
    }


def records(*of: Body) -> Body:
    return {"Records": list(of)}


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """As much of Lambda's context as the handlers look at."""

    function_name: str = "permille-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:permille-test"
    aws_request_id: str = "9f0c1e2d"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000
