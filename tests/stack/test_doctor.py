"""`permille doctor` on a deployed stack of its own: it finds nothing, then each thing that is broken on purpose, and
nothing again when that is mended. What the embedded AWS cannot be broken in is in tests/usecases/test_doctor.py, listed
in docs/embedded-stack.md."""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually, running
from tests.support.aws_cli import run

from permille.usecases.doctor.examinations import EXAMINATIONS


@dataclass(frozen=True, slots=True)
class Ward:
    """A stack with an account that sends, and one that is disabled."""

    stack: Stack
    sending: Business
    disabled: Business

    def client(self, service: str) -> Any:
        return self.stack.client(service)

    def __getitem__(self, output: str) -> str:
        return self.stack.outputs[output]

    def doctor(self, *options: str) -> tuple[int, dict[str, Any]]:
        """The exit status, and the JSON answer."""
        status, said, _ = self.stack.ran("doctor", "--json", *options)
        return status, json.loads(said)

    def mend(self, told: str) -> None:
        """Does as a finding says."""
        run(told, self.client)
        for command in re.findall(r"^(?:permille [a-z ]+; then )?permille (.*)", told):
            status, _, wrong = self.stack.ran(*shlex.split(command))
            assert status == 0, wrong

    def row(self, table: str, **key: str) -> dict[str, Any]:
        row: dict[str, Any] = self.client("dynamodb").get_item(TableName=self[table], Key=strings(**key))["Item"]
        return row

    def delete(self, table: str, **key: str) -> None:
        self.client("dynamodb").delete_item(TableName=self[table], Key=strings(**key))

    def put(self, table: str, row: dict[str, Any]) -> None:
        self.client("dynamodb").put_item(TableName=self[table], Item=row)


def strings(**values: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in values.items()}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with running(tmp_path_factory.mktemp("doctor") / "state") as stack:
        sending, disabled = a_business(stack), a_business(stack)
        stack.answer("account", "disable", disabled.id, "--reason", "They asked us to")
        eventually(lambda: stack.answer("account", "show", disabled.id)["in_sync"], seconds=180)
        stack.client("lambda").invoke(FunctionName=stack.outputs["DoctorFunctionName"], Payload=b"{}")
        yield Ward(stack, sending, disabled)


Breaking = Callable[[Ward], AbstractContextManager[None]]


# ---------------------------------------------------------------- the way of feedback


def _subscription(ward: Ward) -> str:
    subscriptions = ward.client("sns").list_subscriptions_by_topic(TopicArn=ward["FeedbackTopicArn"])["Subscriptions"]
    return str(subscriptions[0]["SubscriptionArn"])


@contextmanager
def subscription_deleted(ward: Ward) -> Iterator[None]:
    sns, arn = ward.client("sns"), _subscription(ward)
    endpoint = sns.list_subscriptions_by_topic(TopicArn=ward["FeedbackTopicArn"])["Subscriptions"][0]["Endpoint"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    kept = {name: attributes[name] for name in ("RawMessageDelivery", "RedrivePolicy")}
    sns.unsubscribe(SubscriptionArn=arn)
    yield
    sns.subscribe(TopicArn=ward["FeedbackTopicArn"], Protocol="sqs", Endpoint=endpoint, Attributes=kept)


@contextmanager
def subscription_attribute(name: str, value: str, ward: Ward) -> Iterator[None]:
    sns, arn = ward.client("sns"), _subscription(ward)
    before = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"].get(name, "")
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
    yield
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=before)


@contextmanager
def topic_policy_replaced(ward: Ward) -> Iterator[None]:
    sns, topic = ward.client("sns"), ward["FeedbackTopicArn"]
    before = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    policy = before.replace(f"configuration-set/{ward['ConfigurationSetName']}", "configuration-set/other")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    yield
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=before)


@contextmanager
def destination_deleted(ward: Ward) -> Iterator[None]:
    named = {"ConfigurationSetName": ward["ConfigurationSetName"], "EventDestinationName": "feedback"}
    ward.client("sesv2").delete_configuration_set_event_destination(**named)
    yield
    ward.client("sesv2").create_configuration_set_event_destination(**named, EventDestination=_destination(ward))


@contextmanager
def destination_changed(different: dict[str, Any], ward: Ward) -> Iterator[None]:
    named = {"ConfigurationSetName": ward["ConfigurationSetName"], "EventDestinationName": "feedback"}
    update = ward.client("sesv2").update_configuration_set_event_destination
    update(**named, EventDestination=_destination(ward) | different)
    yield
    update(**named, EventDestination=_destination(ward))


def _destination(ward: Ward) -> dict[str, Any]:
    return {
        "Enabled": True,
        "MatchingEventTypes": ["DELIVERY", "BOUNCE", "COMPLAINT"],
        "SnsDestination": {"TopicArn": ward["FeedbackTopicArn"]},
    }


@contextmanager
def set_sends_nothing(ward: Ward) -> Iterator[None]:
    put = ward.client("sesv2").put_configuration_set_sending_options
    put(ConfigurationSetName=ward["ConfigurationSetName"], SendingEnabled=False)
    yield
    put(ConfigurationSetName=ward["ConfigurationSetName"], SendingEnabled=True)


@contextmanager
def queue_attribute_removed(queue: str, name: str, ward: Ward) -> Iterator[None]:
    sqs, url = ward.client("sqs"), ward[queue]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: ""})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before})


@contextmanager
def dead_letter(queue: str, ward: Ward) -> Iterator[None]:
    sqs, url = ward.client("sqs"), ward[queue]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    yield
    sqs.purge_queue(QueueUrl=url)


@contextmanager
def old_feedback(ward: Ward) -> Iterator[None]:
    """The emulator has no metrics of its own; nothing may take the message meanwhile."""
    with trigger_disabled("IngestFunctionName", "FeedbackQueue", ward):
        url = ward["FeedbackQueueUrl"]
        ward.client("sqs").send_message(QueueUrl=url, MessageBody="Successfully validated SNS topic")
        _age(ward, url, 900, datetime.now(UTC) - timedelta(minutes=5))
        yield
    _age(ward, url, 0, datetime.now(UTC))


def _age(ward: Ward, url: str, seconds: int, at: datetime) -> None:
    """The alarm FeedbackAge looks at the last minute, the doctor at the last quarter of an hour."""
    metric = {
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
        "Value": seconds,
        "Timestamp": at,
    }
    ward.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[metric])


@contextmanager
def feedback_quarantined(ward: Ward) -> Iterator[None]:
    ward.client("sqs").send_message(QueueUrl=ward["FeedbackQueueUrl"], MessageBody="hello")
    eventually(lambda: ward.client("dynamodb").scan(TableName=ward["QuarantineTable"])["Count"])
    yield
    ward.stack.answer("quarantine", "drop", "--all", "--yes")


# ---------------------------------------------------------------- SES


@contextmanager
def default_set(name: str, ward: Ward) -> Iterator[None]:
    ses, identity = ward.client("sesv2"), f"{ward.sending.id}.example"
    put = ses.put_email_identity_configuration_set_attributes
    put(EmailIdentity=identity, **({"ConfigurationSetName": name} if name else {}))
    yield
    put(EmailIdentity=identity, ConfigurationSetName=ward["ConfigurationSetName"])


@contextmanager
def identity_deleted(ward: Ward) -> Iterator[None]:
    ses, identity = ward.client("sesv2"), f"{ward.sending.id}.example"
    ses.delete_email_identity(EmailIdentity=identity)
    yield
    ses.create_email_identity(EmailIdentity=identity, ConfigurationSetName=ward["ConfigurationSetName"])


@contextmanager
def mail_identity_deleted(ward: Ward) -> Iterator[None]:
    ward.client("sesv2").delete_email_identity(EmailIdentity="apwt.example")
    yield
    ward.client("sesv2").create_email_identity(EmailIdentity="apwt.example")


# ---------------------------------------------------------------- accounts and senders


@contextmanager
def sender_without_account(ward: Ward) -> Iterator[None]:
    ward.put("SendersTable", strings(caller_identity="permille-orphan", account_id="orphan"))
    yield
    ward.delete("SendersTable", caller_identity="permille-orphan")


@contextmanager
def account_without_sender(ward: Ward) -> Iterator[None]:
    key = {"caller_identity": f"permille-{ward.sending.id}"}
    before = ward.row("SendersTable", **key)
    ward.delete("SendersTable", **key)
    yield
    ward.put("SendersTable", before)


@contextmanager
def never_switched(ward: Ward) -> Iterator[None]:
    """Long ago, and nobody looks at it."""
    before = ward.row("AccountsTable", account_id=ward.disabled.id)
    changed = {name: one for name, one in before.items() if name not in ("due", "due_at")}
    ward.put("AccountsTable", changed | {"observed": {"N": "0"}, "decided_at": {"S": "2026-01-01T00:00:00+00:00"}})
    yield
    ward.put("AccountsTable", before)


@contextmanager
def user_deleted(ward: Ward) -> Iterator[None]:
    business, iam = a_business(ward.stack), ward.client("iam")
    name = f"permille-{business.id}"
    iam.delete_access_key(UserName=name, AccessKeyId=business.key)
    iam.delete_user_policy(UserName=name, PolicyName="permille-send")
    iam.delete_user(UserName=name)
    yield
    ward.delete("AccountsTable", account_id=business.id)
    ward.delete("SendersTable", caller_identity=name)


@contextmanager
def key_activated(ward: Ward) -> Iterator[None]:
    update = partial(ward.client("iam").update_access_key, UserName=f"permille-{ward.disabled.id}")
    update(AccessKeyId=ward.disabled.key, Status="Active")
    yield
    update(AccessKeyId=ward.disabled.key, Status="Inactive")


@contextmanager
def let_out_of_the_deny_group(ward: Ward) -> Iterator[None]:
    iam, named = ward.client("iam"), {"UserName": f"permille-{ward.disabled.id}", "GroupName": ward["DenyGroupName"]}
    iam.remove_user_from_group(**named)
    yield
    iam.add_user_to_group(**named)


@contextmanager
def denied_by_hand(ward: Ward) -> Iterator[None]:
    iam, named = ward.client("iam"), {"UserName": f"permille-{ward.sending.id}", "GroupName": ward["DenyGroupName"]}
    iam.add_user_to_group(**named)
    yield
    iam.remove_user_from_group(**named)


@contextmanager
def user_may(action: str, ward: Ward) -> Iterator[None]:
    """A user of an earlier version: its boundary would leave none of this."""
    iam, name = ward.client("iam"), f"permille-{ward.sending.id}"
    boundary = iam.get_user(UserName=name)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    iam.delete_user_permissions_boundary(UserName=name)
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="more", PolicyDocument=document)
    yield
    iam.delete_user_policy(UserName=name, PolicyName="more")
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)


@contextmanager
def user_may_not_send(ward: Ward) -> Iterator[None]:
    iam, named = ward.client("iam"), {"UserName": f"permille-{ward.sending.id}", "PolicyName": "permille-send"}
    before = json.dumps(iam.get_user_policy(**named)["PolicyDocument"])
    iam.delete_user_policy(**named)
    yield
    iam.put_user_policy(**named, PolicyDocument=before)


# ---------------------------------------------------------------- functions


@contextmanager
def trigger_disabled(function: str, source: str, ward: Ward) -> Iterator[None]:
    functions = ward.client("lambda")
    mappings = functions.list_event_source_mappings(FunctionName=ward[function])["EventSourceMappings"]
    (trigger,) = [one["UUID"] for one in mappings if source in one["EventSourceArn"]]
    functions.update_event_source_mapping(UUID=trigger, Enabled=False)
    yield
    functions.update_event_source_mapping(UUID=trigger, Enabled=True)


@contextmanager
def schedule_disabled(ward: Ward) -> Iterator[None]:
    ward.client("events").disable_rule(Name=ward["EnforceScheduleName"])
    yield
    ward.client("events").enable_rule(Name=ward["EnforceScheduleName"])


@contextmanager
def schedule_without_target(ward: Ward) -> Iterator[None]:
    events, rule = ward.client("events"), ward["EnforceScheduleName"]
    targets = events.list_targets_by_rule(Rule=rule)["Targets"]
    events.remove_targets(Rule=rule, Ids=[one["Id"] for one in targets])
    yield
    events.put_targets(Rule=rule, Targets=targets)


@contextmanager
def function_stopped(ward: Ward) -> Iterator[None]:
    functions, named = ward.client("lambda"), {"FunctionName": ward["NotifyFunctionName"]}
    functions.put_function_concurrency(**named, ReservedConcurrentExecutions=0)
    yield
    functions.delete_function_concurrency(**named)


@contextmanager
def function_without_layer(ward: Ward) -> Iterator[None]:
    functions, named = ward.client("lambda"), {"FunctionName": ward["ApiFunctionName"]}
    before = [one["Arn"] for one in functions.get_function_configuration(**named)["Layers"]]
    functions.update_function_configuration(**named, Layers=[])
    yield
    functions.update_function_configuration(**named, Layers=before)


@contextmanager
def other_code(ward: Ward) -> Iterator[None]:
    before = ward.row("ControlTable", name="doctor")
    checkup = json.loads(before["checkup"]["S"]) | {"code": "0.0.1+00000000"}
    ward.put("ControlTable", before | strings(checkup=json.dumps(checkup)))
    yield
    ward.put("ControlTable", before)


# ---------------------------------------------------------------- safeguards


@contextmanager
def deny_group_allows(ward: Ward) -> Iterator[None]:
    iam, named = ward.client("iam"), {"GroupName": ward["DenyGroupName"], "PolicyName": "deny-sending"}
    before = json.dumps(iam.get_group_policy(**named)["PolicyDocument"])
    iam.delete_group_policy(**named)
    yield
    iam.put_group_policy(**named, PolicyDocument=before)


@contextmanager
def policy_stored(document: str, ward: Ward) -> Iterator[None]:
    ssm, name = ward.client("ssm"), ward["PolicyParameterName"]
    ssm.put_parameter(Name=name, Value=document, Type="String", Overwrite=True)
    yield
    ssm.delete_parameter(Name=name)


@contextmanager
def breaker_open(ward: Ward) -> Iterator[None]:
    before = ward.row("ControlTable", name="breaker")
    ward.put("ControlTable", before | strings(opened_at=datetime.now(UTC).isoformat()))
    yield
    ward.put("ControlTable", before)


@contextmanager
def sweep_stopped(ward: Ward) -> Iterator[None]:
    """With the schedule, which would begin another lap within the minute."""
    with schedule_disabled(ward):
        before = ward.row("ControlTable", name="sweep")
        lap = before["lap"]["S"]
        ward.put(
            "ControlTable", before | strings(lap=json.dumps(json.loads(lap) | {"next_at": "2026-01-01T00:00:00+00:00"}))
        )
        yield
        ward.put("ControlTable", before)


def _alarm(ward: Ward) -> str:
    alarms = ward.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{ward.stack.name}-SweepAlarm")
    return str(alarms["MetricAlarms"][0]["AlarmName"])


@contextmanager
def alarm_ringing(ward: Ward) -> Iterator[None]:
    set_state = partial(ward.client("cloudwatch").set_alarm_state, AlarmName=_alarm(ward), StateReason="A test")
    set_state(StateValue="ALARM")
    yield
    set_state(StateValue="OK")


@contextmanager
def alarm_without_actions(ward: Ward) -> Iterator[None]:
    ward.client("cloudwatch").disable_alarm_actions(AlarmNames=[_alarm(ward)])
    yield
    ward.client("cloudwatch").enable_alarm_actions(AlarmNames=[_alarm(ward)])


# What is broken, by which check it is found, and whether that is worth an exit status of 1.
BREAKAGES: dict[str, tuple[Breaking, set[str], bool]] = {
    "the subscription is deleted": (subscription_deleted, {"subscription"}, True),
    "raw delivery is off": (partial(subscription_attribute, "RawMessageDelivery", "false"), {"raw-delivery"}, False),
    "the subscription filters": (
        partial(subscription_attribute, "FilterPolicy", '{"store": ["x"]}'),
        {"subscription-filter"},
        True,
    ),
    "the subscription has no dead letters": (
        partial(subscription_attribute, "RedrivePolicy", "{}"),
        {"subscription-redrive"},
        False,
    ),
    "the topic's policy is replaced": (topic_policy_replaced, {"topic-policy"}, True),
    "the event destination is deleted": (destination_deleted, {"event-destination"}, True),
    "the event destination is switched off": (
        partial(destination_changed, {"Enabled": False}),
        {"event-destination"},
        True,
    ),
    "the event destination lacks complaints": (
        partial(destination_changed, {"MatchingEventTypes": ["DELIVERY", "BOUNCE"]}),
        {"event-destination"},
        True,
    ),
    "the configuration set sends nothing": (set_sends_nothing, {"configuration-set"}, True),
    "the queue's policy is removed": (
        partial(queue_attribute_removed, "FeedbackQueueUrl", "Policy"),
        {"queue-policy"},
        True,
    ),
    "the queue has no dead letters": (
        partial(queue_attribute_removed, "FeedbackQueueUrl", "RedrivePolicy"),
        {"queue-redrive"},
        True,
    ),
    "Notify's queue has no dead letters": (
        partial(queue_attribute_removed, "NotifyQueueUrl", "RedrivePolicy"),
        {"queue-redrive"},
        True,
    ),
    "feedback is a dead letter": (partial(dead_letter, "FeedbackDeadLetterQueueUrl"), {"queues"}, True),
    "a notification is a dead letter": (partial(dead_letter, "NotifyDeadLetterQueueUrl"), {"queues"}, True),
    "a part of the stream failed": (partial(dead_letter, "StreamFailuresUrl"), {"queues"}, True),
    "feedback waits for a quarter of an hour": (old_feedback, {"queues", "triggers"}, True),
    "feedback is in quarantine": (feedback_quarantined, {"quarantine"}, False),
    "an identity has no default set": (partial(default_set, ""), {"identity-default-set"}, True),
    "an identity is deleted": (identity_deleted, {"identity-default-set"}, True),
    "the identity of our own mail is deleted": (mail_identity_deleted, {"mail-identity"}, True),
    "a sender has no account": (sender_without_account, {"senders-without-account"}, True),
    "an account's sender is not registered": (account_without_sender, {"accounts-without-sender"}, True),
    "a decision was never switched": (never_switched, {"switched"}, True),
    "an account's IAM user is deleted": (user_deleted, {"sender-users"}, False),
    "a disabled account's key is active": (key_activated, {"drift"}, True),
    "a disabled account is let out of the deny group": (let_out_of_the_deny_group, {"drift"}, True),
    "a sender is denied by hand": (denied_by_hand, {"denied-by-hand"}, False),
    "a sender may activate its key": (partial(user_may, "iam:UpdateAccessKey"), {"sender-rights"}, True),
    "a sender is an administrator": (partial(user_may, "*"), {"sender-rights"}, True),
    "a sender may not send": (user_may_not_send, {"sender-may-send"}, True),
    "the trigger of IngestComplaint is off": (
        partial(trigger_disabled, "IngestFunctionName", "FeedbackQueue"),
        {"triggers"},
        True,
    ),
    "the stream does not start Enforce": (
        partial(trigger_disabled, "EnforceFunctionName", "TimelineTable"),
        {"triggers"},
        True,
    ),
    "Notify's queue does not start Notify": (
        partial(trigger_disabled, "NotifyFunctionName", "NotifyQueue"),
        {"triggers"},
        True,
    ),
    "the schedule is off": (schedule_disabled, {"schedule"}, True),
    "the schedule starts nothing": (schedule_without_target, {"schedule"}, True),
    "Notify's reserved concurrency is 0": (function_stopped, {"concurrency"}, True),
    "a function has another layer": (function_without_layer, {"layer-version"}, False),
    "the functions run other code": (other_code, {"code-version"}, False),
    "the deny group denies nothing": (deny_group_allows, {"deny-group"}, True),
    "the policy is invalid": (partial(policy_stored, '{"preset": "none"}'), {"policy"}, True),
    "the policy is weak": (partial(policy_stored, '{"window_days": 7}'), {"policy"}, False),
    "the breaker is open": (breaker_open, {"breaker"}, True),
    "the sweep has stopped": (sweep_stopped, {"sweep", "schedule"}, True),
    "an alarm is ringing": (alarm_ringing, {"alarms"}, False),
    "an alarm does not act": (alarm_without_actions, {"alarms"}, False),
}


def test_nothing_is_found_on_a_healthy_stack(ward: Ward) -> None:
    assert_healthy(ward)


def assert_healthy(ward: Ward) -> None:
    status, answer = ward.doctor()

    assert found_in(answer) == {}
    assert (status, answer["healthy"]) == (0, True)
    assert len(answer["checks"]) == len(EXAMINATIONS)


def found_in(answer: dict[str, Any]) -> dict[str, str]:
    """The checks that found something or could not be made, each with its first finding."""
    return {one["check"]: one["findings"][0]["what"] for one in answer["checks"] if one["findings"]}


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_is_broken_is_found_and_nothing_else_is(ward: Ward, name: str) -> None:
    breaking, checks, fails = BREAKAGES[name]

    with breaking(ward):
        status, answer = ward.doctor()

    found = found_in(answer)
    assert (set(found), status) == (checks, int(fails)), found


def test_nothing_is_found_any_more_when_all_of_that_is_mended(ward: Ward) -> None:
    assert_healthy(ward)


# Those whose finding names a command that needs no further decision.
MENDED_BY_COMMAND = [
    "the subscription is deleted",
    "raw delivery is off",
    "the subscription filters",
    "the subscription has no dead letters",
    "the topic's policy is replaced",
    "the event destination is deleted",
    "the event destination lacks complaints",
    "the configuration set sends nothing",
    "the queue's policy is removed",
    "the queue has no dead letters",
    "Notify's queue has no dead letters",
    "an identity has no default set",
    "an identity is deleted",
    "an account's sender is not registered",
    "a sender is denied by hand",
    "the trigger of IngestComplaint is off",
    "the schedule is off",
    "the schedule starts nothing",
    "Notify's reserved concurrency is 0",
    "the deny group denies nothing",
    "the breaker is open",
    "an alarm does not act",
]


@pytest.mark.parametrize("name", MENDED_BY_COMMAND)
def test_the_command_of_a_finding_mends_it(ward: Ward, name: str) -> None:
    breaking, checks, _ = BREAKAGES[name]
    breaking(ward).__enter__()  # and never mended by its other half
    only = [word for check in checks for word in ("--check", check)]

    for finding in [one for result in ward.doctor(*only)[1]["checks"] for one in result["findings"]]:
        ward.mend(finding["mend"])

    assert found_in(ward.doctor(*only)[1]) == {}


def test_nothing_is_left_of_what_the_commands_mended(ward: Ward) -> None:
    assert_healthy(ward)


def test_the_function_stores_what_it_finds_for_the_desk(ward: Ward) -> None:
    with subscription_deleted(ward):
        _invoke(ward)
    broken = json.loads(ward.row("ControlTable", name="doctor")["checkup"]["S"])
    _invoke(ward)
    mended = json.loads(ward.row("ControlTable", name="doctor")["checkup"]["S"])

    assert [one["check"] for one in broken["results"] if one["findings"]] == ["subscription"]
    assert [one["check"] for one in mended["results"] if one["findings"]] == []
    made_by_function = {one.check.id for one in EXAMINATIONS if not one.by_command}
    assert {one["check"] for one in mended["results"]} == made_by_function


def _invoke(ward: Ward) -> None:
    answer = ward.client("lambda").invoke(FunctionName=ward["DoctorFunctionName"], Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
