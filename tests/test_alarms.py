"""Each alarm of infra/template.yaml listens to a metric that the code or AWS really emits, by namespace, name and
dimensions: one that listens to anything else is silent for ever, and nothing else would tell."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.broken_stacks import a_healthy_stack
from tests.support.builders import ACCOUNT, NOW
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import FakeLedger, FakeQuarantine, Rows
from tests.support.measured import Measured
from tests.support.visiting import FakeWeb, Visitor
from tests.support.webhook_fakes import ENDPOINT, FakeWebhook, a_pending_event

from permille.aws.events import as_received
from permille.aws.quarantine import KEPT_FOR
from permille.domain.doctor.checkup import SCHEDULED_EVERY
from permille.domain.policy.policy import DEFAULT
from permille.domain.policy.ses_review import BOUNCES, COMPLAINTS, Lines
from permille.domain.webhooks.delivery import Reply
from permille.ports.accounts import Lap
from permille.usecases.doctor.doctor import scheduled
from permille.usecases.enforcement.schedule import run_schedule
from permille.usecases.feedback.ingest import IngestServices, ingest
from permille.usecases.notifications.webhook_delivery import post_event
from permille_cli.project import PROJECT
from permille_cli.stack.template import load

TEMPLATE = load()
RESOURCES: dict[str, Mapping[str, Any]] = TEMPLATE["Resources"]
GLOBALS: Mapping[str, Any] = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
ALARMS = {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == "AWS::CloudWatch::Alarm"}
STACK = os.environ["POWERTOOLS_SERVICE_NAME"]  # as if these tests ran in a function of a stack of that name
OURS = "Permille"
REPORT, API = f"/report/{ACCOUNT}", f"/api/v1/accounts/{ACCOUNT}"
DAY = 24 * 60 * 60

each_alarm = pytest.mark.parametrize("name", ALARMS)


# ---------------------------------------------------------------- what each is set off by

RINGS = {
    "FeedbackDeadLetterAlarm": "FeedbackDeadLetterQueue ApproximateNumberOfMessagesVisible: Maximum > 0, 1 x 60 s",
    "NotifyDeadLetterAlarm": "NotifyDeadLetterQueue ApproximateNumberOfMessagesVisible: Maximum > 0, 1 x 60 s",
    "WebhookDeadLetterAlarm": "WebhookDeadLetterQueue ApproximateNumberOfMessagesVisible: Maximum > 0, 1 x 60 s",
    "WebhookAgeAlarm": "WebhookQueue ApproximateAgeOfOldestMessage: Maximum > 3600, 1 x 60 s",
    "WebhookFailingAlarm": "webhook.failed_long: Sum > 0, 1 x 60 s",
    "WebhookThrottlesAlarm": "Webhook Throttles: Sum > 0, 1 x 300 s",
    "WebhookErrorsAlarm": "Webhook Errors: Sum > 0, 3 x 60 s",
    "StreamFailuresAlarm": "StreamFailures ApproximateNumberOfMessagesVisible: Maximum > 0, 1 x 60 s",
    "FeedbackAgeAlarm": "FeedbackQueue ApproximateAgeOfOldestMessage: Maximum > 600, 1 x 60 s",
    "NotifyAgeAlarm": "NotifyQueue ApproximateAgeOfOldestMessage: Maximum > 3600, 1 x 60 s",
    "EnforceIteratorAgeAlarm": "Enforce IteratorAge: Maximum > 300000, 1 x 60 s",
    "NotifyIteratorAgeAlarm": "Notify IteratorAge: Maximum > 300000, 1 x 60 s",
    "IngestComplaintThrottlesAlarm": "IngestComplaint Throttles: Sum > 0, 1 x 300 s",
    "EnforceThrottlesAlarm": "Enforce Throttles: Sum > 0, 1 x 300 s",
    "NotifyThrottlesAlarm": "Notify Throttles: Sum > 0, 1 x 300 s",
    "IngestComplaintErrorsAlarm": "IngestComplaint Errors: Sum > 0, 3 x 60 s",
    "EnforceErrorsAlarm": "Enforce Errors: Sum > 0, 3 x 60 s",
    "NotifyErrorsAlarm": "Notify Errors: Sum > 0, 3 x 60 s",
    "AccessErrorsAlarm": "Access Url5xxCount: Sum > 0, 3 x 60 s",
    "ConsoleErrorsAlarm": "Console Url5xxCount: Sum > 0, 3 x 60 s",  # it always answers: Lambda counts no errors of it
    "ProvisioningErrorsAlarm": "Provisioning Url5xxCount: Sum > 0, 3 x 60 s",
    "ProvidersErrorsAlarm": "Providers Errors: Sum > 0, 1 x 3600 s",
    "ProvidersThrottlesAlarm": "Providers Throttles: Sum > 0, 1 x 300 s",
    "ApiErrorsAlarm": "Api Url5xxCount: Sum > 0, 3 x 60 s",
    "ConsoleSaturatedAlarm": "Console ConcurrentExecutions: Maximum >= ConsoleConcurrency, 3 x 60 s",
    "ApiSaturatedAlarm": "Api ConcurrentExecutions: Maximum >= ApiConcurrency, 3 x 60 s",
    "ConsoleRefusalsAlarm": "page.refused.unauthorized: Sum > 300, 1 x 300 s",
    "ApiRefusalsAlarm": "api.refused.unauthorized: Sum > 300, 1 x 300 s",
    "ScheduleAlarm": "schedule.run: Sum < 1, 1 x 300 s",
    "UncountedAlarm": "Delivery, feedback.received.records: expression > 0, 2 x 900 s",
    "EnforceFailedAlarm": "account.enforce_failed: Sum > 0, 3 x 60 s",
    "SweepAlarm": "sweep.failed: Sum > 0, 3 x 60 s",
    "PolicyAlarm": "policy.unreadable: Sum > 0, 3 x 60 s",
    "BreakerAlarm": "account.breaker_opened: Sum > 0, 1 x 60 s",
    "HeldLongAlarm": "account.held_long: Sum > 0, 1 x 60 s",
    "QuarantinedAlarm": "feedback.quarantined.bounce_or_complaint: Sum > 0, 1 x 60 s",
    "QuarantineAgeAlarm": "quarantine.oldest_days: Maximum > 45, 1 x 7200 s",
    "QuarantineUnreadableAlarm": "quarantine.unreadable: Sum > 0, 1 x 60 s",
    "ComplaintRateAlarm": "Reputation.ComplaintRate: Maximum >= 0.0008, 1 x 3600 s",
    "BounceRateAlarm": "Reputation.BounceRate: Maximum >= 0.04, 1 x 3600 s",
    "DoctorAlarm": "doctor.unhealthy: Maximum > 0, 1 x 21600 s",
}
SIGNS = {"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": ">=", "LessThanThreshold": "<"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A metric that an alarm listens to. `of`: the logical name of the queue or function that it is about."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    of: str
    statistic: str
    period: int

    def __str__(self) -> str:
        return f"{self.of} {self.name}".strip()


def heard_by(alarm: Mapping[str, Any]) -> list[Heard]:
    """The one metric of an alarm, or all of its expression."""
    if "Metrics" not in alarm:
        return [_heard(alarm, alarm["Statistic"], alarm["Period"])]
    queries = [query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query]
    return [_heard(query["Metric"], query["Stat"], query["Period"]) for query in queries]


def _heard(metric: Mapping[str, Any], statistic: str, period: int) -> Heard:
    dimensions = [(one["Name"], one["Value"]) for one in metric.get("Dimensions", [])]
    of = [_resource(value) for name, value in dimensions if name != "service"]
    resolved = tuple((name, _resolved(value)) for name, value in dimensions)
    return Heard(metric["Namespace"], metric["MetricName"], resolved, "".join(of), statistic, period)


def _resource(value: Any) -> str:
    return str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])


def _resolved(value: Any) -> str:
    """As CloudFormation does in a stack of the name STACK; what names a resource stays a name of the template."""
    if isinstance(value, str):
        return value
    return STACK if value == {"Ref": "AWS::StackName"} else _resource(value)


def said(alarm: Mapping[str, Any]) -> str:
    """In words, when an alarm rings."""
    heard = heard_by(alarm)
    (period,) = {one.period for one in heard}
    statistic = heard[0].statistic if len(heard) == 1 else "expression"
    threshold = alarm["Threshold"]
    bound = f"{SIGNS[alarm['ComparisonOperator']]} {threshold['Ref'] if isinstance(threshold, dict) else threshold}"
    return f"{', '.join(map(str, heard))}: {statistic} {bound}, {alarm['EvaluationPeriods']} x {period} s"


def test_each_alarm_rings_where_it_is_written_that_it_does() -> None:
    assert {name: said(alarm) for name, alarm in ALARMS.items()} == RINGS


# ---------------------------------------------------------------- metrics of AWS

QUEUE, FUNCTION = "AWS::SQS::Queue", "AWS::Serverless::Function"
# As AWS documents them: the dimension (none: the whole AWS account in the Region), and what it names.
DOCUMENTED = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName", QUEUE),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ("QueueName", QUEUE),
    ("AWS/Lambda", "Errors"): ("FunctionName", FUNCTION),
    ("AWS/Lambda", "Throttles"): ("FunctionName", FUNCTION),
    ("AWS/Lambda", "IteratorAge"): ("FunctionName", FUNCTION),
    ("AWS/Lambda", "Url5xxCount"): ("FunctionName", FUNCTION),
    ("AWS/Lambda", "ConcurrentExecutions"): ("FunctionName", FUNCTION),
    ("AWS/SES", "Delivery"): (),
    ("AWS/SES", "Reputation.ComplaintRate"): (),
    ("AWS/SES", "Reputation.BounceRate"): (),
}
OF_AWS = [(name, heard) for name, alarm in ALARMS.items() for heard in heard_by(alarm) if heard.namespace != OURS]


@pytest.mark.parametrize(("name", "heard"), OF_AWS, ids=lambda one: str(one))
def test_a_metric_of_aws_has_the_namespace_and_dimension_that_aws_documents(name: str, heard: Heard) -> None:
    dimension = DOCUMENTED[heard.namespace, heard.name]

    if dimension:
        assert [key for key, _ in heard.dimensions] == [dimension[0]]
        assert RESOURCES[heard.of]["Type"] == dimension[1]
    else:
        assert heard.dimensions == ()


@pytest.mark.parametrize(("name", "heard"), OF_AWS, ids=lambda one: str(one))
def test_a_queue_is_called_by_its_name_and_a_function_by_its_own(name: str, heard: Heard) -> None:
    """`!Ref` of a queue is its address, of a function its name."""
    for one in ALARMS[name].get("Dimensions", []):
        assert one["Value"] in ({"Ref": heard.of}, {"Fn::GetAtt": [heard.of, "QueueName"]})
        assert ("Ref" in one["Value"]) is (RESOURCES[heard.of]["Type"] == FUNCTION)


def sources(function: str) -> set[str]:
    return {event["Type"] for event in RESOURCES[function]["Properties"].get("Events", {}).values()}


FUNCTIONS = [name for name, one in RESOURCES.items() if one["Type"] == FUNCTION]
WORKERS = [function for function in FUNCTIONS if sources(function)]


@pytest.mark.parametrize(("name", "lines"), [("ComplaintRateAlarm", COMPLAINTS), ("BounceRateAlarm", BOUNCES)])
def test_the_platforms_rate_is_told_of_while_a_fifth_of_the_way_to_a_review_is_left(name: str, lines: Lines) -> None:
    """Complaints about what has been sent already are still to come. The pages say the same bounds."""
    threshold = Decimal(str(ALARMS[name]["Threshold"])) * lines.per

    assert threshold == lines.alarm == lines.review * Decimal("0.8")
    assert f"{lines.alarm} {lines.unit} or more" in ALARMS[name]["AlarmDescription"]
    assert f"from {lines.review} {lines.unit}," in ALARMS[name]["AlarmDescription"]
    assert f"pause all sending from {lines.pause}" in ALARMS[name]["AlarmDescription"]


def listening_to(metric: str) -> set[str]:
    return {heard.of for _, heard in OF_AWS if heard.name == metric}


def test_whoever_reads_a_stream_is_watched_for_being_behind() -> None:
    assert listening_to("IteratorAge") == {function for function in FUNCTIONS if "DynamoDB" in sources(function)}


def test_whoever_works_without_anybody_waiting_for_an_answer_is_watched_for_throttling() -> None:
    """Nothing waits for the doctor, whose own alarm tells where its runs do not end."""
    assert listening_to("Throttles") == listening_to("Errors") == set(WORKERS) - {"Doctor"}


def test_whoever_answers_people_and_platforms_is_watched_for_the_failures_that_it_answers_with() -> None:
    answering = {name for name in FUNCTIONS if "FunctionUrlConfig" in RESOURCES[name]["Properties"]}

    assert listening_to("Url5xxCount") == answering == set(FUNCTIONS) - set(WORKERS)


@pytest.mark.parametrize("function", ["Console", "Api"])
def test_whoever_can_be_flooded_is_watched_for_being_at_the_bound_that_it_has(function: str) -> None:
    alarm = ALARMS[f"{function}SaturatedAlarm"]
    bound = RESOURCES[function]["Properties"]["ReservedConcurrentExecutions"]["Fn::If"]

    assert [RESOURCES[f"{function}SaturatedAlarm"]["Condition"], alarm["Threshold"]] == bound[:2]
    guarded_by_iam = {"Access", "Provisioning"}
    assert listening_to("ConcurrentExecutions") == set(FUNCTIONS) - set(WORKERS) - guarded_by_iam


def test_a_queue_that_is_worked_off_is_watched_for_age_and_one_that_is_not_for_anything_at_all() -> None:
    queues = {name for name, one in RESOURCES.items() if one["Type"] == QUEUE}
    worked_off = {name for name in queues if "RedrivePolicy" in RESOURCES[name]["Properties"]}

    assert listening_to("ApproximateAgeOfOldestMessage") == worked_off
    assert listening_to("ApproximateNumberOfMessagesVisible") == queues - worked_off


def test_notifys_queue_is_old_long_before_its_last_try_and_that_before_sqs_drops_it() -> None:
    queue = RESOURCES["NotifyQueue"]["Properties"]

    tries = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
    assert ALARMS["NotifyAgeAlarm"]["Threshold"] < DAY <= tries < queue["MessageRetentionPeriod"]


# ---------------------------------------------------------------- metrics of our own


def an_account_that_cannot_be_read() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.faults.fail("accounts.get")
    world.run()


def more_accounts_that_break_a_rule_than_the_breaker_lets_pass() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule(*(f"spammer-{number}" for number in range(6)))
    world.run()


def a_sweep_that_cannot_read_the_deny_group() -> None:
    world = FakeEnforcement()
    world.rows.lap = Lap()
    world.faults.fail("switch.denied_senders")
    world.run()


def a_policy_that_cannot_be_understood() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.faults.fail("policies.current")
    world.run()


def a_run_of_the_schedule() -> None:
    run_schedule(FakeEnforcement().enforcement, NOW.replace(minute=0), lambda: A_MINUTE)


def a_quarantine_that_does_not_answer() -> None:
    quarantine = FakeQuarantine()
    quarantine.faults.fail("quarantine.oldest")
    run_schedule(replace(FakeEnforcement().enforcement, quarantine=quarantine), NOW.replace(minute=0), lambda: A_MINUTE)


def an_account_that_is_held_for_long() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.feed.messages, world.rows.counted_at = 1, None
    world.run()
    world.run(NOW + timedelta(hours=1))


def a_batch_of_feedback() -> None:
    services = IngestServices(FakeLedger(Rows()), FakeQuarantine(), lambda: DEFAULT)
    ingest(services, [as_received("r-0", "hello")], NOW, lambda: A_MINUTE)


def a_page_that_a_stranger_asks_for() -> None:
    Visitor(FakeWeb()).get("/desk")


def an_account_that_a_stranger_asks_the_api_about() -> None:
    Visitor(FakeWeb()).get(f"/api/v1/accounts/{ACCOUNT}")


def scheduled_checks() -> None:
    scheduled(a_healthy_stack().examining, NOW)


def an_event_that_an_endpoint_refuses_for_half_an_hour() -> None:
    webhook = FakeWebhook()
    webhook.client.answers[ENDPOINT.url] = Reply(500)
    post_event(webhook.services, a_pending_event(attempt=4), NOW)


EMITTED_BY: dict[str, Callable[[], None]] = {
    "account.enforce_failed": an_account_that_cannot_be_read,
    "account.held_long": an_account_that_is_held_for_long,
    "account.breaker_opened": more_accounts_that_break_a_rule_than_the_breaker_lets_pass,
    "sweep.failed": a_sweep_that_cannot_read_the_deny_group,
    "policy.unreadable": a_policy_that_cannot_be_understood,
    "page.refused.unauthorized": a_page_that_a_stranger_asks_for,
    "api.refused.unauthorized": an_account_that_a_stranger_asks_the_api_about,
    "webhook.failed_long": an_event_that_an_endpoint_refuses_for_half_an_hour,
    "schedule.run": a_run_of_the_schedule,
    "quarantine.oldest_days": a_run_of_the_schedule,
    "quarantine.unreadable": a_quarantine_that_does_not_answer,
    "doctor.unhealthy": scheduled_checks,
    "feedback.received.records": a_batch_of_feedback,
    "feedback.quarantined.bounce_or_complaint": a_batch_of_feedback,
}
OF_OURS = [(name, heard) for name, alarm in ALARMS.items() for heard in heard_by(alarm) if heard.namespace == OURS]


def test_every_metric_of_our_own_that_an_alarm_listens_to_is_emitted_here() -> None:
    assert {heard.name for _, heard in OF_OURS} == EMITTED_BY.keys()


@pytest.mark.parametrize(
    ("path", "visit"), [(REPORT, FakeWeb.owner), ("/desk/nowhere", FakeWeb.staff), (f"{API}/nowhere", FakeWeb.platform)]
)
def test_whoever_is_let_in_sets_off_no_alarm_by_what_they_ask_for(
    path: str, visit: Callable[[FakeWeb], Visitor], measured: Measured
) -> None:
    visit(FakeWeb()).get(path)

    assert not [name for name in measured.values() if name.endswith("unauthorized")]


@pytest.mark.parametrize(("name", "heard"), OF_OURS, ids=lambda one: str(one))
def test_a_metric_of_our_own_arrives_where_its_alarm_listens(name: str, heard: Heard, measured: Measured) -> None:
    EMITTED_BY[heard.name]()

    arrived = {(one.namespace, one.name, one.dimensions) for one in measured.metrics()}
    assert (heard.namespace, heard.name, heard.dimensions) in arrived


def test_a_function_measures_under_the_name_of_its_stack() -> None:
    """Two stacks in one Region neither share an alarm nor a line of the log."""
    assert _resolved(GLOBALS["POWERTOOLS_SERVICE_NAME"]) == STACK
    assert GLOBALS["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    assert GLOBALS["POWERTOOLS_METRICS_NAMESPACE"] == os.environ["POWERTOOLS_METRICS_NAMESPACE"] == OURS


# ---------------------------------------------------------------- silence


@each_alarm
def test_silence_sets_off_the_schedules_alarm_and_no_other(name: str) -> None:
    """A run of the schedule is due every minute; everything else may rightly not happen for days."""
    on_silence = {"ScheduleAlarm": "breaching", "ComplaintRateAlarm": "ignore", "BounceRateAlarm": "ignore"}
    on_silence |= {"DoctorAlarm": "missing"}

    assert ALARMS[name]["TreatMissingData"] == on_silence.get(name, "notBreaching")


def test_the_doctors_silence_is_told_of_where_it_has_once_run() -> None:
    """A new alarm begins with insufficient data, which is no change that it acts on."""
    assert [name for name, alarm in ALARMS.items() if "InsufficientDataActions" in alarm] == ["DoctorAlarm"]
    assert ALARMS["DoctorAlarm"]["InsufficientDataActions"] == ALARMS["DoctorAlarm"]["AlarmActions"]


def test_the_doctors_alarm_looks_back_over_more_than_one_run() -> None:
    schedule = RESOURCES["Doctor"]["Properties"]["Events"]["EveryFewHours"]["Properties"]["Schedule"]

    assert schedule == f"rate({SCHEDULED_EVERY // timedelta(hours=1)} hours)"
    assert timedelta(seconds=ALARMS["DoctorAlarm"]["Period"]) >= 2 * SCHEDULED_EVERY


def test_a_rate_that_ses_does_not_tell_for_want_of_mail_leaves_its_alarm_as_it_is() -> None:
    """As SES's documentation recommends: a night without mail heals nothing."""
    of_ses = {name for name, heard in OF_AWS if heard.name.startswith("Reputation.")}

    assert of_ses == {name for name, alarm in ALARMS.items() if alarm["TreatMissingData"] == "ignore"}


@pytest.mark.parametrize(
    ("delivered", "received", "uncounted"),
    [
        (None, None, 0),  # a quiet night
        (None, 7, 0),
        (30, 30, 0),
        (30, 1, 0),  # late, but it comes
        (30, None, 30),
        (1, 0, 1),
    ],
)
def test_mail_is_uncounted_where_ses_delivers_in_a_quarter_and_no_feedback_comes(
    delivered: float | None, received: float | None, uncounted: float
) -> None:
    (expression,) = (one["Expression"] for one in ALARMS["UncountedAlarm"]["Metrics"] if "Expression" in one)

    assert computed(expression, {"delivered": delivered, "received": received}) == uncounted


def computed(expression: str, values: Mapping[str, float | None]) -> float:
    """A metric expression, of one moment: IF and FILL as CloudWatch has them."""

    def fill(value: float | None, instead: float) -> float:
        return instead if value is None else value

    def which(condition: Any, yes: float, no: float) -> float:
        return yes if condition else no

    return float(eval(expression, {"IF": which, "FILL": fill}, dict(values)))  # noqa: S307 - the template's own text


def test_an_expression_gives_one_value_to_the_alarm() -> None:
    queries = ALARMS["UncountedAlarm"]["Metrics"]

    assert [query["Id"] for query in queries if query.get("ReturnData", True)] == ["uncounted"]
    assert len({one.period for one in heard_by(ALARMS["UncountedAlarm"])}) == 1


def test_what_rests_in_quarantine_is_told_of_a_fortnight_before_it_expires() -> None:
    assert timedelta(days=ALARMS["QuarantineAgeAlarm"]["Threshold"]) <= KEPT_FOR - timedelta(days=14)


def test_the_age_of_the_quarantine_is_looked_at_over_more_than_the_hour_between_two_values() -> None:
    assert ALARMS["QuarantineAgeAlarm"]["Period"] > 60 * 60


@each_alarm
def test_an_alarm_looks_back_for_a_day_at_most(name: str) -> None:
    """CloudWatch's bound."""
    assert max(one.period for one in heard_by(ALARMS[name])) * ALARMS[name]["EvaluationPeriods"] <= DAY


# ---------------------------------------------------------------- whoever hears it


@each_alarm
def test_an_alarm_is_sent_to_the_topic_where_there_is_one(name: str) -> None:
    assert ALARMS[name]["AlarmActions"] == {
        "Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
    }


@each_alarm
def test_an_alarm_says_what_it_means_and_what_to_do(name: str) -> None:
    """It may be all that somebody reads at night."""
    sentences = ALARMS[name]["AlarmDescription"].split(". ")

    assert len(sentences) > 1
    assert len(ALARMS[name]["AlarmDescription"]) <= 1024


def test_each_alarm_has_its_row_in_the_operations() -> None:
    text = (PROJECT / "docs" / "operate" / "alarms.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\| ([A-Z][^|]*) \|", text, re.M)
    told = [name for cell in first_cells for name in cell.split(", ")]

    assert sorted(told) == sorted(name.removesuffix("Alarm") for name in ALARMS)
