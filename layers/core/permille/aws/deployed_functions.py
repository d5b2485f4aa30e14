"""How the stack's functions are deployed, and what starts them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.doctor.facts import Concurrency, FunctionState, ScheduleRule, Trigger

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient

UNKNOWN = "ResourceNotFoundException"
RUNNING = frozenset({"Enabled", "Enabling", "Creating", "Updating"})
A_DAY, AN_HOUR = timedelta(days=1), 3600


class LambdaDeployment:
    """Implements `DeployedFunctions`."""

    def __init__(
        self,
        *,
        functions: "LambdaClient | None" = None,
        events: "EventBridgeClient | None" = None,
        cloudwatch: "CloudWatchClient | None" = None,
    ) -> None:
        self._functions: LambdaClient = functions or client("lambda")
        self._events: EventBridgeClient = events or client("events")
        self._cloudwatch: CloudWatchClient = cloudwatch or client("cloudwatch")

    def function(self, logical: str, name: str) -> FunctionState | None:
        with service_call(f"reading the function {name} (lambda:GetFunctionConfiguration, GetFunctionConcurrency)"):
            try:
                found: Any = self._functions.get_function_configuration(FunctionName=name)
                reserved = self._functions.get_function_concurrency(FunctionName=name)
            except ClientError as refused:
                if code_of(refused) == UNKNOWN:
                    return None
                raise
        return FunctionState(
            logical,
            name,
            reserved.get("ReservedConcurrentExecutions"),
            next((layer["Arn"] for layer in found.get("Layers", [])), ""),
            replays=found.get("Environment", {}).get("Variables", {}).get("REPLAY_CLOCK") == "on",
            modified_at=datetime.fromisoformat(found["LastModified"].replace("+0000", "+00:00")),
        )

    def triggers(self, name: str) -> tuple[Trigger, ...]:
        pages = self._functions.get_paginator("list_event_source_mappings").paginate(FunctionName=name)
        with service_call(f"listing the triggers of {name} (lambda:ListEventSourceMappings)"):
            found = [one for page in pages for one in page["EventSourceMappings"]]
        return tuple(Trigger(one["UUID"], one.get("EventSourceArn", ""), one.get("State") in RUNNING) for one in found)

    def concurrency(self, now: datetime) -> Concurrency:
        with service_call("reading the concurrency of Lambda (lambda:GetAccountSettings, cloudwatch:GetMetricData)"):
            limits: Any = self._functions.get_account_settings()["AccountLimit"]
            answer = self._cloudwatch.get_metric_data(
                MetricDataQueries=[_of_the_account("ConcurrentExecutions")], StartTime=now - A_DAY, EndTime=now
            )
        values = [value for result in answer["MetricDataResults"] for value in result["Values"]]
        peak = int(max(values)) if values else None
        return Concurrency(limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"], peak)

    def rule(self, name: str) -> ScheduleRule | None:
        with service_call(f"reading the rule {name} (events:DescribeRule, ListTargetsByRule)"):
            try:
                found = self._events.describe_rule(Name=name)
                targets = self._events.list_targets_by_rule(Rule=name)["Targets"]
            except ClientError as refused:
                if code_of(refused) == UNKNOWN:
                    return None
                raise
        return ScheduleRule(name, found.get("State") == "ENABLED", frozenset(target["Arn"] for target in targets))


def _of_the_account(metric: str) -> Any:
    of_account = {"Namespace": "AWS/Lambda", "MetricName": metric}
    return {"Id": "peak", "MetricStat": {"Metric": of_account, "Period": AN_HOUR, "Stat": "Maximum"}}
