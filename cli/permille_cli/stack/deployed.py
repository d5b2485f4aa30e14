"""A stack on AWS, found through its CloudFormation outputs."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from permille.aws.client import client, service_call
from permille.aws.dead_letters import SqsDeadLetters
from permille.aws.feedback_queue import SqsFeedbackQueue
from permille.aws.functions import LambdaFunctions
from permille.aws.iam_users import IamSenderUsers
from permille.aws.identities import SesIdentities
from permille.aws.link_issuer import FunctionUrlIssuer
from permille.aws.replay_clock import ReplayedTime
from permille.aws.secrets import SecretsManager
from permille.aws.ses_suppressions import SesSuppressionList
from permille.aws.tables import DynamoTables
from permille.bootstrap.adapters import Adapters
from permille.domain.values.errors import Failed, InvalidInput, NotFound
from permille.smtp.login import SmtpLogin
from permille_cli.stack.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# REVIEW_IN_PROGRESS: a change set was made, and nothing of it is done yet
GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
# Settings whose output has another name than theirs in CamelCase.
_OTHERWISE = {
    "configuration_set": "ConfigurationSetName",
    "deny_group": "DenyGroupName",
    "owner_link_key": "OwnerLinkKeyArn",
    "platform_token_key": "PlatformTokenKeyArn",
    "policy_parameter": "PolicyParameterName",
    "staff_link_key": "StaffLinkKeyArn",
    "timeline_bus": "TimelineBusName",
}


def region_that_is_set() -> str:
    """Raises Failed where none is."""
    region = boto3.Session().region_name
    if region is None:
        raise Failed("no AWS region is set: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one")
    return region


def outputs_of(name: str, *, cloudformation: "CloudFormationClient | None" = None) -> dict[str, str]:
    """Raises Failed where no region is set, InvalidInput where there is no name, NotFound where no stack has it."""
    described = _asked(name, cloudformation)
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def exists(name: str, *, cloudformation: "CloudFormationClient | None" = None) -> bool:
    """Whether CloudFormation has a stack of that name, of which more than a change set was made. Raises Failed where no
    region is set, and InvalidInput where there is no name."""
    try:
        return _asked(name, cloudformation)["StackStatus"] not in GONE
    except NotFound:
        return False


def _asked(name: str, cloudformation: "CloudFormationClient | None") -> Any:
    region_that_is_set()
    if not name:
        raise InvalidInput("names no stack", "stack")
    try:
        with service_call(f"asking for the stack {name}"):
            return _described(name, cloudformation or client("cloudformation"))
    except ValueError as error:  # botocore's word for an endpoint that is no address
        raise Failed(f"AWS cannot be asked: {error}") from error


def _described(name: str, cloudformation: "CloudFormationClient") -> Any:
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as refused:
        if "does not exist" not in str(refused):
            raise
        raise NotFound(
            f"there is no stack {name} here; name it with --stack or PERMILLE_STACK, or deploy it (README)"
        ) from refused


class OutputNames(Mapping[str, str]):
    """The outputs of a stack by the settings of the functions: `accounts_table` is the output AccountsTable. Raises
    Failed where the stack has none, which names the output."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def __getitem__(self, setting: str) -> str:
        return self._stack[_OTHERWISE.get(setting) or setting.title().replace("_", "")]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stack.outputs)

    def __len__(self) -> int:
        return len(self._stack.outputs)


class DeployedStack(Adapters, Stack):
    """Each adapter is made when a command first needs it. `find`: returns the outputs of the stack of that name."""

    _find: Callable[[str], dict[str, str]]

    def __init__(self, name: str, find: Callable[[str], dict[str, str]] = outputs_of) -> None:
        vars(self).update(name=name, names=OutputNames(self), _find=find)  # its fields are read-only

    def now(self) -> datetime:
        return datetime.now(UTC) + ReplayedTime(table=self["ControlTable"]).ahead()

    def region(self) -> str:
        return region_that_is_set()

    def exists(self) -> bool:
        return exists(self.name)

    def caller(self) -> str:
        with service_call("asking who runs this"):
            return str(client("sts").get_caller_identity()["Arn"])

    @cached_property
    def outputs(self) -> dict[str, str]:
        return self._find(self.name)

    @cached_property
    def feedback_dead_letters(self) -> SqsDeadLetters:
        return SqsDeadLetters(queue=self["FeedbackDeadLetterQueueUrl"], source=self["FeedbackQueueUrl"])

    @cached_property
    def feedback_queue(self) -> SqsFeedbackQueue:
        return SqsFeedbackQueue(queue=self["FeedbackQueueUrl"])

    @cached_property
    def functions(self) -> LambdaFunctions:
        return LambdaFunctions()

    @cached_property
    def iam_users(self) -> IamSenderUsers:
        return IamSenderUsers()

    @cached_property
    def identities(self) -> SesIdentities:
        return SesIdentities()

    @cached_property
    def link_issuer(self) -> FunctionUrlIssuer:
        return FunctionUrlIssuer(url=self["AccessUrl"])

    @cached_property
    def notify_dead_letters(self) -> SqsDeadLetters:
        return SqsDeadLetters(queue=self["NotifyDeadLetterQueueUrl"], source=self["NotifyQueueUrl"])

    @cached_property
    def login_check(self) -> SmtpLogin:
        return SmtpLogin(local=self.is_local)

    @cached_property
    def secrets(self) -> SecretsManager:
        return SecretsManager(stack=self.name)

    @cached_property
    def ses_suppressions(self) -> SesSuppressionList:
        return SesSuppressionList()

    @cached_property
    def stream_failures(self) -> SqsDeadLetters:
        return SqsDeadLetters(queue=self["StreamFailuresUrl"])

    @cached_property
    def tables(self) -> DynamoTables:
        return DynamoTables()
