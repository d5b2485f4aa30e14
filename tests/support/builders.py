"""Builders with defaults: a test names only what matters to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from hashlib import sha256
from typing import Any, cast

from permille.aws.ses_recipients import recipients_of
from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE, Credential, DeactivatedKeys, SenderState
from permille.domain.account.provider import Provider, ProviderRequest
from permille.domain.feedback.bounces import BounceRecord
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Rejection
from permille.domain.feedback.message import Message
from permille.domain.feedback.recipients import Recipients
from permille.domain.login.links import LinkRole
from permille.domain.people.commands import Command
from permille.domain.people.decisions import Context, apply_command
from permille.domain.people.owner_commands import RequestReview, ReviewRequest
from permille.domain.policy.policy import ALLPROWEBTOOLS, DEFAULT, SecondChance
from permille.domain.policy.policy_file import policy_data
from permille.domain.policy.verdict import Verdict, judge
from permille.domain.rules.backlog import Backlog
from permille.domain.rules.evidence import Evidence
from permille.domain.rules.outcome import Outcome
from permille.domain.sending.smtp_server import Server
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.alert import Alert, listed
from permille.domain.timeline.kinds.bounces import Bounced, BouncedRecipient, BounceReason
from permille.domain.timeline.kinds.change import Owner
from permille.domain.timeline.kinds.complaints import CountedComplaint, repeated, reported
from permille.domain.timeline.kinds.credential import Difference, FormerSet
from permille.domain.timeline.kinds.decision_record import DecisionRecord, NotEnforced
from permille.domain.timeline.kinds.monthly import MonthlyStanding
from permille.domain.timeline.kinds.numbers import Numbers
from permille.domain.timeline.kinds.owner_contact import OwnerMailState, OwnerMailStopped
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.system import BreakerReset
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry, only, system_entry
from permille.domain.values.entry_id import id_at
from permille.domain.values.status import HoldReason, Mode
from permille.domain.values.tally import Days, Tally
from permille.domain.words.wording import OWNER
from permille.ports.feedback import Count, Sender
from permille.ports.notifications import Mail
from permille.rendering.templates import Brand
from permille.usecases.feedback.counts import counts_of

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
OWNER_MAIL_SENDER = "permille-notify"
PLATFORM = "APWT"
BRAND = Brand(PLATFORM)
DEFAULT_CHANCE = SecondChance()
SIMULATED = "complaint@simulator.amazonses.com"


def an_account(
    account_id: str = ACCOUNT, *, in_sync: bool = True, deactivated: DeactivatedKeys | None = None, **different: Any
) -> Account:
    """`in_sync`: whether IAM was read since the last switch; `deactivated`: keys that Permille made Inactive."""
    about = {"owner_email": f"owner@{account_id}.example", "senders": (f"permille-{account_id}",)}
    credential = Credential(deactivated=deactivated or {})
    switched = {"switch_generation": 1 if in_sync else 2, "credential": credential}
    return Account(**{"id": account_id, **about, **switched, **different})


def a_request(kind: type[ReviewRequest] = RequestReview, **different: Any) -> Any:
    """What an owner asks for."""
    return kind(
        **{"day": TOMORROW, "batch": 800, "cause": "An old list", "change": "A new one", "by": OWNER, **different}
    )


def decided(
    account: Account, command: Command, now: datetime = NOW, zone: tzinfo = UTC, chance: SecondChance = DEFAULT_CHANCE
) -> Outcome:
    """What comes of a command. `zone`: the account's; `chance`: the policy's."""
    return apply_command(account, command, Context(zone, chance), now)


def a_provider_request(host: str = "smtp.example.com", version: str = "v-1") -> ProviderRequest:
    """One that was made at NOW, and can be confirmed for three days."""
    return ProviderRequest(host, 587, "bakery@example.com", "arn:requested", version, NOW, NOW + timedelta(days=3))


def a_provider(**different: Any) -> Provider:
    usual = {"host": "smtp.example.com", "port": 587, "username": "bakery@example.com", "connected_at": NOW}
    secret = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:permille/{ACCOUNT}/provider-a1b2c3"
    return Provider(**{**usual, "secret": secret, "version": "v-1", **different})


def a_server(**different: Any) -> Server:
    return Server(**{"host": "smtp.example.com", "port": 587, "username": "bakery@example.com", **different})


def a_sender(caller: str = CALLER, account_id: str = ACCOUNT, *epochs: datetime) -> Sender:
    return Sender(caller, account_id, epochs)


def a_message(message_id: str = "m-1", **different: Any) -> Message:
    usual: dict[str, Any] = {"sent_at": SENT_AT, "sender": CALLER, "destination": ("ann@example.com",)}
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
    bounced_at: datetime | None = NOW - timedelta(hours=1),
    rejection: Rejection | None = None,
    **message: Any,
) -> Bounce:
    """`rejection`: of each recipient."""
    sent, named = a_message(**{"destination": recipients, **message}), recipients_of(recipients)
    rejections = dict.fromkeys((*named.readable, *named.unreadable), rejection) if rejection else {}
    return Bounce(sent, named, permanent, sub_type, bounced_at, rejections)


NO_SUCH_USER = Rejection("5.1.1", "smtp; 550 5.1.1 user unknown")


def bounce_counts(
    *recipients: str, at: datetime = NOW, account_id: str = ACCOUNT, rejection: Rejection = NO_SUCH_USER, **message: Any
) -> list[Count]:
    """What the bounces of a mail to these recipients count."""
    bounce = a_bounce(recipients or ("ann@example.com",), rejection=rejection, **message)
    return counts_of(bounce, a_sender(CALLER, account_id), at, 0)


def bounce_records(*recipients: str, at: datetime = NOW, **different: Any) -> list[BounceRecord]:
    return [count.record for count in bounce_counts(*recipients, at=at, **different) if count.record]


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
    entry = reported(account_id, at, report, epoch=1)
    return Count(report.identity, account_id, report.message.sent_at.date(), 1, Tally(complaints=1), entry)


def a_verdict(delivered: int = 1000, complaints: int = 2, today: date = TODAY) -> Verdict:
    return judge(DEFAULT, days_of(delivered, complaints, today), today)


def days_of(delivered: int, complaints: int, day: date = TODAY) -> Days:
    return {day: Tally(delivered=delivered, complaints=complaints)}


def a_complaint_entry(
    message_id: str = "m-1", at: datetime = NOW, account_id: str = ACCOUNT, **message: Any
) -> TimelineEntry[CountedComplaint]:
    sent: dict[str, Any] = {"sent_at": at - timedelta(hours=2), **message}
    [told] = only(CountedComplaint, [reported(account_id, at, a_complaint(message_id, message=sent), epoch=1)])
    return told


def corrected(complaint: TimelineEntry[CountedComplaint], at: datetime, kind: str = "complaint_voided") -> Entry:
    """Staff took the complaint back, or let it count again."""
    names = ("identity", "subject", "campaign", "recipient", "sent_at", "epoch")
    about = {name: getattr(complaint.facts, name) for name in names}
    facts = replace(cast("Any", facts_of(kind, at)), complaint=complaint.id, **about)
    return entry(complaint.account_id, at, facts, distinguisher=complaint.id)


def complaint_entries(count: int, at: datetime = NOW) -> list[TimelineEntry[CountedComplaint]]:
    """The oldest first, a second apart, the last at `at`."""
    return [a_complaint_entry(f"m-{n}", at - timedelta(seconds=count - n)) for n in range(1, count + 1)]


def an_alert(
    account_id: str, at: datetime, verdict: Verdict, complaints: Sequence[Entry], exempt_until: datetime | None = None
) -> Entry:
    return entry(account_id, at, Alert.of_verdict(verdict, complaints, exempt_until))


def a_record(
    account_id: str, at: datetime, verdict: Verdict, days: Days, complaints: Sequence[Entry], code: str = "1.0+abc"
) -> Entry:
    """The decision record of a disabling."""
    return entry(account_id, at, Disabled(**Disabled.arguments(verdict, days, complaints, code)))


def by_staff(account_id: str, kind: str, at: datetime, reason: str, by: str, **more: Any) -> Entry:
    return entry(account_id, at, cast("Any", KINDS[kind])(reason=reason, by=by, **more))


def stopped_mail(
    account_id: str, at: datetime, state: OwnerMailState, identity: str
) -> TimelineEntry[OwnerMailStopped]:
    return entry(account_id, at, OwnerMailStopped(state=state), distinguisher=identity)


def a_reset(at: datetime = NOW, **different: Any) -> TimelineEntry[BreakerReset]:
    return system_entry(at, BreakerReset(**{"granted": 4, "reason": "They really spam", "by": STAFF, **different}))


def an_entry(kind: str = "disabled", at: datetime = NOW, account_id: str = ACCOUNT) -> Entry:
    """An entry of any kind, with facts that such entries have."""
    match kind:
        case "complaint":
            return a_complaint_entry(at=at, account_id=account_id)
        case "uncounted_report":
            return reported(account_id, at, a_complaint(feedback_type="not-spam"), epoch=1)
        case "repeated_complaint":
            return repeated(account_id, at, a_complaint(), epoch=1, days=1)
        case "alert":
            return an_alert(account_id, at, a_verdict(1000, 1), [a_complaint_entry(at=at)])
        case "bounces":
            cards = bounce_records("ann@example.com", "bob@example.com", at=at - timedelta(minutes=9))
            return entry(account_id, at, Bounced.of(cards, at - timedelta(hours=1), at, more=False))
        case _:
            return entry(account_id, at, facts_of(kind, at))


def facts_of(kind: str, at: datetime = NOW) -> Facts:
    """Facts of any kind: those that tests are about by name, and by its type whatever else it declares."""
    made = KINDS[kind]
    if made is MonthlyStanding:
        return MonthlyStanding.of_verdict(a_verdict(4212, 2), None)
    verdict = a_verdict(4999, 2) if kind == "disabling_reversed" else a_verdict()
    told: dict[str, Any] = Numbers.counted_by(verdict) | _USUAL_FACTS | _FACTS_OF.get(kind, {})
    if issubclass(made, DecisionRecord):
        days, complaints = days_of(1000, 2), complaint_entries(2)
        not_enforced: NotEnforced = "" if kind == "disabled" else "monitor"
        told |= made.arguments(verdict, days, complaints, "1.0+abc", not_enforced)
    usual = {one.name: at if one.default is MISSING else one.default for one in fields(cast("Any", made))}
    return made(**{name: told.get(name, value) for name, value in usual.items()})


_REASON = "The owner asked us to"
BEFORE = Owner(address="owner@bakery.example", name="Bea", timezone="Europe/Vienna")
_USUAL_FACTS: dict[str, Any] = {
    "reason": _REASON,
    "staff_reason": "An employee pressed the wrong button",
    "complaint": "20260310T120000.000000Z-1f2e3d4c",
    "identity": "complaint#m-1",
    "campaign": "Fresh bread",
    "epoch": 1,
    "by": STAFF,
    "day": TOMORROW,
    "batch": 800,
    "cause": "We mailed an old list",
    "change": "We took it off",
    "receipt": True,
    "request": "v-1",
    "expired": False,
    "recipient": "ann@example.com",
    "senders": (CALLER,),
    "identities": ("bakery.example",),
    "access_key_id": SECOND_KEY,
    "access_key_ids": (KEY,),
    "ended": False,
    "off": False,
    "host": "smtp.example.com",
    "port": 587,
    "username": "bakery@example.com",
    "address": "owner@bakery.example",
    "replaces": "",
    "state": "bounced",
    "hold_reason": HoldReason.FEEDBACK,
    "waiting": 7,
    "bound": 5,
    "former": (FormerSet(identity="bakery.example", configuration_set="their-own"),),
    "found": (Difference(sender=CALLER, what="active", access_key_id=KEY),),
    "note": "Begin with your best customers",
    "text": "They called: the list is a bought one",
    "instead_of": "",
    "begins_at": MIDNIGHT,
    "ends_at": MIDNIGHT + timedelta(days=1),
    "verdict_at": MIDNIGHT + timedelta(days=3),
    "ask_again_on": TOMORROW,
    "account_id": ACCOUNT,
    "granted": 4,
    "sender": "platform-news",
    "risks": ("policy admin, statement 1: it may do iam:*",),
    "audience": LinkRole.STAFF,
    "subject": "Anna",
    "mode": Mode.ENFORCE,
    "before": Mode.MONITOR,
    "replaced": "default",
    "replaced_rules": policy_data(DEFAULT),
    "rules": policy_data(ALLPROWEBTOOLS),
    "count": 2,
    "reasons": ("it is no JSON",),
    "bodies": ("a1b2", "c3d4"),
    "url": "https://hooks.example/permille",
    "kinds": ("disabled", "reinstated"),
}
_FACTS_OF: dict[str, dict[str, Any]] = {
    "identities_changed": {"before": ("bakery.example",), "after": ("bakery.example", "bread.example")},
    "senders_changed": {"before": (CALLER,), "after": (CALLER, "permille-old")},
    "owner_address_dropped": {"address": "before@bakery.example"},
    "owner_changed": {"before": BEFORE, "after": replace(BEFORE, address="bea@bakery.example")},
    "credential_renewed": {"sender": CALLER, "old_credential_works_until": NOW + timedelta(hours=48)},
    "old_credential_ended": {"sender": CALLER},
    "disabling_reversed": {"disabled_at": NOW - timedelta(hours=1)},
    "bounces": {
        "bounces": 2,
        "reasons": (BounceReason(why="the address does not exist", bounces=2),),
        "listed": (BouncedRecipient(recipient="ann@example.com", status="5.1.1", why="the address does not exist"),),
    },
    "review_requested": {"by": OWNER},
    "review_amended": {"batch": 500, "by": "platform:crm"},
    "review_withdrawn": {"by": OWNER},
    "uninstalled": {"given_back": 3, "denied": "stay", "users": 2},
    "review_due": {"day": MIDNIGHT.date(), "begins_at": MIDNIGHT.astimezone(UTC)},
    "review_day_passed": {"day": TODAY},
    "review_reopened": {"day": TODAY},
    "review_declined": {"reason": "The list is still a bought one"},
    "trial_ended": {"delivered": 800, "complaints": 0},
    "trial_unused": {"delivered": 0},
    "reinstated": {"delivered": 800, "complaints": 0},
    "confirmation_wanted": {"delivered": 800, "complaints": 0},
    "policy_set": {"policy": "allprowebtools"},
    "stays_suspended": {"delivered": 800, "complaints": 1, "rule": "", "listed": listed([a_complaint_entry()])},
}


def evidence(
    delivered: int, complaints: int, entries: Sequence[Entry] | None = None, waiting: int | None = 0
) -> Evidence:
    """So much on today's mail, with an entry for each complaint unless others are named; so many messages wait."""
    told = complaint_entries(complaints) if entries is None else list(entries)
    return Evidence(days_of(delivered, complaints), only(CountedComplaint, told), a_backlog(waiting))


def a_backlog(messages: int | None = 0, counted_at: datetime | None = NOW, **different: Any) -> Backlog:
    return Backlog(messages, counted_at=counted_at, **different)


def a_state(keys: Mapping[str, str] | None = None, *, denied: bool = False) -> SenderState:
    return SenderState(keys={KEY: ACTIVE} if keys is None else keys, denied=denied)


def a_mail(**different: Any) -> Mail:
    usual = {"to": "owner@bakery.example", "subject": "Hello", "text": "Plain.\n", "html": "<p>Rich.</p>\n"}
    return Mail(**{**usual, "account_id": ACCOUNT, "entry_id": id_at(NOW, "mail"), **different})


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
