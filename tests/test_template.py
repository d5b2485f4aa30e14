"""What infra/template.yaml has to keep, and `sam validate --lint` does not see."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import timedelta
from hashlib import sha256
from typing import Any

import boto3
import pytest
import yaml
from boto3 import Session

from permille.bootstrap.doctor import DoctorSettings
from permille.bootstrap.provisioning import ProvisioningSettings
from permille.ports.accounts import LEASED_FOR
from permille.settings import (
    AccessSettings,
    ApiSettings,
    ClockSettings,
    ConsoleSettings,
    EnforceSettings,
    IngestSettings,
    NotifySettings,
    ProvidersSettings,
    Settings,
    WebhookSettings,
)
from permille_cli.project import PROJECT
from permille_cli.stack.template import TEMPLATE as TEMPLATE_FILE
from permille_cli.stack.template import load

Resource = Mapping[str, Any]

TEMPLATE = load()
RESOURCES: dict[str, Resource] = TEMPLATE["Resources"]
PARAMETERS: dict[str, Resource] = TEMPLATE["Parameters"]
GLOBALS: Resource = TEMPLATE["Globals"]["Function"]
SETTINGS: dict[str, type[Settings]] = {
    "IngestComplaint": IngestSettings,
    "Enforce": EnforceSettings,
    "Notify": NotifySettings,
    "Webhook": WebhookSettings,
    "Console": ConsoleSettings,
    "Access": AccessSettings,
    "Doctor": DoctorSettings,
    "Providers": ProvidersSettings,
    "Provisioning": ProvisioningSettings,
    "Api": ApiSettings,
}
READ_BY_POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
OF_NOTHING = sha256(b"").hexdigest()
READ_BY_BOTOCORE = {"AWS_ENDPOINT_URL"}


def of_type(kind: str) -> dict[str, Resource]:
    return {name: one.get("Properties", {}) for name, one in RESOURCES.items() if one["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
QUEUES = of_type("AWS::SQS::Queue")
TABLES = of_type("AWS::DynamoDB::Table")
SOURCES = {f"{name}.{event}": one for name, f in FUNCTIONS.items() for event, one in f.get("Events", {}).items()}
each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_source = pytest.mark.parametrize("name", SOURCES)


def target(value: Any) -> str:
    """The logical name that `!Ref` or `!GetAtt` points to."""
    return str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])


def number(value: Any, of_parameter: str) -> int:
    """One that stands in the template, or what a parameter says of it."""
    return int(PARAMETERS[value["Ref"]][of_parameter] if isinstance(value, dict) else value)


def timeout_of(function: Resource) -> int:
    return int(function.get("Timeout", GLOBALS["Timeout"]))


def source_queues() -> list[tuple[str, str]]:
    """(function, queue) of every queue that a function works off."""
    sqs = {name.split(".")[0]: one["Properties"] for name, one in SOURCES.items() if one["Type"] == "SQS"}
    return [(function, target(source["Queue"])) for function, source in sqs.items()]


def dead_letters_of(queue: str) -> str:
    return target(QUEUES[queue]["RedrivePolicy"]["deadLetterTargetArn"])


def resting_places() -> set[str]:
    """Queues in which rests what could not be done."""
    redrives = {dead_letters_of(name) for name, queue in QUEUES.items() if "RedrivePolicy" in queue}
    failures = {
        target(source["Properties"]["DestinationConfig"]["OnFailure"]["Destination"])
        for source in SOURCES.values()
        if "DestinationConfig" in source["Properties"]
    }
    return redrives | failures


# ---------------------------------------------------------------- nothing is lost


@pytest.mark.parametrize(("function", "queue"), source_queues())
def test_a_message_stays_hidden_for_six_times_the_functions_timeout(function: str, queue: str) -> None:
    assert QUEUES[queue]["VisibilityTimeout"] >= 6 * timeout_of(FUNCTIONS[function])


@pytest.mark.parametrize("queue", [queue for _, queue in source_queues()])
def test_dead_letters_outlive_their_source_whose_age_they_keep(queue: str) -> None:
    kept = QUEUES[dead_letters_of(queue)]["MessageRetentionPeriod"]

    assert kept > QUEUES[queue]["MessageRetentionPeriod"]


@pytest.mark.parametrize("queue", [queue for _, queue in source_queues()])
def test_a_message_is_tried_at_least_five_times(queue: str) -> None:
    assert QUEUES[queue]["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_two_hours_of_throttling_put_no_feedback_to_the_dead_letters() -> None:
    """Lambda receives a batch before it finds that no concurrency is left for it."""
    tried = QUEUES["FeedbackQueue"]["RedrivePolicy"]["maxReceiveCount"] * QUEUES["FeedbackQueue"]["VisibilityTimeout"]

    assert timedelta(seconds=tried) >= timedelta(hours=2)


def test_an_aws_account_with_ten_concurrent_executions_can_count_and_enforce() -> None:
    """A shard of a stream is one execution at a time, of either function that reads it."""
    assert PARAMETERS["IngestConcurrency"]["MinValue"] == 2
    assert all("ParallelizationFactor" not in source["Properties"] for source in SOURCES.values())


@each_source
def test_every_source_has_a_place_for_what_could_not_be_done(name: str) -> None:
    source = SOURCES[name]

    if source["Type"] == "SQS":
        assert dead_letters_of(target(source["Properties"]["Queue"])) in QUEUES
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    elif source["Type"] == "DynamoDB":
        assert target(source["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]) in QUEUES
        assert source["Properties"]["BisectBatchOnFunctionError"] is True
        assert source["Properties"]["MaximumRetryAttempts"] >= 0  # -1, the default, blocks the shard for ever
    else:  # the next tick is the retry
        assert source["Type"] == "Schedule"
        assert source["Properties"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}
        invoked = FUNCTIONS[name.split(".")[0]]["EventInvokeConfig"]
        assert invoked == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}  # nor an hour's runs at once


@each_source
def test_a_batch_above_ten_has_a_window(name: str) -> None:
    source = SOURCES[name]["Properties"]

    if SOURCES[name]["Type"] == "SQS" and source["BatchSize"] > 10:
        assert source["MaximumBatchingWindowInSeconds"] >= 1
    concurrency = source.get("ScalingConfig", {}).get("MaximumConcurrency", 2)
    assert number(concurrency, "Default") >= number(concurrency, "MinValue") >= 2


def test_a_backlog_of_mails_to_owners_leaves_most_of_sess_sending_rate_to_the_senders() -> None:
    assert SOURCES["Notify.Again"]["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 2}  # Lambda's least


def test_feedback_is_kept_for_as_long_as_its_dead_letters_can_still_be_seen() -> None:
    """Dead letters are kept for 14 days, SQS's most, and their age counts from the first enqueueing."""
    a_day = 24 * 60 * 60

    assert QUEUES["FeedbackQueue"]["MessageRetentionPeriod"] == 12 * a_day
    assert QUEUES["FeedbackDeadLetterQueue"]["MessageRetentionPeriod"] == 14 * a_day


def test_every_queue_is_worked_off_or_watched() -> None:
    assert QUEUES.keys() == {queue for _, queue in source_queues()} | resting_places()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_its_stack_and_is_deleted_by_nobody_in_passing(name: str) -> None:
    assert (RESOURCES[name]["DeletionPolicy"], RESOURCES[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert TABLES[name]["DeletionProtectionEnabled"] is True
    assert "TableName" not in TABLES[name]  # one that stayed behind is in no other stack's way


def test_what_cannot_be_counted_again_can_be_restored() -> None:
    """Without the others something is done twice at worst: a marker, what was handed on, what rests."""
    restored = {name for name, table in TABLES.items() if "PointInTimeRecoverySpecification" in table}

    assert set(TABLES) - restored == {"SeenTable", "IdempotencyTable", "QuarantineTable"}


@pytest.mark.parametrize("name", ["ConfigurationSet", "DenyGroup"])
def test_mail_goes_on_and_who_is_denied_stays_denied_where_the_stack_is_deleted(name: str) -> None:
    """Their names are fixed: where the stack cannot be created they go, and the next try does not meet them."""
    kept = RESOURCES[name]

    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_subscription_keeps_what_it_cannot_deliver_and_passes_messages_on_as_they_are() -> None:
    subscription = of_type("AWS::SNS::Subscription")["FeedbackSubscription"]

    assert target(subscription["RedrivePolicy"]["deadLetterTargetArn"]) in resting_places()
    assert subscription["RawMessageDelivery"] is True


def test_ses_tells_of_deliveries_bounces_and_complaints_and_nothing_else() -> None:
    (destination,) = of_type("AWS::SES::ConfigurationSetEventDestination").values()

    assert sorted(destination["EventDestination"]["MatchingEventTypes"]) == ["bounce", "complaint", "delivery"]
    assert destination["EventDestination"]["Enabled"] is True
    assert RESOURCES["FeedbackDestination"]["DependsOn"] == "FeedbackTopicPolicy"  # SES tries the topic at once


# ---------------------------------------------------------------- each function can do what it needs and no more


def statements(function: str) -> list[Resource]:
    role = RESOURCES[target(FUNCTIONS[function]["Role"])]["Properties"]
    return [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [target(function["Role"]) for function in FUNCTIONS.values()]

    assert len(set(roles)) == len(roles)
    assert set(roles) == set(of_type("AWS::IAM::Role"))


@each_function
def test_no_managed_policy_is_attached(name: str) -> None:
    role = RESOURCES[target(FUNCTIONS[name]["Role"])]["Properties"]

    assert "ManagedPolicyArns" not in role
    assert "Policies" not in FUNCTIONS[name]


# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
TAKE_NO_RESOURCE = {
    "cloudwatch:DescribeAlarms",  # by a prefix
    "cloudwatch:GetMetricData",
    "dynamodb:ListStreams",
    "iam:GetAccountSummary",
    "lambda:GetAccountSettings",
    "lambda:ListEventSourceMappings",
    "secretsmanager:ListSecrets",
    "ses:GetAccount",
    "ses:GetSendStatistics",
    "ses:ListEmailIdentities",
    "sns:GetSubscriptionAttributes",
}


@each_function
def test_nothing_is_allowed_on_everything_but_what_takes_no_resource(name: str) -> None:
    allowed = statements(name)
    on_everything = [action for one in allowed if "*" in as_list(one["Resource"]) for action in as_list(one["Action"])]

    assert all(one["Effect"] == "Allow" for one in allowed)
    assert set(on_everything) <= TAKE_NO_RESOURCE
    assert not [action for one in allowed for action in as_list(one["Action"]) if "*" in action]


@each_function
def test_a_function_writes_its_own_log_alone_and_it_is_kept_for_a_time(name: str) -> None:
    logs = target(FUNCTIONS[name]["LoggingConfig"]["LogGroup"])
    writing = [one for one in statements(name) if "logs:PutLogEvents" in one["Action"]]

    assert [target(one["Resource"]) for one in writing] == [logs]
    assert "RetentionInDays" in RESOURCES[logs]["Properties"]


def test_notify_sends_from_the_platforms_address_alone() -> None:
    """To whomever: SES can ask for the identity of an owner's address as well."""
    (sending,) = [one for one in statements("Notify") if "ses:SendRawEmail" in as_list(one["Action"])]

    assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}


DESK_INDEXES = ("reviews", "risk", "complaints", "bounces", "search")
NEEDED = {
    "IngestComplaint": {
        "SendersTable": {"BatchGetItem"},
        "SeenTable": {"PutItem"},
        "ComplaintsTable": {"GetItem", "PutItem", "Query", "UpdateItem"},
        "TimelineTable": {"PutItem", "UpdateItem"},
        "QuarantineTable": {"PutItem"},
        "TalliesTable": {"UpdateItem"},
        "AccountsTable": {"UpdateItem"},
        "ControlTable": {"GetItem", "UpdateItem"},
    },
    "Enforce": {
        "SendersTable": {"UpdateItem"},
        "AccountsTable": {"GetItem", "UpdateItem", "Scan"},
        "AccountsTable/index/due": {"Query"},
        "TalliesTable": {"Query"},
        "TimelineTable": {"Query", "PutItem"},
        "QuarantineTable/index/age": {"Query"},
        "ComplaintsTable/index/bounced": {"Query"},
        "ControlTable": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"},
    },
    "Notify": {
        "AccountsTable": {"GetItem"},
        "TimelineTable": {"GetItem"},
        "ControlTable": {"GetItem"},
        "IdempotencyTable": {"GetItem", "PutItem", "UpdateItem", "DeleteItem"},
    },
    "Webhook": {"ControlTable": {"GetItem", "UpdateItem"}},
    "Access": {
        "TimelineTable": {"PutItem"},
        "ControlTable": {"GetItem", "BatchGetItem", "UpdateItem"},
    },
    "Providers": {
        "AccountsTable": {"GetItem", "UpdateItem"},
        "TimelineTable": {"PutItem"},
        "ControlTable": {"GetItem"},
    },
    "Provisioning": {
        "AccountsTable": {"GetItem", "Scan", "PutItem", "UpdateItem"},
        "SendersTable": {"GetItem", "PutItem"},
        "TimelineTable": {"PutItem"},
        "IdempotencyTable": {"GetItem", "PutItem", "UpdateItem", "DeleteItem"},
        "ControlTable": {"GetItem"},
    },
    "Console": {
        "AccountsTable": {"GetItem", "BatchGetItem", "UpdateItem"},
        **{f"AccountsTable/index/{index}": {"Query"} for index in DESK_INDEXES},
        "SendersTable": {"UpdateItem"},
        "TalliesTable": {"Query", "UpdateItem"},
        "TimelineTable": {"GetItem", "Query", "PutItem"},
        "QuarantineTable": {"Scan"},
        "ControlTable": {"GetItem", "BatchGetItem", "UpdateItem"},
        "TimelineTable/index/topics": {"Query"},
        "ComplaintsTable": {"GetItem", "Query", "UpdateItem"},
        "ComplaintsTable/index/suppressed": {"Query"},
        "ComplaintsTable/index/bounced": {"Query"},
    },
    "Doctor": {
        "AccountsTable": {"GetItem", "Scan"},
        "SendersTable": {"Scan"},
        "TalliesTable": {"Query"},
        "QuarantineTable": {"Scan"},
        "ControlTable": {"GetItem", "BatchGetItem", "PutItem"},
    },
    "Api": {
        "AccountsTable": {"GetItem", "BatchGetItem", "UpdateItem"},
        "AccountsTable/index/search": {"Query"},
        "IdempotencyTable": {"GetItem", "PutItem", "UpdateItem", "DeleteItem"},
        "TalliesTable": {"Query"},
        "TimelineTable": {"GetItem", "Query", "PutItem"},
        "TimelineTable/index/topics": {"Query"},
        "ControlTable": {"GetItem", "BatchGetItem"},
        "ComplaintsTable/index/suppressed": {"Query"},
        "ComplaintsTable/index/bounced": {"Query"},
    },
}


@each_function
def test_a_function_touches_the_tables_that_it_needs(name: str) -> None:
    allowed: dict[str, set[str]] = {}
    for one in statements(name):
        actions = {action.split(":")[1] for action in as_list(one["Action"]) if action.startswith("dynamodb:")}
        for resource in as_list(one["Resource"]):
            if actions and (table := table_of(resource)):
                allowed[table] = allowed.get(table, set()) | actions

    assert allowed == NEEDED[name]


@pytest.mark.parametrize(
    ("name", "row"), [("IngestComplaint", "counting"), ("Console", "breaker"), ("Webhook", "webhook")]
)
def test_of_what_the_whole_stack_has_one_of_a_function_writes_its_own_row_alone(name: str, row: str) -> None:
    """Which the emulator does not enforce."""
    writing = [one for one in statements(name) if "dynamodb:UpdateItem" in as_list(one["Action"])]
    of_control = [one for one in writing if "ControlTable" in map(table_of, as_list(one["Resource"]))]

    rows = [one["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"] for one in of_control]
    assert rows == [[row]]


@each_function
def test_no_function_deletes_a_row_but_a_record_of_what_was_done_once(name: str) -> None:
    """Histories, cards and counts outlive whoever is taken over."""
    deleting = [one for one in statements(name) if "dynamodb:DeleteItem" in as_list(one["Action"])]
    dynamodb = {
        action for one in statements(name) for action in as_list(one["Action"]) if action.startswith("dynamodb:")
    }

    assert [table_of(one["Resource"]) for one in deleting] == (
        ["IdempotencyTable"] if name in ("Notify", "Api", "Provisioning") else []
    )
    assert not {action for action in dynamodb if re.search("Table|Batch(?!Get)|PartiQL", action)}


def test_each_function_verifies_the_links_that_it_acts_on() -> None:
    keys = {
        name: [
            target(key)
            for one in statements(name)
            if one["Action"] == "kms:VerifyMac"
            for key in as_list(one["Resource"])
        ]
        for name in FUNCTIONS
    }

    assert {name: found for name, found in keys.items() if found} == {
        "Console": ["OwnerLinkKey", "StaffLinkKey"],
        "Api": ["PlatformTokenKey"],
        "Providers": ["OwnerLinkKey"],
    }
    urls = {name: one["FunctionUrlConfig"]["AuthType"] for name, one in FUNCTIONS.items() if "FunctionUrlConfig" in one}
    assert urls == {"Console": "NONE", "Api": "NONE", "Access": "AWS_IAM", "Provisioning": "AWS_IAM"}


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
GIVES_RIGHTS = {"iam:CreateUser", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy"}  # take iam:PermissionsBoundary
OF_TAGGED_USERS = {
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:DeleteUser",
    "iam:DeleteUserPolicy",
    "iam:UpdateAccessKey",
}  # which take aws:ResourceTag, and no boundary
ONLY_READ = re.compile(r"iam:(Get|List)\w+")


def test_provisioning_gives_rights_within_the_boundary_alone_and_to_users_of_the_pattern() -> None:
    users = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/${SenderUsers}"}
    tag = {"Fn::Sub": "${AWS::StackName}/${AWS::Region}/*"}
    on_users = [one for one in statements("Provisioning") if one["Resource"] == users]
    conditions = {action: one.get("Condition") for one in on_users for action in as_list(one["Action"])}

    bounded = {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "SenderBoundary"}}}
    tagged = {"StringLike": {"aws:ResourceTag/permille:account": tag}}
    assert {action: conditions.pop(action) for action in GIVES_RIGHTS} == dict.fromkeys(GIVES_RIGHTS, bounded)
    assert {action: conditions.pop(action) for action in OF_TAGGED_USERS} == dict.fromkeys(OF_TAGGED_USERS, tagged)
    assert conditions.pop("iam:TagUser") == {
        "StringLike": {"aws:RequestTag/permille:account": tag},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["permille:account"]},
    }
    assert all(ONLY_READ.fullmatch(action) and not condition for action, condition in conditions.items())


def test_no_other_function_makes_users_keys_or_policies() -> None:
    making = GIVES_RIGHTS | {"iam:CreateAccessKey", "iam:TagUser", "iam:AttachUserPolicy", "iam:CreateLoginProfile"}
    allowed = {name: {action for one in statements(name) for action in as_list(one["Action"])} for name in FUNCTIONS}
    elsewhere = {
        action
        for one in statements("Provisioning")
        if ":group/" in json.dumps(one["Resource"]) or one["Resource"] == "*"
        for action in as_list(one["Action"])
        if action.startswith("iam:")
    }

    assert {name for name in FUNCTIONS if allowed[name] & making} == {"Provisioning"}
    assert elsewhere == {"iam:RemoveUserFromGroup", "iam:GetAccountSummary"}


def test_the_console_may_count_what_rests_and_not_read_it() -> None:
    scanning = [one for one in statements("Console") if "dynamodb:Scan" in as_list(one["Action"])]

    assert [one["Condition"] for one in scanning] == [{"StringEquals": {"dynamodb:Select": "COUNT"}}]


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        *((address, True) for address in ("", "https://a.example", "https://a.example/", "https://a.example:8443/")),
        *((address, False) for address in ("a.example", "https://a.example/b", "https://a.example/?b", "https://a/ b")),
        *((address, False) for address in ("http://a.example", "http://localhost:8080/", "https://me@a.example")),
    ],
)
@pytest.mark.parametrize("parameter", ["LinkBase", "ApiBase"])
def test_what_links_begin_with_is_a_whole_domain_that_is_asked_by_https_alone(
    parameter: str, address: str, *, fits: bool
) -> None:
    """Pages name each other from the root, and who listens on the way would read what lets people in."""
    assert bool(re.fullmatch(TEMPLATE["Parameters"][parameter]["AllowedPattern"], address)) is fits


@pytest.mark.parametrize(
    ("origins", "fits"),
    [
        *((origins, True) for origins in ("", "https://a.example", "https://a.example https://b.example:8443")),
        *((origins, False) for origins in ("https://*", "https://*.a.example", "*", "http://a.example", "a.example")),
        *(
            (origins, False)
            for origins in ("https://a.example;", "https://a.example/x", "https://a.example ", "'self'")
        ),
    ],
)
def test_who_may_frame_pages_is_named_and_no_wildcard_is_taken(origins: str, *, fits: bool) -> None:
    assert bool(re.fullmatch(TEMPLATE["Parameters"]["FrameOrigins"]["AllowedPattern"], origins)) is fits


@pytest.mark.parametrize(
    ("digests", "fits"),
    [
        *((digests, True) for digests in ("", "0a" * 32, f"{'0a' * 32},{'f9' * 32}")),
        *((digests, False) for digests in ("a secret", "0A" * 32, "0a" * 16, f"{'0a' * 32},")),
        (",".join(["0a" * 32] * 3), False),
        *((digests, False) for digests in (OF_NOTHING, f"{OF_NOTHING},{'f9' * 32}", f"{'0a' * 32},{OF_NOTHING}")),
    ],
)
def test_of_cloudfronts_secret_the_template_takes_digests_alone(digests: str, *, fits: bool) -> None:
    assert bool(re.fullmatch(TEMPLATE["Parameters"]["OriginDigests"]["AllowedPattern"], digests)) is fits


def test_behind_a_domain_of_its_own_each_function_asks_for_cloudfronts_secret() -> None:
    told = {name: one["Environment"]["Variables"].get("ORIGIN_DIGESTS") for name, one in FUNCTIONS.items()}

    assert {name: value for name, value in told.items() if value} == {
        "Console": {"Fn::If": ["HasLinkBase", {"Ref": "OriginDigests"}, ""]},
        "Api": {"Fn::If": ["HasApiBase", {"Ref": "OriginDigests"}, ""]},
    }
    rule = TEMPLATE["Rules"]["CloudFrontNamesItself"]
    no_domain = [{"Fn::Equals": [{"Ref": name}, ""]} for name in ("LinkBase", "ApiBase")]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::And": no_domain}]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "OriginDigests"}, ""]}]}


def table_of(resource: Any) -> str:
    """`Table`, or `Table/index/name`; empty for a stream or no table at all."""
    if "Fn::Sub" in resource:
        return str(resource["Fn::Sub"]).replace("${", "").replace(".Arn}", "")
    name, attribute = resource.get("Fn::GetAtt", ("", "")) if isinstance(resource, dict) else ("", "")
    return name if attribute == "Arn" else ""


# ---------------------------------------------------------------- what a function is told


@each_function
def test_a_functions_environment_has_its_settings_and_nothing_else(name: str) -> None:
    variables = {**GLOBALS["Environment"]["Variables"], **FUNCTIONS[name]["Environment"]["Variables"]}
    settings = [*fields(SETTINGS[name]), *fields(ClockSettings)]

    needed = {field.name.upper() for field in settings if field.default is MISSING}
    read = {field.name.upper() for field in settings if not field.name.startswith("aws_lambda")}
    assert needed <= variables.keys()
    assert variables.keys() - READ_BY_POWERTOOLS - READ_BY_BOTOCORE == read - READ_BY_POWERTOOLS


@pytest.mark.parametrize("service", ["events", "sqs"])
def test_aws_is_asked_at_its_own_address(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sam local invoke` gives a function only variables that the template declares, so an empty one has to be none."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", GLOBALS["Environment"]["Variables"]["AWS_ENDPOINT_URL"])

    address = Session("a", "b", region_name="eu-west-1").client(service).meta.endpoint_url

    assert address == f"https://{service}.eu-west-1.amazonaws.com"


def test_the_layer_has_compiled_modules_for_every_architecture() -> None:
    architectures = {"aarch64-manylinux2014": "arm64", "x86_64-manylinux2014": "x86_64"}
    makefile = (TEMPLATE_FILE.parents[1] / "layers" / "core" / "Makefile").read_text(encoding="utf-8")
    (platforms,) = re.findall(r"^PERMILLE_PLATFORMS \?= (.+)$", makefile, re.M)

    assert GLOBALS["Architectures"] == [{"Ref": "Architecture"}]
    parameter, layer = TEMPLATE["Parameters"]["Architecture"], RESOURCES["CoreLayer"]["Properties"]
    assert parameter["Default"] == "arm64"
    assert parameter["AllowedValues"] == layer["CompatibleArchitectures"]
    assert [architectures[one] for one in platforms.split()] == layer["CompatibleArchitectures"]


def test_every_function_has_its_settings() -> None:
    assert FUNCTIONS.keys() == SETTINGS.keys()


@each_function
def test_the_name_of_a_table_in_the_environment_is_that_tables(name: str) -> None:
    variables = {**GLOBALS["Environment"]["Variables"], **FUNCTIONS[name]["Environment"]["Variables"]}

    for variable, value in variables.items():
        if variable.endswith("_TABLE"):
            assert target(value) == f"{variable.title().replace('_', '')}"


def test_whether_to_enforce_is_a_decision_and_has_no_default() -> None:
    mode = TEMPLATE["Parameters"]["EnforcementMode"]

    assert "Default" not in mode
    assert mode["AllowedValues"] == ["monitor", "enforce"]


@pytest.mark.parametrize(("function", "parameter"), [("Console", "ConsoleConcurrency"), ("Api", "ApiConcurrency")])
def test_how_much_of_the_aws_account_a_flood_may_take_is_a_decision(function: str, parameter: str) -> None:
    """0: where the AWS account may not reserve any; a function with 0 reserved would answer nobody."""
    assert "Default" not in TEMPLATE["Parameters"][parameter]
    assert TEMPLATE["Parameters"][parameter]["MinValue"] == 0
    condition, *branches = FUNCTIONS[function]["ReservedConcurrentExecutions"]["Fn::If"]
    assert branches == [{"Ref": parameter}, {"Ref": "AWS::NoValue"}]
    assert TEMPLATE["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]}
    assert f'"{parameter}=10"' in (PROJECT / "samconfig.toml").read_text(encoding="utf-8")


def test_no_value_in_samconfig_is_cut() -> None:
    """SAM takes a value to its first blank, unless it is quoted within the quotes of TOML."""
    values = re.findall(r'^    "\w+=(.*)",$', (PROJECT / "samconfig.toml").read_text(encoding="utf-8"), re.M)

    assert len(values) >= 6
    assert [one for one in values if not re.fullmatch(r"\S*|'[^']*'", one)] == []


def test_samconfig_answers_every_decision() -> None:
    answers = set(re.findall(r'^    "(\w+)=', (PROJECT / "samconfig.toml").read_text(encoding="utf-8"), re.M))

    assert {name for name, one in TEMPLATE["Parameters"].items() if "Default" not in one} <= answers


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("none", True),
        ("arn:aws:sns:eu-west-1:123456789012:permille-alarms", True),
        ("arn:aws-cn:sns:cn-north-1:123456789012:alarms", True),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:Alarms_1", True),
        ("arn:aws-iso-b:sns:us-isob-east-1:123456789012:alarms", True),
        ("", False),
        ("None", False),
        ("arn:aws:sns:REGION:ACCOUNT:TOPIC", False),  # as samconfig.toml has it
        ("arn:aws:sqs:eu-west-1:123456789012:permille-alarms", False),
        (
            "arn:aws:sns:eu-west-1:123456789012:permille-alarms.fifo",
            False,
        ),  # a FIFO topic wants a message group, and alarms name none
        ("https://hooks.example/alarms", False),
    ],
)
def test_who_hears_alarms_is_a_decision_and_none_is_an_answer(answer: str, *, fits: bool) -> None:
    parameter = TEMPLATE["Parameters"]["AlarmTopicArn"]

    assert "Default" not in parameter
    assert bool(re.fullmatch(parameter["AllowedPattern"], answer)) is fits


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        *((pattern, True) for pattern in ("permille-*", "ses-smtp-user.*", "bob", "shop-*-mail", "a+b@c.example")),
        *((pattern, False) for pattern in ("*", "**", "a*", "ab*", "*-mail", "?", "", "user/*")),
    ],
)
def test_whom_permille_may_switch_begins_with_a_name(pattern: str, *, fits: bool) -> None:
    """By `*` Enforce could make an administrator's keys Inactive."""
    assert bool(re.fullmatch(PARAMETERS["SenderUsers"]["AllowedPattern"], pattern)) is fits
    assert re.fullmatch(PARAMETERS["SenderUsers"]["AllowedPattern"], PARAMETERS["SenderUsers"]["Default"])


def test_logs_are_kept_for_a_number_of_days_that_cloudwatch_knows() -> None:
    logs = boto3.Session().client("logs", region_name="us-east-1").meta.service_model
    shape = logs.operation_model("PutRetentionPolicy").input_shape
    assert shape is not None
    known = set(map(int, re.findall(r"\d+", shape.members["retentionInDays"].documentation)))

    assert set(PARAMETERS["LogRetentionDays"]["AllowedValues"]) == known
    assert PARAMETERS["LogRetentionDays"]["Default"] in known


def test_a_region_without_function_urls_is_refused_before_anything_is_made() -> None:
    (assertion,) = TEMPLATE["Rules"]["RegionHasFunctionUrls"]["Assertions"]
    refused, region = assertion["Assert"]["Fn::Not"][0]["Fn::Contains"]

    assert region == {"Ref": "AWS::Region"}
    assert set(refused) < set(boto3.Session().get_available_regions("sesv2"))  # none is misspelt
    assert "us-east-1" not in refused
    assert "Deploy to another Region" in assertion["AssertDescription"]


def test_a_replayed_clock_is_off_unless_asked_for() -> None:
    assert TEMPLATE["Parameters"]["ReplayClock"]["Default"] == "off"


def test_what_ses_suppresses_is_as_the_aws_account_has_it_unless_the_operator_says_otherwise() -> None:
    assert TEMPLATE["Parameters"]["SuppressionReasons"]["Default"] == "as-the-account"
    condition, chosen, otherwise = RESOURCES["ConfigurationSet"]["Properties"]["SuppressionOptions"]["Fn::If"]
    assert (condition, otherwise) == ("HasSuppressionReasons", {"Ref": "AWS::NoValue"})
    assert chosen["SuppressedReasons"]["Fn::If"][:2] == ["SuppressesNobody", []]


# ---------------------------------------------------------------- the streams and the switch


def test_enforcing_hears_of_complaints_at_once_and_looks_every_minute() -> None:
    events = FUNCTIONS["Enforce"]["Events"]
    (only,) = events["Timeline"]["Properties"]["FilterCriteria"]["Filters"]

    kinds = [
        "complaint",
        "staff_disabled",
        "staff_enabled",
        "deny_lifted",
        "closed",
        "review_approved",
        "trial_confirmed",
        "hold_released",
        "credential_renewed",
    ]
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": kinds}}}}
    assert json.loads(only["Pattern"]) == pattern
    assert events["EveryMinute"]["Properties"]["Schedule"] == "rate(1 minute)"


def test_members_of_the_deny_group_may_send_nothing() -> None:
    (group,) = of_type("AWS::IAM::Group").values()
    (policy,) = group["Policies"]

    assert policy["PolicyDocument"]["Statement"] == [{"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}]
    assert FUNCTIONS["Enforce"]["Environment"]["Variables"]["DENY_GROUP"] == group["GroupName"]


def test_a_user_made_for_an_account_can_send_through_our_set_and_do_nothing_else() -> None:
    """Whatever its policies allow. The boundary outlives the stack: without it the user could send nothing."""
    (name,) = of_type("AWS::IAM::ManagedPolicy")
    boundary = RESOURCES[name]

    (allowed,) = boundary["Properties"]["PolicyDocument"]["Statement"]
    ses = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
    resources = [f"{ses}:identity/*", f"{ses}:configuration-set/${{ConfigurationSet}}"]
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "ses:SendRawEmail")
    assert allowed["Resource"] == [{"Fn::Sub": resource} for resource in resources]
    assert (boundary["DeletionPolicy"], boundary["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert TEMPLATE["Outputs"]["SenderBoundaryArn"] == {"Value": {"Ref": name}}
    assert boundary["Properties"].keys() == {"PolicyDocument"}  # it has no name of its own that a new stack would meet


def test_a_run_is_over_before_its_lease() -> None:
    assert timeout_of(FUNCTIONS["Enforce"]) < LEASED_FOR.total_seconds()


# ---------------------------------------------------------------- CloudFormation reads it as it stands


def test_no_section_and_no_resource_is_there_twice() -> None:
    """YAML would take the last one, without a word."""
    document = yaml.compose(TEMPLATE_FILE.read_text(), Loader=yaml.SafeLoader)
    assert isinstance(document, yaml.MappingNode)
    sections = [document, *(value for _, value in document.value if isinstance(value, yaml.MappingNode))]
    names = [[key.value for key, _ in section.value] for section in sections]

    assert [one for one in names if len(one) != len(set(one))] == []


def test_it_has_no_anchors_and_no_merges() -> None:
    """CloudFormation knows neither; what scans the source does not either."""
    events = list(yaml.parse(TEMPLATE_FILE.read_text(), Loader=yaml.SafeLoader))
    assert not [one for one in events if getattr(one, "anchor", None)]
    assert "<<:" not in TEMPLATE_FILE.read_text()


# ---------------------------------------------------------------- who signs links


@pytest.mark.parametrize("key", ["StaffLinkKey", "PlatformTokenKey"])
def test_the_function_access_alone_signs_for_staff_and_platforms_whatever_iam_allows(key: str) -> None:
    allow, signing, changing = RESOURCES[key]["Properties"]["KeyPolicy"]["Statement"]
    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}

    assert (allow["Effect"], allow["Principal"], allow["Action"]) == ("Allow", {"AWS": root}, "kms:*")
    assert all((one["Effect"], one["Principal"]) == ("Deny", {"AWS": "*"}) for one in (signing, changing))
    assert signing["Action"] == ["kms:GenerateMac", "kms:CreateGrant"]
    assert signing["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["AccessRole", "Arn"]}}}
    assert changing["Action"] == "kms:PutKeyPolicy"
    assert changing["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [{"Ref": "LinkKeyAdministrators"}, root]}}


def test_its_role_is_the_only_one_that_may_sign_for_them() -> None:
    signing = [
        (name, target(resource))
        for name in FUNCTIONS
        for one in statements(name)
        if "kms:GenerateMac" in as_list(one["Action"])
        for resource in as_list(one["Resource"])
    ]
    (apart,) = of_type("AWS::IAM::Policy").values()
    (allowed,) = apart["PolicyDocument"]["Statement"]

    assert signing == [("Notify", "OwnerLinkKey"), ("Provisioning", "OwnerLinkKey")]
    assert [target(one) for one in apart["Roles"]] == ["AccessRole"]
    assert allowed["Action"] == "kms:GenerateMac"
    assert [target(one) for one in allowed["Resource"]] == ["StaffLinkKey", "PlatformTokenKey"]


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("arn:aws:iam::123456789012:role/deployer", True),
        ("arn:aws:iam::123456789012:user/ops/eva", True),
        ("arn:aws-cn:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*", True),
        ("", False),
        ("*", False),
        ("arn:aws:iam::*:*", False),
        ("arn:aws:iam::ACCOUNT:role/DEPLOYER", False),  # as samconfig.toml has it
        ("arn:aws:sts::123456789012:assumed-role/deployer/eva", False),  # what aws:PrincipalArn never is
        ("arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_0123456789abcdef", False),  # it has a path
    ],
)
def test_who_may_change_who_signs_is_a_decision_and_has_no_default(answer: str, *, fits: bool) -> None:
    parameter = TEMPLATE["Parameters"]["LinkKeyAdministrators"]

    assert "Default" not in parameter
    assert bool(re.fullmatch(parameter["AllowedPattern"], answer)) is fits
