"""The deployed stack that a command is about, found through its CloudFormation outputs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import ClientError

from permille import decisions
from permille.aws.accounts import DynamoAccounts
from permille.aws.client import client
from permille.aws.control import DynamoControl
from permille.aws.directory import DynamoDirectory
from permille.aws.history import DynamoTallies, DynamoTimeline
from permille.aws.policy import SsmPolicies
from permille.aws.quarantine import DynamoQuarantine
from permille.aws.replay import ReplayedTime
from permille.aws.secrets import SecretsManager
from permille.aws.suppressions import DynamoSuppressions
from permille.aws.switch import IamSwitch
from permille.domain.account import Account
from permille.domain.commands import Command
from permille.domain.errors import Failed, InvalidInput
from permille.domain.policy import Verdict, judge
from permille.domain.reputation import Days, first_day
from permille.provider import Providing
from permille.smtp import SmtpProbe

StackName = Annotated[str, typer.Option("--stack", envvar="PERMILLE_STACK", help="The stack's name in CloudFormation.")]
DEFAULT_STACK = "permille"


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack, by its outputs."""

    name: str
    outputs: dict[str, str]

    def __getitem__(self, output: str) -> str:
        try:
            return self.outputs[output]
        except KeyError:
            raise Failed(
                f"the stack {self.name} has no output {output}: it is not Permille's, or an older one; deploy it again"
            ) from None

    def now(self) -> datetime:
        """The real time, or the one that a stack with ReplayClock on was ticked ahead to."""
        return datetime.now(UTC) + ReplayedTime(table=self["ControlTable"]).ahead()

    @property
    def accounts(self) -> DynamoAccounts:
        return DynamoAccounts(
            accounts=self["AccountsTable"], senders=self["SendersTable"], timeline=self["TimelineTable"]
        )

    @property
    def directory(self) -> DynamoDirectory:
        return DynamoDirectory(accounts=self["AccountsTable"], senders=self["SendersTable"])

    @property
    def tallies(self) -> DynamoTallies:
        return DynamoTallies(table=self["TalliesTable"])

    @property
    def timeline(self) -> DynamoTimeline:
        return DynamoTimeline(table=self["TimelineTable"])

    @property
    def suppressions(self) -> DynamoSuppressions:
        return DynamoSuppressions(complaints=self["ComplaintsTable"], timeline=self["TimelineTable"])

    @property
    def quarantine(self) -> DynamoQuarantine:
        return DynamoQuarantine(table=self["QuarantineTable"])

    @property
    def switch(self) -> IamSwitch:
        return IamSwitch(deny_group=self["DenyGroupName"])

    @property
    def control(self) -> DynamoControl:
        return DynamoControl(table=self["ControlTable"])

    @property
    def policies(self) -> SsmPolicies:
        return SsmPolicies(parameter=self["PolicyParameterName"])

    @property
    def is_local(self) -> bool:
        """Whether it is an embedded one: ReplayClock is on nowhere else."""
        return self["ReplayClock"] == "on"

    @property
    def providing(self) -> Providing:
        return Providing(self.accounts, self.policies, SmtpProbe(local=self.is_local), SecretsManager(stack=self.name))

    def verdict(self, account: Account, now: datetime) -> tuple[Verdict, Days]:
        """What the policy in force says of the account's counts now, and these by send day."""
        policy = self.policies.current()
        days = self.tallies.days(account.id, account.epoch, first_day(now.date(), policy.window_days))
        return judge(policy, days, now.date()), days

    def account(self, account_id: str) -> Account:
        """Raises InvalidInput where there is none."""
        account = self.accounts.get(account_id) if account_id else None
        if account is None:
            raise InvalidInput(f"there is no account {account_id!r}; `permille account list` names them all")
        return account

    def decide(self, account_id: str, command: Command) -> Account:
        """Applies a decision and returns the account. Raises InvalidInput where there is none, and DecisionRefused
        where the decision does not suit it."""
        self.account(account_id)
        return decisions.apply(self, account_id, command, self.now())


def caller() -> str:
    """Who runs this command, as AWS knows them: what staff decide is told with it."""
    return str(client("sts").get_caller_identity()["Arn"])


def find(name: str) -> Stack:
    """Raises Failed where the credentials or the region are missing, InvalidInput where no stack has the name."""
    if boto3.Session().region_name is None:
        raise Failed("no AWS region is set: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one")
    if not name:
        raise InvalidInput("--stack names no stack")
    try:
        stacks: list[Any] = client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ValueError as error:  # botocore's word for an endpoint that is no address
        raise Failed(f"AWS cannot be asked: {error}") from error
    except ClientError as refused:
        if "does not exist" in str(refused):
            raise InvalidInput(
                f"there is no stack {name} here; name it with --stack or PERMILLE_STACK, or deploy it (README)"
            ) from refused
        raise
    return Stack(name, {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])})
