"""A stack on AWS, found through its CloudFormation outputs. An adapter is imported where it is made."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from permille.aws.client import client, region_of, service_call, session
from permille.bootstrap.adapters import Adapters
from permille.bootstrap.clock import clock, replayed_now
from permille.domain.values.errors import Failed, InvalidInput, NotFound, Unavailable
from permille_cli.stack.output_names import OutputNames
from permille_cli.stack.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient

    from permille.aws.dead_letters import SqsDeadLetters
    from permille.aws.feedback_queue import SqsFeedbackQueue
    from permille.aws.functions import LambdaFunctions
    from permille.aws.iam_users import IamSenderUsers
    from permille.aws.identities import SesIdentities
    from permille.aws.link_issuer import FunctionUrlIssuer
    from permille.aws.objects import S3Objects
    from permille.aws.safeguards import AwsClocks
    from permille.aws.secrets import SecretsManager
    from permille.aws.ses_suppressions import SesSuppressionList
    from permille.aws.smtp_secrets import SmtpSecrets
    from permille.aws.tables import DynamoTables
    from permille.aws.user_survey import IamUserSurvey
    from permille.aws.webhook_tester import LambdaWebhookTester
    from permille.ports.doctor import DeployedFunctions, Safeguards, SesSetup
    from permille.smtp.login import SmtpLogin

REPLAY_CLOCK = "ReplayClock"  # an output
# REVIEW_IN_PROGRESS: there is a change set, and nothing of it was executed
GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")

ENDPOINT, LOOPBACK = "AWS_ENDPOINT_URL", "//127.0.0.1:"
USE_EMBEDDED = 'eval "$(permille local status --export)"'


def log_warnings_only() -> None:
    """Use cases log warnings only, whether their logger is made already or not: stdout is for answers."""
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    if observability := sys.modules.get("permille.observability"):
        observability.logger.setLevel("WARNING")


def required_region() -> str:
    """The region of the session. Raises Failed where none is set."""
    region = region_of(session())
    if region is None:
        raise Failed("no AWS region is set: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one")
    return region


def outputs_of(name: str, *, cloudformation: CloudFormationClient | None = None) -> dict[str, str]:
    """The outputs of the stack of that name. Raises Failed where no region is set, InvalidInput where the name is
    empty, NotFound where there is no such stack."""
    description = _description(name, cloudformation)
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def exists(name: str, *, cloudformation: CloudFormationClient | None = None) -> bool:
    """Whether there is a stack of that name, and not only a change set. Raises Failed where no region is set, and
    InvalidInput where the name is empty."""
    try:
        return _description(name, cloudformation)["StackStatus"] not in GONE
    except NotFound:
        return False


def _description(name: str, cloudformation: CloudFormationClient | None) -> Any:
    required_region()
    if not name:
        raise InvalidInput("names no stack", "stack")
    try:
        with service_call(f"reading the stack {name}"):
            return _describe(name, cloudformation or client("cloudformation"))
    except Unavailable as error:
        raise Unavailable(f"{error}{_advice(error.__cause__)}") from error
    except ValueError as error:  # botocore raises it for an endpoint that is no URL
        raise Failed(f"the endpoint of AWS is not valid: {error}") from error


def _advice(error: BaseException | None) -> str:
    """What an operator does where AWS was not reached at all."""
    match error:
        case NoCredentialsError():
            return f"; set AWS_PROFILE to a profile that has some, or for an embedded stack: {USE_EMBEDDED}"
        case EndpointConnectionError() if LOOPBACK in str(error):
            return (
                f"; the embedded stack does not run there: permille local up, and {USE_EMBEDDED}; or unset {ENDPOINT}"
            )
        case _:
            return ""


def _describe(name: str, cloudformation: CloudFormationClient) -> Any:
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as refused:
        if "does not exist" not in str(refused):
            raise
        raise NotFound(
            f"there is no stack {name} here; name it with --stack or PERMILLE_STACK, or deploy it (docs/deploy.md)"
        ) from refused


class DeployedStack(Adapters, Stack):
    """Each adapter is made when a command first needs it. `find`: returns the outputs of the stack of that name."""

    _find: Callable[[str], dict[str, str]]

    def __init__(self, name: str, find: Callable[[str], dict[str, str]] = outputs_of) -> None:
        vars(self).update(name=name, names=OutputNames(self), _find=find)  # its fields are read-only

    def now(self) -> datetime:
        """Read from the stack only where its clock can be set."""
        is_replayed = self.outputs.get(REPLAY_CLOCK, "on") == "on"  # a stack of an older template does not say
        return replayed_now(self["ControlTable"]) if is_replayed else clock()

    def real_now(self) -> datetime:
        return clock()

    @property
    def account_readers(self) -> tuple[SesSetup, DeployedFunctions, Safeguards]:
        from permille.aws.deployed_functions import LambdaDeployment
        from permille.aws.safeguards import AwsSafeguards
        from permille.aws.ses_setup import SesSetupReader

        return SesSetupReader(), LambdaDeployment(), AwsSafeguards()

    def region(self) -> str:
        return required_region()

    def exists(self) -> bool:
        return exists(self.name)

    def operator_arn(self) -> str:
        with service_call("reading who runs this command"):
            return str(client("sts").get_caller_identity()["Arn"])

    def smtp_passwords(self, prefix: str) -> SmtpSecrets:
        from permille.aws.smtp_secrets import SmtpSecrets

        return SmtpSecrets(stack=self.name, prefix=prefix)

    @cached_property
    def outputs(self) -> dict[str, str]:
        return self._find(self.name)

    @cached_property
    def clocks(self) -> AwsClocks:
        from permille.aws.safeguards import AwsClocks

        return AwsClocks(here=clock)

    @cached_property
    def feedback_dead_letters(self) -> SqsDeadLetters:
        from permille.aws.dead_letters import SqsDeadLetters

        return SqsDeadLetters(queue=self["FeedbackDeadLetterQueueUrl"], source=self["FeedbackQueueUrl"])

    @cached_property
    def feedback_queue(self) -> SqsFeedbackQueue:
        from permille.aws.feedback_queue import SqsFeedbackQueue

        return SqsFeedbackQueue(queue=self["FeedbackQueueUrl"])

    @cached_property
    def functions(self) -> LambdaFunctions:
        from permille.aws.functions import LambdaFunctions

        return LambdaFunctions()

    @cached_property
    def iam_users(self) -> IamSenderUsers:
        from permille.aws.iam_users import IamSenderUsers

        return IamSenderUsers(boundary=self["SenderBoundaryArn"])

    @cached_property
    def identities(self) -> SesIdentities:
        from permille.aws.identities import SesIdentities

        return SesIdentities()

    @cached_property
    def link_issuer(self) -> FunctionUrlIssuer:
        from permille.aws.link_issuer import FunctionUrlIssuer

        return FunctionUrlIssuer(url=self["AccessUrl"])

    @cached_property
    def notify_dead_letters(self) -> SqsDeadLetters:
        from permille.aws.dead_letters import SqsDeadLetters

        return SqsDeadLetters(queue=self["NotifyDeadLetterQueueUrl"], source=self["NotifyQueueUrl"])

    @cached_property
    def objects(self) -> S3Objects:
        from permille.aws.objects import S3Objects

        return S3Objects()

    @cached_property
    def login_check(self) -> SmtpLogin:
        from permille.smtp.login import SmtpLogin

        return SmtpLogin(local=self.is_local)

    @cached_property
    def secrets(self) -> SecretsManager:
        from permille.aws.secrets import SecretsManager

        return SecretsManager(stack=self.name)

    @cached_property
    def requested_secrets(self) -> SecretsManager:
        from permille.aws.secrets import SecretsManager

        return SecretsManager(stack=self.name, requested=True)

    @cached_property
    def ses_suppressions(self) -> SesSuppressionList:
        from permille.aws.ses_suppressions import SesSuppressionList

        return SesSuppressionList()

    @cached_property
    def stream_failures(self) -> SqsDeadLetters:
        from permille.aws.dead_letters import SqsDeadLetters

        return SqsDeadLetters(queue=self["StreamFailuresUrl"])

    @cached_property
    def user_survey(self) -> IamUserSurvey:
        from permille.aws.user_survey import IamUserSurvey

        return IamUserSurvey()

    @cached_property
    def tables(self) -> DynamoTables:
        from permille.aws.tables import DynamoTables

        return DynamoTables()

    @cached_property
    def webhook_dead_letters(self) -> SqsDeadLetters:
        from permille.aws.dead_letters import SqsDeadLetters

        return SqsDeadLetters(queue=self["WebhookDeadLetterQueueUrl"], source=self["WebhookQueueUrl"])

    @cached_property
    def webhook_tester(self) -> LambdaWebhookTester:
        from permille.aws.webhook_tester import LambdaWebhookTester

        return LambdaWebhookTester(function=self["WebhookFunctionName"])
