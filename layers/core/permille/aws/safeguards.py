"""The deny group, the alarms, the quota of IAM users, and AWS's clock, as they are."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.aws.existing_iam_users import quota_of_users
from permille.domain.doctor.facts import Alarm
from permille.domain.sending.iam_policy import Document
from permille.domain.values.errors import Unavailable
from permille.ports.iam_users import UserQuota

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_iam import IAMClient


class AwsSafeguards:
    """Implements `Safeguards`."""

    def __init__(self, *, iam: "IAMClient | None" = None, cloudwatch: "CloudWatchClient | None" = None) -> None:
        self._iam: IAMClient = iam or client("iam")
        self._cloudwatch: CloudWatchClient = cloudwatch or client("cloudwatch")

    def group_policies(self, group: str) -> tuple[Document, ...] | None:
        with service_call(f"reading the policies of {group} (iam:ListGroupPolicies, GetGroupPolicy)"):
            try:
                pages = self._iam.get_paginator("list_group_policies").paginate(GroupName=group)
                names = [name for page in pages for name in page["PolicyNames"]]
                return tuple(self._document(group, name) for name in names)
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return None
                raise

    def _document(self, group: str, policy: str) -> Any:
        return self._iam.get_group_policy(GroupName=group, PolicyName=policy)["PolicyDocument"]

    def alarms(self, stack: str) -> tuple[Alarm, ...]:
        """CloudFormation names them STACK-LOGICALID-RANDOM: another stack may have a name that begins the same."""
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-")
        with service_call("listing the alarms (cloudwatch:DescribeAlarms)"):
            found = [one for page in pages for one in page["MetricAlarms"]]
        ours = re.compile(rf"{re.escape(stack)}-[^-]+-[^-]+")
        return tuple(
            Alarm(one["AlarmName"], enabled=one["ActionsEnabled"], ringing=one["StateValue"] == "ALARM")
            for one in found
            if ours.fullmatch(one["AlarmName"])
        )

    def user_quota(self) -> UserQuota:
        with service_call("reading the quota of IAM users (iam:GetAccountSummary)"):
            return quota_of_users(self._iam)


class AwsClocks:
    """Implements `Clocks`: AWS's by the date of an answer. `here`: the clock of this computer."""

    def __init__(self, *, here: Callable[[], datetime], sts: Any | None = None) -> None:
        self._sts = sts or client("sts")
        self.here = here

    def of_aws(self) -> datetime:
        with service_call("reading AWS's time (sts:GetCallerIdentity)"):
            answer = self._sts.get_caller_identity()
        stamp = answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")
        try:
            return parsedate_to_datetime(stamp).astimezone(UTC)
        except ValueError as error:
            raise Unavailable(f"reading AWS's time: it answered {stamp!r}") from error
