"""The stack of a command: its outputs, ports, clock and operator.

A use case is imported where its services are made: a command loads only what it uses.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from permille.domain.account.account import Account
    from permille.domain.people.commands import Command
    from permille.ports.accounts import CredentialSwitch, Leases
    from permille.ports.desk import AccountIndex, SesReputation
    from permille.ports.doctor import Clocks, DeployedFunctions, Safeguards, SesSetup
    from permille.ports.history import Tallies
    from permille.ports.iam_users import IamUsers
    from permille.ports.identities import Identities
    from permille.ports.login import LinkRegister, TokenSigner
    from permille.ports.notifications import IdempotencyStore, RetryQueue
    from permille.ports.objects import ObjectStore
    from permille.ports.operator import (
        AllAccounts,
        AllSuppressions,
        AllTimelines,
        DeadLetters,
        FeedbackQueue,
        Functions,
        LinkIssuer,
        OperatorControl,
        PolicyDocument,
        QuarantinedFeedback,
        SesSuppressions,
        Tables,
    )
    from permille.ports.providers import Secrets, SmtpLoginCheck
    from permille.ports.smtp_passwords import SmtpPasswords
    from permille.ports.user_survey import UserSurvey
    from permille.ports.webhooks import WebhookRegister, WebhookSecrets, WebhookTester
    from permille.usecases.decisions.providers import ProviderServices
    from permille.usecases.doctor.services import DoctorServices, Probes
    from permille.usecases.notifications.webhook_setup import WebhookSetup
    from permille.usecases.senders.change_services import ChangeServices
    from permille.usecases.senders.onboard_services import OnboardServices
    from permille.usecases.senders.renew_credential import RenewServices
    from permille.usecases.stack.uninstall_plan import UninstallServices
    from permille.usecases.views.verdict import CurrentVerdict

EMBEDDED = "EmbeddedStack"


@dataclass(frozen=True, eq=False, repr=False)
class Stack(ABC):
    """Everything that a command needs: names and settings (the outputs of infra/template.yaml), ports, the time, and
    the operator's identity. Indexing returns an output.
    """

    name: str
    outputs: Mapping[str, str]

    accounts: AllAccounts
    clocks: Clocks
    control: OperatorControl
    account_index: AccountIndex
    feedback_dead_letters: DeadLetters
    feedback_queue: FeedbackQueue
    functions: Functions
    iam_users: IamUsers
    leases: Leases
    identities: Identities
    retry_queue: RetryQueue
    link_issuer: LinkIssuer
    link_register: LinkRegister
    signer: TokenSigner
    notify_dead_letters: DeadLetters
    objects: ObjectStore
    idempotency: IdempotencyStore
    policies: PolicyDocument
    probes: Probes
    login_check: SmtpLoginCheck
    quarantine: QuarantinedFeedback
    secrets: Secrets
    requested_secrets: Secrets
    ses: SesReputation
    ses_suppressions: SesSuppressions
    stream_failures: DeadLetters
    suppressions: AllSuppressions
    switch: CredentialSwitch
    tables: Tables
    tallies: Tallies
    timeline: AllTimelines
    user_survey: UserSurvey
    webhook_dead_letters: DeadLetters
    webhook_register: WebhookRegister
    webhook_secrets: WebhookSecrets
    webhook_tester: WebhookTester

    @abstractmethod
    def now(self) -> datetime:
        """The stack's time: the real one, unless an embedded stack's clock was set."""

    @abstractmethod
    def real_now(self) -> datetime:
        """The real time, also before the stack exists."""

    @property
    def account_readers(self) -> tuple[SesSetup, DeployedFunctions, Safeguards]:
        """What reads the limits of the AWS account, also before the stack exists."""
        return self.probes.ses, self.probes.functions, self.probes.safeguards

    @abstractmethod
    def region(self) -> str:
        """The AWS Region of the stack, also before it exists."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether CloudFormation has a stack of that name that is neither deleted nor only under review."""

    @abstractmethod
    def operator_arn(self) -> str:
        """The ARN of the operator, as authenticated by AWS. Timelines have it for decisions of staff."""

    @abstractmethod
    def smtp_passwords(self, prefix: str) -> SmtpPasswords:
        """The store of SMTP credentials in Secrets Manager, one secret PREFIX/ID/smtp for each account."""

    def __getitem__(self, output: str) -> str:
        try:
            return self.outputs[output]
        except KeyError:
            raise Failed(
                f"the stack {self.name} has no output {output}: it is not Permille's, or an older one; deploy it again"
            ) from None

    @property
    def is_local(self) -> bool:
        """Whether it is an embedded stack. Its deployment adds an output; no parameter of a production stack can."""
        return self.outputs.get(EMBEDDED) == "yes"

    @property
    def providing(self) -> ProviderServices:
        from permille.usecases.decisions.providers import ProviderServices

        return ProviderServices(
            self.accounts, self.policies, self.timeline, self.login_check, self.secrets, self.requested_secrets
        )

    @property
    def onboarding(self) -> OnboardServices:
        from permille.usecases.senders.onboard_services import OnboardServices
        from permille_cli.stack.own_arns import own_arns

        _, partition, _, _, aws_account, _ = self.operator_arn().split(":", 5)
        return OnboardServices(
            accounts=self.accounts,
            timeline=self.timeline,
            identities=self.identities,
            users=self.iam_users,
            stack=self.name,
            ses=f"arn:{partition}:ses:{self['Region']}:{aws_account}",
            own=own_arns(self.outputs, partition, self["Region"], aws_account),
            configuration_set=self["ConfigurationSetName"],
            switchable=self["SenderUsers"],
            deny_group=self["DenyGroupName"],
            pause=self.pause,
        )

    @property
    def changing(self) -> ChangeServices:
        from permille.usecases.senders.change_services import ChangeServices

        return ChangeServices(self.onboarding, self.leases, self.policies, self.switch, self.now)

    @property
    def uninstalling(self) -> UninstallServices:
        from permille.usecases.stack.uninstall_plan import UninstallServices

        return UninstallServices(self.onboarding, self.switch, self.functions, self["EnforceFunctionName"], self.pause)

    @property
    def renewing(self) -> RenewServices:
        from permille.usecases.senders.renew_credential import RenewServices

        return RenewServices(self.accounts, self.leases, self.iam_users, self.switch, self.onboarding.tag, self.pause)

    @property
    def examining(self) -> DoctorServices:
        """What `permille doctor` needs."""
        from permille.code_version import code_version
        from permille.domain.doctor.names import StackNames
        from permille.domain.values.status import Mode
        from permille.usecases.doctor.services import DoctorServices, OperatorReads
        from permille_cli.stack.output_names import OutputNames

        ours = self.onboarding.adoption.ours
        return DoctorServices(
            names=StackNames(self.name, OutputNames(self)),
            accounts=self.accounts,
            tallies=self.tallies,
            policies=self.policies,
            control=self.control,
            probes=self.probes,
            mode=Mode(self["EnforcementMode"]),
            code=code_version(),
            operator=OperatorReads(self.switch, self.iam_users, self.clocks, ours),
        )

    @property
    def webhook_setup(self) -> WebhookSetup:
        from permille.usecases.notifications.webhook_setup import WebhookSetup

        return WebhookSetup(self.webhook_register, self.webhook_secrets, self.timeline)

    def pause(self, seconds: float) -> None:
        """Sleeps."""
        time.sleep(seconds)

    def verdict(self, account: Account, now: datetime) -> CurrentVerdict:
        """The verdict of the policy in force on the account now."""
        from permille.usecases.views.verdict import current_verdict

        return current_verdict(self.policies, self.tallies, account, now)

    def account(self, account_id: str) -> Account:
        """The account. Raises NotFound if there is none."""
        from permille.usecases.decisions.find_account import find_account

        return find_account(self.accounts, account_id, "; see `permille account list`")

    def decide(self, account_id: str, command: Command) -> Account:
        """Applies a decision and returns the account. Raises NotFound, or DecisionRefused if it is not possible."""
        from permille.usecases.decisions import decisions

        self.account(account_id)
        return decisions.apply(self, account_id, command, self.now())


def _find(context: typer.Context, name: str) -> Stack | str:
    """The stack of that name, from the factory of `main.status_of`. AWS is called when the command first needs it."""
    if context.resilient_parsing:  # a shell completes the line
        return name
    stack: Stack = context.obj(name)
    return stack


StackOption = Annotated[
    Stack,
    typer.Option(
        "--stack",
        envvar="PERMILLE_STACK",
        metavar="NAME",
        help="Name of the CloudFormation stack.",
        parser=str,
        callback=_find,
    ),
]
DEFAULT_STACK: Any = "permille"  # a name, which _find turns into a stack
