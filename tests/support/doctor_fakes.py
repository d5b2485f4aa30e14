"""Fakes of the doctor's ports, in memory: a stack that is set up as it has to be, until a test changes that."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from tests.support.builders import NOW
from tests.support.desk_fakes import FakeQuarantineCount, FakeQueues
from tests.support.fakes import Faults, Rows

from permille.aws.queues import DESK_QUEUES
from permille.domain.doctor.checkup import Checkup
from permille.domain.doctor.facts import (
    Alarm,
    Concurrency,
    EventDestination,
    FunctionState,
    IdentityState,
    QueueSetup,
    ScheduleRule,
    SesAccountState,
    SesStatistics,
    SetSetup,
    Subscription,
    Trigger,
)
from permille.domain.doctor.names import StackNames
from permille.domain.sending.iam_policy import Document
from permille.domain.values.errors import NotFound
from permille.ports.desk import QueueStatus
from permille.ports.feedback import Sender
from permille.ports.iam_users import UserQuota
from permille.usecases.doctor.services import DoctorServices, Probes

HERE = "us-east-1:123456789012"
URL = "https://sqs.us-east-1.amazonaws.com/123456789012"
TOPIC = f"arn:aws:sns:{HERE}:permille-FeedbackTopic-1A"
QUEUE, DEAD = f"arn:aws:sqs:{HERE}:permille-FeedbackQueue-1A", f"arn:aws:sqs:{HERE}:permille-FeedbackDead-1A"
RETRIES, RETRIES_DEAD = f"arn:aws:sqs:{HERE}:permille-NotifyQueue-1A", f"arn:aws:sqs:{HERE}:permille-NotifyDead-1A"
STREAM = f"arn:aws:dynamodb:{HERE}:table/permille-TimelineTable-1A/stream/2026-03-01T00:00:00.000"
RULE, DEPLOYED_AT = "permille-EnforceEveryMinute-1A", NOW - timedelta(days=30)
SET_ARN = f"arn:aws:ses:{HERE}:configuration-set/permille"
# What the stack's outputs say, by the names of the settings.
NAMES = {
    "configuration_set": "permille",
    "feedback_topic_arn": TOPIC,
    "feedback_queue_url": f"{URL}/permille-FeedbackQueue-1A",
    "feedback_dead_letter_queue_url": f"{URL}/permille-FeedbackDead-1A",
    "notify_queue_url": f"{URL}/permille-NotifyQueue-1A",
    "notify_dead_letter_queue_url": f"{URL}/permille-NotifyDead-1A",
    "stream_failures_url": f"{URL}/permille-StreamFailures-1A",
    "senders_table": "permille-SendersTable-1A",
    "timeline_table": "permille-TimelineTable-1A",
    "ingest_function_name": "permille-IngestComplaint-1A",
    "enforce_function_name": "permille-Enforce-1A2B",
    "notify_function_name": "permille-Notify-1A",
    "console_function_name": "permille-Console-1A",
    "api_function_name": "permille-Api-1A",
    "access_function_name": "permille-Access-1A",
    "webhook_function_name": "permille-Webhook-1A",
    "providers_function_name": "permille-Providers-1A",
    "provisioning_function_name": "permille-Provisioning-1A",
    "webhook_queue_url": f"{URL}/permille-WebhookQueue-1A",
    "webhook_dead_letter_queue_url": f"{URL}/permille-WebhookDead-1A",
    "doctor_function_name": "permille-Doctor-1A",
    "enforce_schedule_name": RULE,
    "deny_group": "permille-denied",
    "mail_from": "reputation@mail.apwt.example",
    "alarm_topic_arn": f"arn:aws:sns:{HERE}:alarms",
    "other_mail": "no",
}
STACK_NAMES = StackNames("permille", NAMES)


def a_policy(service: str, action: str, resource: str, **condition: Any) -> str:
    """Of a topic or a queue, as JSON."""
    may = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return json.dumps({"Statement": [{**may, "Condition": condition}]})


OF_TOPIC = a_policy(
    "ses.amazonaws.com",
    "sns:Publish",
    TOPIC,
    StringEquals={"AWS:SourceAccount": "123456789012", "AWS:SourceArn": SET_ARN},
)
OF_QUEUES = {
    arn: a_policy("sns.amazonaws.com", "sqs:SendMessage", arn, ArnEquals={"aws:SourceArn": TOPIC})
    for arn in (QUEUE, DEAD)
}

FEEDBACK = EventDestination(
    "feedback", enabled=True, events=frozenset({"DELIVERY", "BOUNCE", "COMPLAINT"}), topic=TOPIC
)


@dataclass(slots=True)
class FakeSesSetup:
    """Implements `SesSetup`. `states`: identities by name; others are unknown to SES."""

    faults: Faults
    sets: dict[str, SetSetup] = field(default_factory=lambda: {"permille": SetSetup(sending=True)})
    published: tuple[EventDestination, ...] = (FEEDBACK,)
    states: dict[str, IdentityState] = field(
        default_factory=lambda: {"apwt.example": IdentityState("apwt.example", "", "")}
    )
    aws_account: SesAccountState = field(
        default_factory=lambda: SesAccountState(
            production=True, sending=True, enforcement="HEALTHY", sent=100, quota=50_000, suppressed=frozenset()
        )
    )

    def configuration_set(self, name: str) -> SetSetup | None:
        with self.faults.call("ses_setup.configuration_set"):
            return self.sets.get(name)

    def destinations(self, name: str) -> tuple[EventDestination, ...]:
        with self.faults.call("ses_setup.destinations"):
            return self.published if name in self.sets else ()

    def identity(self, name: str, account: str) -> IdentityState:
        with self.faults.call("ses_setup.identity"):
            unknown = IdentityState(name, account, None, verified=False)
            return replace(self.states[name], account=account) if name in self.states else unknown

    def account(self) -> SesAccountState:
        with self.faults.call("ses_setup.account"):
            return self.aws_account


@dataclass(slots=True)
class FakeSesCounts:
    """Implements `SesCounts`. `counted`: by day."""

    faults: Faults
    counted: dict[date, SesStatistics] = field(default_factory=dict)

    def statistics(self, first: date, last: date) -> SesStatistics:
        with self.faults.call("ses_counts.statistics"):
            found = [one for day, one in self.counted.items() if first <= day <= last]
            return SesStatistics(
                sum(one.attempts for one in found),
                sum(one.bounces for one in found),
                sum(one.complaints for one in found),
            )


@dataclass(slots=True)
class FakeTopics:
    """Implements `Topics`. `attributes`: the subscriptions with theirs, by topic."""

    faults: Faults
    policies: dict[str, str] = field(default_factory=lambda: {TOPIC: OF_TOPIC})
    attributes: dict[str, list[Subscription]] = field(
        default_factory=lambda: {
            TOPIC: [Subscription(f"{TOPIC}:1", "sqs", QUEUE, dead_letters=DEAD)],
            NAMES["alarm_topic_arn"]: [Subscription(f"{NAMES['alarm_topic_arn']}:1", "email", "ops@apwt.example")],
        }
    )

    def policy(self, topic: str) -> str:
        with self.faults.call("topics.policy"):
            if topic not in self.policies:
                raise NotFound(f"there is no topic {topic}")
            return self.policies[topic]

    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        with self.faults.call("topics.subscriptions"):
            if topic not in self.attributes:
                raise NotFound(f"there is no topic {topic}")
            return tuple(Subscription(one.arn, one.protocol, one.endpoint) for one in self.attributes[topic])

    def detailed(self, subscription: Subscription) -> Subscription:
        with self.faults.call("topics.detailed"):
            known = (one for found in self.attributes.values() for one in found)
            return next(one for one in known if one.arn == subscription.arn)


@dataclass(slots=True)
class FakeQueueAttributes:
    """Implements `QueueAttributes`. `setups`: by the queue's name."""

    faults: Faults
    setups: dict[str, QueueSetup] = field(
        default_factory=lambda: {
            QUEUE: QueueSetup(OF_QUEUES[QUEUE], DEAD),
            DEAD: QueueSetup(OF_QUEUES[DEAD]),
            RETRIES: QueueSetup("", RETRIES_DEAD),
        }
    )

    def setup(self, url: str) -> QueueSetup:
        with self.faults.call("queue_attributes.setup"):
            arn = f"arn:aws:sqs:{HERE}:{url.rpartition('/')[2]}"
            if arn not in self.setups:
                raise NotFound(f"there is no queue {url}")
            return self.setups[arn]


@dataclass(slots=True)
class FakeDeployedFunctions:
    """Implements `DeployedFunctions`. `gone`: functions that do not exist; `changed`: fields that differ, by logical
    name; `mappings`, `rules`: by name."""

    faults: Faults
    gone: set[str] = field(default_factory=set)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    mappings: dict[str, list[Trigger]] = field(
        default_factory=lambda: {
            NAMES["ingest_function_name"]: [Trigger("t-1", QUEUE, enabled=True)],
            NAMES["enforce_function_name"]: [Trigger("t-2", STREAM, enabled=True)],
            NAMES["notify_function_name"]: [
                Trigger("t-3", STREAM, enabled=True),
                Trigger("t-4", RETRIES, enabled=True),
            ],
            NAMES["webhook_function_name"]: [
                Trigger("t-5", f"arn:aws:sqs:{HERE}:permille-WebhookQueue-1A", enabled=True)
            ],
        }
    )
    rules: dict[str, ScheduleRule] = field(
        default_factory=lambda: {
            RULE: ScheduleRule(
                RULE, enabled=True, targets=frozenset({f"arn:aws:lambda:{HERE}:function:permille-Enforce-1A2B"})
            )
        }
    )
    running: Concurrency = field(default_factory=lambda: Concurrency(1000, 980, 12))

    def function(self, logical: str, name: str) -> FunctionState | None:
        with self.faults.call("deployed_functions.function"):
            if name in self.gone:
                return None
            known = FunctionState(
                logical, name, None, f"arn:aws:lambda:{HERE}:layer:core:7", replays=False, modified_at=DEPLOYED_AT
            )
            return replace(known, **self.changed.get(logical, {}))

    def triggers(self, name: str) -> tuple[Trigger, ...]:
        with self.faults.call("deployed_functions.triggers"):
            return tuple(self.mappings[name])

    def concurrency(self, now: datetime) -> Concurrency:  # noqa: ARG002
        with self.faults.call("deployed_functions.concurrency"):
            return self.running

    def rule(self, name: str) -> ScheduleRule | None:
        with self.faults.call("deployed_functions.rule"):
            return self.rules.get(name)


@dataclass(slots=True)
class FakeSafeguards:
    """Implements `Safeguards`."""

    faults: Faults
    groups: dict[str, tuple[Document, ...]] = field(
        default_factory=lambda: {
            NAMES["deny_group"]: ({"Statement": [{"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}]},)
        }
    )
    known: list[Alarm] = field(
        default_factory=lambda: [
            Alarm("permille-SweepAlarm-1A", enabled=True, ringing=False),
            Alarm("permille-DoctorAlarm-1A", enabled=True, ringing=True),
        ]
    )
    quota: UserQuota = field(default_factory=lambda: UserQuota(12, 5000))

    def group_policies(self, group: str) -> tuple[Document, ...] | None:
        with self.faults.call("safeguards.group_policies"):
            return self.groups.get(group)

    def alarms(self, stack: str) -> tuple[Alarm, ...]:
        with self.faults.call("safeguards.alarms"):
            return tuple(one for one in self.known if one.name.startswith(f"{stack}-"))

    def user_quota(self) -> UserQuota:
        with self.faults.call("safeguards.user_quota"):
            return self.quota


@dataclass(slots=True)
class FakeSenders:
    """Implements `AllSenders`."""

    rows: Rows

    def all(self) -> Iterator[Sender]:
        with self.rows.faults.call("senders.all"):
            found = list(self.rows.senders.values())
        yield from found


@dataclass(slots=True)
class FakeCheckups:
    """Implements `Checkups`."""

    faults: Faults
    stored: Checkup | None = None

    def save(self, checkup: Checkup) -> None:
        with self.faults.call("checkups.save"):
            self.stored = checkup.shortened()

    def last(self) -> Checkup | None:
        with self.faults.call("checkups.last"):
            return self.stored


@dataclass(slots=True)
class FakeClocks:
    """Implements `Clocks`."""

    faults: Faults
    ahead: timedelta = timedelta(seconds=1)

    def here(self) -> datetime:
        return NOW + self.ahead

    def of_aws(self) -> datetime:
        with self.faults.call("clocks.of_aws"):
            return NOW


def some_queues(faults: Faults) -> FakeQueues:
    """All of them, empty."""
    return FakeQueues([QueueStatus(name, 0, None) for name in DESK_QUEUES], faults)


@dataclass(frozen=True, slots=True)
class FakeProbes(Probes):
    """The doctor's ports, as fakes."""

    ses: FakeSesSetup
    ses_counts: FakeSesCounts
    topics: FakeTopics
    queues: FakeQueues
    queue_attributes: FakeQueueAttributes
    quarantine: FakeQuarantineCount
    functions: FakeDeployedFunctions
    safeguards: FakeSafeguards
    senders: FakeSenders
    checkups: FakeCheckups


def some_probes(rows: Rows) -> FakeProbes:
    """Of a healthy stack."""
    faults = rows.faults
    return FakeProbes(
        ses=FakeSesSetup(faults),
        ses_counts=FakeSesCounts(faults),
        topics=FakeTopics(faults),
        queues=some_queues(faults),
        queue_attributes=FakeQueueAttributes(faults),
        quarantine=FakeQuarantineCount(faults=faults),
        functions=FakeDeployedFunctions(faults),
        safeguards=FakeSafeguards(faults),
        senders=FakeSenders(rows),
        checkups=FakeCheckups(faults),
    )


def without_ses(services: DoctorServices) -> DoctorServices:
    """The same with a fake of SES's set-up, which moto does not have."""
    return replace(services, probes=replace(services.probes, ses=FakeSesSetup(Faults())))
