"""A healthy stack of fakes, and what can be broken in it: by which check that is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, TODAY, an_account
from tests.support.doctor_fakes import (
    DEAD,
    FEEDBACK,
    NAMES,
    QUEUE,
    RULE,
    TOPIC,
    a_policy,
)
from tests.support.fakes import User
from tests.support.operator_fakes import FakeStack, a_sender, a_stack

from permille.code_version import code_version
from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE
from permille.domain.account.restrictions import Hold
from permille.domain.doctor.checkup import Checkup
from permille.domain.doctor.facts import (
    Concurrency,
    EventDestination,
    IdentityState,
    QueueSetup,
    SesStatistics,
    SetSetup,
    Subscription,
)
from permille.domain.rules.breaker import BreakerState
from permille.domain.values.errors import PolicyNotValid
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.ports.accounts import Lap
from permille.ports.desk import FEEDBACK as FEEDBACK_QUEUE
from permille.ports.desk import QueueStatus
from permille.ports.feedback import Sender
from permille.ports.iam_users import UserQuota

IDENTITY = "bakery.example"
SES = "arn:aws:ses:us-east-1:123456789012"


def a_healthy_stack() -> FakeStack:
    """With the bakery's account, which may send, and a run of the function Doctor of an hour ago."""
    found = a_stack()
    account = an_account(identities=(IDENTITY,), credential=an_account().credential)
    found.rows.accounts[ACCOUNT] = in_sync(account)
    found.rows.senders[CALLER] = Sender(CALLER, ACCOUNT)
    found.switch.users[CALLER] = User({KEY: ACTIVE})
    found.iam_users.users[CALLER] = a_sender(keys=[KEY])
    found.probes.ses.states[IDENTITY] = IdentityState(IDENTITY, "", "permille")
    found.rows.lap = Lap(next_at=(NOW + timedelta(minutes=30)).isoformat())
    found.probes.checkups.stored = Checkup(NOW - timedelta(hours=1), code_version(), ())
    return found


def in_sync(account: Account) -> Account:
    return replace(account, credential=replace(account.credential, observed=account.switch_generation))


def account(stack: FakeStack, **different: Any) -> None:
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), **different)


def subscribed(stack: FakeStack, *subscriptions: Subscription) -> None:
    stack.probes.topics.attributes[TOPIC] = list(subscriptions)


OURS = Subscription(f"{TOPIC}:1", "sqs", QUEUE, dead_letters=DEAD)


def published(stack: FakeStack, *destinations: EventDestination) -> None:
    stack.probes.ses.published = destinations


def waiting(stack: FakeStack, name: str, messages: int, oldest: timedelta | None = None) -> None:
    stack.probes.queues.queues = [QueueStatus(name, messages, oldest)]


def disabled_but(stack: FakeStack, user: User) -> None:
    account(stack, status=Status.DISABLED)
    stack.switch.users[CALLER] = user


def user_may(stack: FakeStack, action: str, accepted: str = "") -> None:
    account(stack, risks_accepted={CALLER: accepted} if accepted else {})
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    stack.iam_users.users[CALLER].policies["more"] = {"Statement": [statement]}


def counted(stack: FakeStack, ses: SesStatistics, ours: Tally) -> None:
    yesterday = TODAY - timedelta(days=1)
    stack.probes.ses_counts.counted[yesterday] = ses
    stack.rows.tallies[ACCOUNT, 1, TODAY - timedelta(days=9)] = Tally(delivered=1)
    stack.rows.tallies[ACCOUNT, 1, yesterday] = ours


def ses(stack: FakeStack, **different: Any) -> None:
    stack.probes.ses.aws_account = replace(stack.probes.ses.aws_account, **different)


def identity(stack: FakeStack, **different: Any) -> None:
    stack.probes.ses.states[IDENTITY] = replace(stack.probes.ses.states[IDENTITY], **different)


def function(stack: FakeStack, logical: str, **different: Any) -> None:
    stack.probes.functions.changed[logical] = different


def triggers(stack: FakeStack, function: str, *, enabled: bool | None) -> None:
    """None: there are none any more."""
    mappings = stack.probes.functions.mappings
    mappings[NAMES[function]] = [
        replace(one, enabled=enabled) for one in mappings[NAMES[function]] if enabled is not None
    ]


def topic_of_alarms(stack: FakeStack, *subscriptions: Subscription) -> None:
    stack.probes.topics.attributes[NAMES["alarm_topic_arn"]] = list(subscriptions)


Breaking = Callable[[FakeStack], object]
# What is broken; by which check that is found, and how bad it is; a part of what is said, and of what mends it.
BREAKAGES: list[tuple[Breaking, str, str, str, str]] = [
    (
        lambda s: s.probes.ses.sets.clear(),
        "configuration-set",
        "broken",
        "has no configuration set",
        "create-configuration-set ",
    ),
    (
        lambda s: s.probes.ses.sets.update(permille=SetSetup(sending=False)),
        "configuration-set",
        "broken",
        "switched off",
        "--sending-enabled",
    ),
    (
        lambda s: published(s),
        "event-destination",
        "broken",
        "no event destination",
        "create-configuration-set-event-destination",
    ),
    (
        lambda s: published(s, replace(FEEDBACK, enabled=False)),
        "event-destination",
        "broken",
        "switched off",
        "update-",
    ),
    (
        lambda s: published(s, replace(FEEDBACK, events=frozenset({"DELIVERY"}))),
        "event-destination",
        "broken",
        "BOUNCE, COMPLAINT",
        "update-",
    ),
    (
        lambda s: published(s, replace(FEEDBACK, topic="arn:other")),
        "event-destination",
        "broken",
        "no event destination",
        "create-",
    ),
    (
        lambda s: s.probes.topics.policies.update({TOPIC: ""}),
        "topic-policy",
        "broken",
        "does not let SES publish",
        "--attribute-name Policy",
    ),
    (
        lambda s: s.probes.topics.policies.update(
            {
                TOPIC: a_policy(
                    "ses.amazonaws.com",
                    "sns:Publish",
                    TOPIC,
                    StringEquals={"AWS:SourceArn": f"{SES}:configuration-set/other"},
                )
            }
        ),
        "topic-policy",
        "broken",
        "does not let SES",
        "SourceArn",
    ),
    (lambda s: s.probes.topics.policies.clear(), "topic-policy", "broken", "There is no topic", "deploy"),
    (lambda s: subscribed(s), "subscription", "broken", "not subscribed", "aws sns subscribe"),
    (lambda s: subscribed(s, replace(OURS, arn="")), "subscription", "broken", "not subscribed", "RawMessageDelivery"),
    (lambda s: subscribed(s, replace(OURS, endpoint=DEAD)), "subscription", "broken", "not subscribed", QUEUE),
    (
        lambda s: subscribed(s, replace(OURS, filtered=True)),
        "subscription-filter",
        "broken",
        "has a filter",
        "FilterPolicy",
    ),
    (lambda s: subscribed(s, replace(OURS, raw=False)), "raw-delivery", "warning", "raw", "RawMessageDelivery"),
    (
        lambda s: subscribed(s, replace(OURS, dead_letters="")),
        "subscription-redrive",
        "warning",
        "no dead-letter queue",
        "RedrivePolicy",
    ),
    (
        lambda s: s.probes.queue_attributes.setups.update({QUEUE: QueueSetup("", DEAD)}),
        "queue-policy",
        "broken",
        "does not let the feedback topic",
        "set-queue-attributes",
    ),
    (
        lambda s: s.probes.queue_attributes.setups.update(
            {QUEUE: replace(s.probes.queue_attributes.setups[QUEUE], dead_letters="")}
        ),
        "queue-redrive",
        "broken",
        "no dead-letter queue",
        "maxReceiveCount",
    ),
    (
        lambda s: waiting(s, "Dead letters of feedback", 3),
        "queues",
        "broken",
        "3 messages",
        "permille feedback redrive",
    ),
    (
        lambda s: waiting(s, "Dead letters of notifications", 1),
        "queues",
        "broken",
        "1 message",
        "permille notify redrive",
    ),
    (
        lambda s: waiting(s, FEEDBACK_QUEUE, 9, timedelta(minutes=11)),
        "queues",
        "broken",
        "11 minutes",
        "--check triggers",
    ),
    (
        lambda s: setattr(s.probes.quarantine, "rests", 2),
        "quarantine",
        "warning",
        "2 messages.",
        "permille quarantine list",
    ),
    (
        lambda s: counted(s, SesStatistics(1000), Tally(899)),
        "counts",
        "broken",
        "1,000 without a bounce, and 899",
        "quarantine",
    ),
    (
        lambda s: counted(s, SesStatistics(1000, 0, 10), Tally(1000, 8)),
        "counts",
        "broken",
        "10 complaints, and 8",
        "quarantine",
    ),
    (
        lambda s: identity(s, default_set=""),
        "identity-default-set",
        "broken",
        "has no default set",
        f"permille account change {ACCOUNT} --add-identity {IDENTITY}",
    ),
    (
        lambda s: identity(s, default_set="theirs"),
        "identity-default-set",
        "broken",
        "default set theirs",
        "--add-identity",
    ),
    (lambda s: s.probes.ses.states.pop(IDENTITY), "identity-default-set", "broken", "unknown to SES", "--add-identity"),
    (lambda s: identity(s, verified=False), "identity-verified", "warning", "not verified", "get-email-identity"),
    (lambda s: identity(s, forwards=True), "feedback-forwarding", "warning", "forwarding is on", "--add-identity"),
    (
        lambda s: s.probes.ses.states.pop("apwt.example"),
        "mail-identity",
        "broken",
        "knows neither",
        "create-email-identity",
    ),
    (
        lambda s: s.probes.ses.states.update({"apwt.example": IdentityState("apwt.example", "", "", verified=False)}),
        "mail-identity",
        "broken",
        "not verified apwt.example",
        "DNS",
    ),
    (lambda s: ses(s, sending=False), "sending-enabled", "broken", "switched off", "put-account-sending-attributes"),
    (lambda s: ses(s, enforcement="SHUTDOWN"), "sending-enabled", "broken", "paused", "Support"),
    (lambda s: ses(s, enforcement="PROBATION"), "ses-review", "warning", "PROBATION", "permille platform"),
    (lambda s: ses(s, production=False), "sandbox", "warning", "sandbox", "production"),
    (lambda s: ses(s, sent=40_000), "sending-quota", "warning", "40,000 of 50,000", "Service Quotas"),
    (
        lambda s: ses(s, suppressed=frozenset({"COMPLAINT"})),
        "ses-suppression",
        "info",
        "suppression list",
        "SuppressionReasons=BOUNCE",
    ),
    (
        lambda s: s.probes.ses.sets.update(permille=SetSetup(sending=True, suppressed=frozenset({"COMPLAINT"}))),
        "ses-suppression",
        "info",
        "suppression list",
        "SuppressionReasons",
    ),
    (
        lambda s: s.rows.senders.update(orphan=Sender("orphan", "gone")),
        "senders-without-account",
        "broken",
        "orphan belongs to the account gone",
        "account add gone --sender orphan",
    ),
    (
        lambda s: s.rows.senders.clear(),
        "accounts-without-sender",
        "broken",
        "is not registered",
        "aws dynamodb put-item --table-name permille-SendersTable-1A",
    ),
    (lambda s: account(s, senders=()), "accounts-without-sender", "broken", "has no sender", "--add-sender"),
    (
        lambda s: account(s, switch_generation=9, decided_at=NOW - timedelta(minutes=16)),
        "switched",
        "broken",
        "IAM does not agree",
        "account show",
    ),
    (lambda s: s.switch.users.clear(), "sender-users", "warning", "has no IAM user", f"--remove-sender {CALLER}"),
    (
        lambda s: disabled_but(s, User({KEY: ACTIVE}, denied=True)),
        "drift",
        "broken",
        f"the key {KEY} is active",
        "account show",
    ),
    (lambda s: disabled_but(s, User({}, denied=False)), "drift", "broken", "not denied", "account show"),
    (
        lambda s: s.switch.users.update({CALLER: User({KEY: ACTIVE}, denied=True)}),
        "denied-by-hand",
        "warning",
        "in the deny group",
        f"remove-user-from-group --user-name {CALLER} --group-name permille-denied",
    ),
    (
        lambda s: user_may(s, "iam:UpdateAccessKey"),
        "sender-rights",
        "broken",
        "it may do iam:UpdateAccessKey",
        "boundary",
    ),
    (lambda s: user_may(s, "ses:SendEmail"), "sender-rights", "broken", "it may send through *", "narrow"),
    (
        lambda s: user_may(s, "iam:*", accepted="We know"),
        "sender-rights",
        "info",
        "accepted: We know",
        "narrow",
    ),
    (lambda s: s.iam_users.users[CALLER].policies.clear(), "sender-may-send", "broken", "may not send", "allow"),
    (
        lambda s: triggers(s, "ingest_function_name", enabled=False),
        "triggers",
        "broken",
        "switched off",
        "--uuid t-1 --enabled",
    ),
    (lambda s: triggers(s, "notify_function_name", enabled=None), "triggers", "broken", "Nothing connects", "deploy"),
    (lambda s: s.probes.functions.rules.clear(), "schedule", "broken", "no rule", "deploy"),
    (
        lambda s: s.probes.functions.rules.update({RULE: replace(s.probes.functions.rules[RULE], enabled=False)}),
        "schedule",
        "broken",
        "switched off",
        "enable-rule",
    ),
    (
        lambda s: s.probes.functions.rules.update({RULE: replace(s.probes.functions.rules[RULE], targets=frozenset())}),
        "schedule",
        "broken",
        "does not start",
        "put-targets",
    ),
    (
        lambda s: function(s, "Notify", reserved=0),
        "concurrency",
        "broken",
        "Notify is 0",
        "delete-function-concurrency",
    ),
    (
        lambda s: function(s, "Api", layer="arn:aws:lambda:us-east-1:123456789012:layer:core:6"),
        "layer-version",
        "warning",
        "different versions",
        "permille deploy",
    ),
    (lambda s: function(s, "Enforce", replays=True), "replay-clock", "broken", "Enforce", "ReplayClock=off"),
    (
        lambda s: setattr(s.probes.checkups, "stored", Checkup(NOW, "0.0.1+0", ())),
        "code-version",
        "warning",
        "0.0.1+0",
        "install",
    ),
    (
        lambda s: setattr(s.probes.checkups, "stored", Checkup(NOW - timedelta(hours=25), s.examining.code, ())),
        "scheduled-checks",
        "warning",
        "last scheduled check",
        "sam logs",
    ),
    (
        lambda s: setattr(s.probes.checkups, "stored", None),
        "scheduled-checks",
        "warning",
        "No scheduled check",
        "sam logs",
    ),
    (
        lambda s: setattr(s.clocks, "ahead", timedelta(seconds=-90)),
        "clock",
        "warning",
        "90 seconds behind",
        "synchronize",
    ),
    (lambda s: s.probes.safeguards.groups.clear(), "deny-group", "broken", "no IAM group", "create-group"),
    (
        lambda s: s.probes.safeguards.groups.update(
            {NAMES["deny_group"]: ({"Statement": [{"Effect": "Deny", "Action": "ses:SendEmail", "Resource": "*"}]},)}
        ),
        "deny-group",
        "broken",
        "do not deny",
        "put-group-policy",
    ),
    (
        lambda s: s.faults.fail("policies.current", error=PolicyNotValid("the policy is wrong")),
        "policy",
        "broken",
        "the policy is wrong.",
        "policy set",
    ),
    (lambda s: s.policies.set('{"window_days": 7}'), "policy", "info", "Window_days is 7", "policy show"),
    (
        lambda s: vars(s).update(outputs={**s.outputs, "EnforcementMode": "monitor"}),
        "mode",
        "info",
        "monitor",
        "EnforcementMode=enforce",
    ),
    (
        lambda s: setattr(s.rows, "breaker", BreakerState(opened_at=NOW)),
        "breaker",
        "broken",
        "has been open since",
        "breaker reset",
    ),
    (
        lambda s: account(s, hold=Hold(HoldReason.BREAKER, NOW, needs_staff=True)),
        "breaker",
        "warning",
        "1 account with a broken rule waits",
        "release",
    ),
    (
        lambda s: setattr(s.rows, "lap", Lap(next_at=(NOW - timedelta(hours=2)).isoformat())),
        "sweep",
        "broken",
        "has been due",
        "sweep.failed",
    ),
    (lambda s: s.probes.safeguards.known.clear(), "alarms", "warning", "no alarms", "deploy"),
    (
        lambda s: s.probes.safeguards.known.append(replace(s.probes.safeguards.known[0], ringing=True)),
        "alarms",
        "warning",
        "is ringing",
        "alarms.md",
    ),
    (
        lambda s: s.probes.safeguards.known.append(replace(s.probes.safeguards.known[0], enabled=False)),
        "alarms",
        "warning",
        "switched off",
        "enable-alarm-actions",
    ),
    (lambda s: topic_of_alarms(s), "alarm-topic", "broken", "Nobody is subscribed", "aws sns subscribe"),
    (
        lambda s: topic_of_alarms(s, Subscription("", "email", "ops@apwt.example")),
        "alarm-topic",
        "broken",
        "1 subscription not confirmed",
        "aws sns subscribe",
    ),
    (
        lambda s: setattr(s.probes.safeguards, "quota", UserQuota(4500, 5000)),
        "iam-users",
        "warning",
        "4,500 of 5,000",
        "another AWS account",
    ),
    (
        lambda s: setattr(s.probes.functions, "running", Concurrency(10, 10, None)),
        "lambda-concurrency",
        "warning",
        "runs 10 at once",
        "Service Quotas",
    ),
    (
        lambda s: setattr(s.probes.functions, "running", Concurrency(1000, 980, 900)),
        "lambda-concurrency",
        "warning",
        "900 of 1,000",
        "Service Quotas",
    ),
]
