"""The doctor's ports: kept by the fakes, and by the adapters on moto or on AWS's documented answers."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from tests.support.builders import NOW
from tests.support.doctor_fakes import FakeCheckups, FakeSenders
from tests.support.fakes import Faults, Rows
from tests.support.wire import Wire

from permille.aws.all_senders import DynamoSenders
from permille.aws.checkups import DynamoCheckups
from permille.aws.deployed_functions import LambdaDeployment
from permille.aws.safeguards import AwsClocks, AwsSafeguards
from permille.aws.ses_setup import SesSendStatistics, SesSetupReader
from permille.aws.topics import SnsTopics, SqsQueueAttributes
from permille.domain.doctor.check import CheckResult, CheckState, Finding, Severity
from permille.domain.doctor.checkup import MOST_FINDINGS, Checkup
from permille.domain.doctor.facts import (
    Alarm,
    Concurrency,
    EventDestination,
    IdentityState,
    QueueSetup,
    SesAccountState,
    SesStatistics,
    SetSetup,
    Subscription,
    Trigger,
)
from permille.domain.values.errors import NotFound, PermissionDenied, ServiceError, Unavailable
from permille.ports.doctor import AllSenders, Checkups
from permille.ports.feedback import Sender
from permille.ports.iam_users import UserQuota

TOPIC = "arn:aws:sns:us-east-1:123456789012:feedback"


@pytest.fixture
def client(aws: None) -> Callable[[Any], Any]:
    return lambda service: boto3.client(service)


# ---------------------------------------------------------------- SES


@pytest.fixture
def ses(client: Callable[[Any], Any]) -> Any:
    return client("sesv2")


def test_a_configuration_set_says_whether_it_sends_and_what_it_suppresses(ses: Any) -> None:
    wire, setup = Wire(ses), SesSetupReader(ses=ses)

    wire.answer("GetConfigurationSet", {"SendingOptions": {"SendingEnabled": False}})
    assert setup.configuration_set("permille") == SetSetup(sending=False)
    wire.answer("GetConfigurationSet", {"SuppressionOptions": {"SuppressedReasons": []}})
    assert setup.configuration_set("permille") == SetSetup(sending=True, suppressed=frozenset())
    wire.refuse("GetConfigurationSet", "NotFoundException")
    assert setup.configuration_set("permille") is None


def test_destinations_have_their_topic_and_their_events(ses: Any) -> None:
    wire, setup = Wire(ses), SesSetupReader(ses=ses)
    of_sns = {
        "Name": "feedback",
        "Enabled": True,
        "MatchingEventTypes": ["DELIVERY", "BOUNCE"],
        "SnsDestination": {"TopicArn": TOPIC},
    }
    wire.answer(
        "GetConfigurationSetEventDestinations", {"EventDestinations": [of_sns, {"Name": "n", "MatchingEventTypes": []}]}
    )

    assert setup.destinations("permille") == (
        EventDestination("feedback", enabled=True, events=frozenset({"DELIVERY", "BOUNCE"}), topic=TOPIC),
        EventDestination("n", enabled=False, events=frozenset(), topic=""),
    )
    wire.refuse("GetConfigurationSetEventDestinations", "NotFoundException")
    assert setup.destinations("permille") == ()


def test_an_identity_is_read_with_its_default_set_verification_and_forwarding(ses: Any) -> None:
    wire, setup = Wire(ses), SesSetupReader(ses=ses)

    wire.answer(
        "GetEmailIdentity",
        {"ConfigurationSetName": "permille", "VerifiedForSendingStatus": True, "FeedbackForwardingStatus": True},
    )
    assert setup.identity("a.example", "a") == IdentityState("a.example", "a", "permille", verified=True, forwards=True)
    wire.answer("GetEmailIdentity", {})
    assert setup.identity("a.example", "a") == IdentityState("a.example", "a", "", verified=False)
    wire.refuse("GetEmailIdentity", "NotFoundException")
    assert setup.identity("a.example", "a") == IdentityState("a.example", "a", None, verified=False)


def test_sess_account_is_read_as_it_is_documented(ses: Any) -> None:
    answer = {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "EnforcementStatus": "PROBATION",
        "SendQuota": {"Max24HourSend": 50000.0, "SentLast24Hours": 123.0},
        "SuppressionAttributes": {"SuppressedReasons": ["COMPLAINT"]},
    }
    Wire(ses).answer("GetAccount", answer)

    assert SesSetupReader(ses=ses).account() == SesAccountState(
        production=True,
        sending=True,
        enforcement="PROBATION",
        sent=123,
        quota=50000,
        suppressed=frozenset({"COMPLAINT"}),
    )


def test_sess_statistics_are_those_of_the_days(client: Callable[[Any], Any]) -> None:
    v1 = client("ses")

    def point(day: int, hour: int) -> dict[str, Any]:
        at = datetime(2026, 3, day, hour, 45, tzinfo=UTC)
        return {"Timestamp": at, "DeliveryAttempts": 100, "Bounces": 2, "Complaints": 1, "Rejects": 9}

    Wire(v1).answer("GetSendStatistics", {"SendDataPoints": [point(1, 23), point(2, 0), point(3, 23), point(4, 0)]})

    counted = SesSendStatistics(ses=v1).statistics(date(2026, 3, 2), date(2026, 3, 3))

    assert counted == SesStatistics(200, 4, 2)


# ---------------------------------------------------------------- topics and queues


def test_a_topics_subscriptions_are_listed_and_read(client: Callable[[Any], Any]) -> None:
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="feedback")["TopicArn"]
    url = sqs.create_queue(QueueName="feedback")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": "arn:dead"})
    attributes = {"RawMessageDelivery": "true", "RedrivePolicy": policy}
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)["SubscriptionArn"]
    topics = SnsTopics(sns=sns)

    (listed,) = topics.subscriptions(topic)

    assert (listed.arn, listed.protocol, listed.endpoint) == (arn, "sqs", queue)
    assert topics.detailed(listed) == Subscription(arn, "sqs", queue, raw=True, dead_letters="arn:dead")
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="false")
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue='{"a": ["b"]}')
    assert topics.detailed(listed) == Subscription(arn, "sqs", queue, raw=False, filtered=True, dead_letters="arn:dead")
    assert json.loads(topics.policy(topic))["Statement"]


@pytest.mark.parametrize(
    ("arn", "confirmed"), [("PendingConfirmation", ""), ("Deleted", ""), (f"{TOPIC}:1", f"{TOPIC}:1")]
)
def test_a_subscription_without_an_arn_is_not_confirmed(client: Callable[[Any], Any], arn: str, confirmed: str) -> None:
    sns = client("sns")
    found = {"SubscriptionArn": arn, "Owner": "1", "Protocol": "email", "Endpoint": "a@b.example", "TopicArn": TOPIC}
    Wire(sns).answer("ListSubscriptionsByTopic", {"Subscriptions": [found]})

    assert SnsTopics(sns=sns).subscriptions(TOPIC) == (Subscription(confirmed, "email", "a@b.example"),)


def test_a_topic_or_a_queue_that_is_gone_is_not_found(client: Callable[[Any], Any]) -> None:
    topics = SnsTopics(sns=client("sns"))
    missing = "https://sqs.us-east-1.amazonaws.com/123456789012/missing"

    for asked in (lambda: topics.policy(TOPIC), lambda: topics.subscriptions(TOPIC)):
        with pytest.raises(NotFound, match="there is no topic arn"):
            asked()
    with pytest.raises(NotFound, match="there is no queue"):
        SqsQueueAttributes(sqs=client("sqs")).setup(missing)


def test_a_queue_is_read_with_its_policy_and_dead_letters(client: Callable[[Any], Any]) -> None:
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 20})
    url = sqs.create_queue(QueueName="feedback", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    attributes = SqsQueueAttributes(sqs=sqs)

    assert attributes.setup(url) == QueueSetup("", arn)
    assert attributes.setup(dead) == QueueSetup("", "")


# ---------------------------------------------------------------- functions


@pytest.fixture
def functions(client: Callable[[Any], Any]) -> Any:
    return client("lambda")


@pytest.fixture
def deployed(functions: Any, client: Callable[[Any], Any]) -> LambdaDeployment:
    return LambdaDeployment(functions=functions, events=client("events"), cloudwatch=client("cloudwatch"))


def test_a_function_is_read_as_it_is_deployed(functions: Any, deployed: LambdaDeployment) -> None:
    wire = Wire(functions)
    configuration = {
        "LastModified": "2026-03-01T10:00:00.000+0000",
        "Layers": [{"Arn": "arn:layer:7"}],
        "Environment": {"Variables": {"REPLAY_CLOCK": "on"}},
    }
    wire.answer("GetFunctionConfiguration", configuration, times=2)
    wire.answer("GetFunctionConcurrency", {"ReservedConcurrentExecutions": 0})
    found = deployed.function("Notify", "permille-Notify-1")
    wire.answer("GetFunctionConcurrency", {})
    free = deployed.function("Notify", "permille-Notify-1")

    assert found
    assert free
    assert (found.reserved, free.reserved) == (0, None)
    assert (found.layer, found.replays) == ("arn:layer:7", True)
    assert found.modified_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_function_that_is_gone_is_none(functions: Any, deployed: LambdaDeployment) -> None:
    Wire(functions).refuse("GetFunctionConfiguration", "ResourceNotFoundException")

    assert deployed.function("Notify", "permille-Notify-1") is None


@pytest.mark.parametrize(
    ("state", "enabled"), [("Enabled", True), ("Updating", True), ("Disabled", False), ("Disabling", False)]
)
def test_a_trigger_is_on_or_off(functions: Any, deployed: LambdaDeployment, state: str, enabled: bool) -> None:
    found = {"UUID": "t-1", "EventSourceArn": "arn:queue", "State": state}
    Wire(functions).answer("ListEventSourceMappings", {"EventSourceMappings": [found]})

    assert deployed.triggers("f") == (Trigger("t-1", "arn:queue", enabled),)


def test_a_rule_is_read_with_its_targets(client: Callable[[Any], Any], deployed: LambdaDeployment) -> None:
    events = client("events")
    events.put_rule(Name="each-minute", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="each-minute", Targets=[{"Id": "1", "Arn": "arn:aws:lambda:us-east-1:1:function:f"}])

    on = deployed.rule("each-minute")
    events.disable_rule(Name="each-minute")
    off = deployed.rule("each-minute")

    assert on
    assert off
    assert (on.enabled, off.enabled, on.targets) == (True, False, frozenset({"arn:aws:lambda:us-east-1:1:function:f"}))
    assert deployed.rule("another") is None


def test_concurrency_has_its_limit_and_its_peak(
    functions: Any, client: Callable[[Any], Any], deployed: LambdaDeployment
) -> None:
    limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 980}
    Wire(functions).answer("GetAccountSettings", {"AccountLimit": limits}, times=2)

    assert deployed.concurrency(NOW) == Concurrency(1000, 980, None)
    values = [{"MetricName": "ConcurrentExecutions", "Timestamp": NOW - timedelta(hours=1), "Value": n} for n in (3, 9)]
    client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=values)
    assert deployed.concurrency(NOW) == Concurrency(1000, 980, 9)


# ---------------------------------------------------------------- safeguards

DENY = {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}


@pytest.fixture
def safeguards(client: Callable[[Any], Any]) -> AwsSafeguards:
    return AwsSafeguards(iam=client("iam"), cloudwatch=client("cloudwatch"))


def test_a_group_is_read_with_its_policies(client: Callable[[Any], Any], safeguards: AwsSafeguards) -> None:
    iam, document = client("iam"), {"Version": "2012-10-17", "Statement": [DENY]}
    iam.create_group(GroupName="denied")

    assert safeguards.group_policies("denied") == ()
    iam.put_group_policy(GroupName="denied", PolicyName="p", PolicyDocument=json.dumps(document))
    assert safeguards.group_policies("denied") == (document,)
    assert safeguards.group_policies("missing") is None


def test_the_alarms_are_those_of_the_stack_alone(client: Callable[[Any], Any], safeguards: AwsSafeguards) -> None:
    cloudwatch = client("cloudwatch")
    for name in ("permille-SweepAlarm-1A", "permille-staging-SweepAlarm-1A", "permillex-SweepAlarm-1A"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Permille",
            MetricName="sweep.failed",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            ActionsEnabled=False,
        )
    cloudwatch.set_alarm_state(AlarmName="permille-SweepAlarm-1A", StateValue="ALARM", StateReason="A test")

    assert safeguards.alarms("permille") == (Alarm("permille-SweepAlarm-1A", enabled=False, ringing=True),)


def test_the_quota_of_users_is_read(client: Callable[[Any], Any], safeguards: AwsSafeguards) -> None:
    client("iam").create_user(UserName="permille-a")

    assert safeguards.user_quota() == UserQuota(1, 5000)


def test_awss_time_is_the_date_of_its_answer(client: Callable[[Any], Any]) -> None:
    sts = client("sts")
    clocks = AwsClocks(here=lambda: NOW, sts=sts)
    Wire(sts).answer(
        "GetCallerIdentity", {"ResponseMetadata": {"HTTPHeaders": {"date": "Tue, 10 Mar 2026 12:00:01 GMT"}}}
    )

    assert clocks.of_aws() == datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC)
    assert clocks.here() == NOW
    Wire(sts).answer("GetCallerIdentity", {})
    with pytest.raises(Unavailable, match="reading AWS's time"):
        clocks.of_aws()


REFUSED: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("sesv2", "GetConfigurationSet", lambda ses: SesSetupReader(ses=ses).configuration_set("s")),
    ("sesv2", "GetConfigurationSetEventDestinations", lambda ses: SesSetupReader(ses=ses).destinations("s")),
    ("sesv2", "GetEmailIdentity", lambda ses: SesSetupReader(ses=ses).identity("i", "a")),
    ("sesv2", "GetAccount", lambda ses: SesSetupReader(ses=ses).account()),
    ("ses", "GetSendStatistics", lambda ses: SesSendStatistics(ses=ses).statistics(NOW.date(), NOW.date())),
    ("sns", "GetTopicAttributes", lambda sns: SnsTopics(sns=sns).policy(TOPIC)),
    ("sns", "ListSubscriptionsByTopic", lambda sns: SnsTopics(sns=sns).subscriptions(TOPIC)),
    ("sns", "GetSubscriptionAttributes", lambda sns: SnsTopics(sns=sns).detailed(Subscription(TOPIC, "sqs", "q"))),
    ("sqs", "GetQueueAttributes", lambda sqs: SqsQueueAttributes(sqs=sqs).setup("https://q")),
    ("lambda", "GetFunctionConfiguration", lambda functions: LambdaDeployment(functions=functions).function("F", "f")),
    ("lambda", "ListEventSourceMappings", lambda functions: LambdaDeployment(functions=functions).triggers("f")),
    ("lambda", "GetAccountSettings", lambda functions: LambdaDeployment(functions=functions).concurrency(NOW)),
    ("events", "DescribeRule", lambda events: LambdaDeployment(events=events).rule("r")),
    ("iam", "ListGroupPolicies", lambda iam: AwsSafeguards(iam=iam).group_policies("g")),
    ("iam", "GetAccountSummary", lambda iam: AwsSafeguards(iam=iam).user_quota()),
    ("cloudwatch", "DescribeAlarms", lambda cloudwatch: AwsSafeguards(cloudwatch=cloudwatch).alarms("s")),
    ("sts", "GetCallerIdentity", lambda sts: AwsClocks(here=lambda: NOW, sts=sts).of_aws()),
]


@pytest.mark.parametrize(("service", "operation", "ask"), REFUSED, ids=[operation for _, operation, _ in REFUSED])
@pytest.mark.parametrize(("code", "error"), [("AccessDenied", PermissionDenied), ("Throttled", ServiceError)])
def test_a_refusal_names_the_right_that_is_missing(
    client: Callable[[Any], Any],
    service: str,
    operation: str,
    ask: Callable[[Any], Any],
    code: str,
    error: type[ServiceError],
) -> None:
    asked = client(service)
    Wire(asked).refuse(operation, code, times=20)

    with pytest.raises(error, match=operation):
        ask(asked)


# ---------------------------------------------------------------- what is stored


@pytest.fixture(params=["fake", "dynamodb"])
def checkups(request: pytest.FixtureRequest) -> Checkups:
    if request.param == "fake":
        return FakeCheckups(Faults())
    request.getfixturevalue("dynamodb")
    return DynamoCheckups(table="ControlTable")


def a_result(check: str, *findings: Finding) -> CheckResult:
    return CheckResult(check, "It is so", "It matters.", CheckState.FOUND if findings else CheckState.OK, findings)


def test_the_last_checkup_is_kept(checkups: Checkups) -> None:
    broken = Finding(Severity.BROKEN, "It is broken: ⚠", "aws mend --it", "b.example")
    first, second = Checkup(NOW, "1", (a_result("a"),)), Checkup(NOW, "2", (a_result("a"), a_result("b", broken)))

    assert checkups.last() is None
    checkups.save(first)
    checkups.save(second)
    assert checkups.last() == second


def test_a_checkup_is_stored_shortened(checkups: Checkups) -> None:
    many = [Finding(Severity.WARNING, f"{number}: {'x' * 5000}", "y" * 5000) for number in range(50)]
    checkups.save(Checkup(NOW, "1", (a_result("a", *many),)))

    stored = checkups.last()

    assert stored
    (result,) = stored.results
    assert (len(result.findings), result.more) == (MOST_FINDINGS, 50 - MOST_FINDINGS)


def test_a_checkup_of_another_version_is_none(dynamodb: Any) -> None:
    checkups = DynamoCheckups(table="ControlTable")
    for text in ("{}", "[", '{"checked_at": "2026", "code": "1", "results": [{"state": "new"}]}'):
        dynamodb.put_item(TableName="ControlTable", Item={"name": {"S": "doctor"}, "checkup": {"S": text}})
        assert checkups.last() is None


@pytest.fixture(params=["fake", "dynamodb"])
def senders(request: pytest.FixtureRequest) -> AllSenders:
    if request.param == "fake":
        rows = Rows()
        rows.senders.update(a=Sender("a", "shop"), b=Sender("b", "", ignored="Ours"))
        return FakeSenders(rows)
    dynamodb = request.getfixturevalue("dynamodb")
    for item in ({"caller_identity": "a", "account_id": "shop"}, {"caller_identity": "b", "ignored": "Ours"}):
        dynamodb.put_item(TableName="SendersTable", Item={name: {"S": value} for name, value in item.items()})
    return DynamoSenders(table="SendersTable")


def test_all_senders_are_listed_with_their_accounts(senders: AllSenders) -> None:
    found = sorted(senders.all(), key=lambda sender: sender.name)

    assert found == [Sender("a", "shop"), Sender("b", "", ignored="Ours")]
