"""The services of Provisioning."""

import time
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from permille.aws.answers import DynamoAnswerStore
from permille.aws.iam_users import IamSenderUsers
from permille.aws.identities import SesIdentities
from permille.bootstrap.adapters import Adapters
from permille.bootstrap.clock import time_of
from permille.console.api.provisioning_context import ProvisioningServices
from permille.console.iam_sessions import IamAuthenticator
from permille.console.proxy import Proxy
from permille.settings import Settings
from permille.usecases.login.owner_links import OwnerLinkServices
from permille.usecases.senders.change_services import ChangeServices
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.renew_credential import RenewServices


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisioningSettings(Settings):
    """`ses_arns`: what SES's ARNs begin with, as in arn:aws:ses:us-east-1:123456789012. `sender_users`: the pattern of
    the users' names. `sender_boundary`: the ARN of their permissions boundary."""

    control_table: str
    accounts_table: str
    senders_table: str
    timeline_table: str
    idempotency_table: str
    policy_parameter: str
    configuration_set: str
    deny_group: str
    sender_users: str
    sender_boundary: str
    ses_arns: str
    smtp_endpoint: str
    stack_name: str
    owner_link_key: str
    link_base: str


def provisioning_services(context: Any) -> ProvisioningServices:
    """From the environment, for the invocation of this Lambda context."""
    answers, services = _services()
    answers.during(context)
    return replace(services, authenticator=IamAuthenticator(context.aws_request_id))


@cache
def _services() -> tuple[DynamoAnswerStore, ProvisioningServices]:
    settings = ProvisioningSettings.from_env()
    adapters = Adapters(asdict(settings))
    answers = DynamoAnswerStore(table=settings.idempotency_table, prefix="provisioning")
    onboarding = _onboarding(settings, adapters)
    services = ProvisioningServices(
        proxy=Proxy(),
        authenticator=IamAuthenticator(""),
        changing=ChangeServices(onboarding, adapters.leases, adapters.policies, adapters.switch, time_of),
        renewing=RenewServices(
            adapters.accounts, adapters.leases, onboarding.users, adapters.switch, onboarding.tag, time.sleep
        ),
        links=OwnerLinkServices(adapters.signer, adapters.timeline, settings.link_base),
        answers=answers,
        smtp_endpoint=settings.smtp_endpoint,
    )
    return answers, services


def _onboarding(settings: ProvisioningSettings, adapters: Adapters) -> OnboardServices:
    return OnboardServices(
        accounts=adapters.accounts,
        timeline=adapters.timeline,
        identities=SesIdentities(),
        users=IamSenderUsers(boundary=settings.sender_boundary),
        stack=settings.stack_name,
        ses=settings.ses_arns,
        own=(),  # users are adopted by the command alone
        configuration_set=settings.configuration_set,
        switchable=settings.sender_users,
        deny_group=settings.deny_group,
        pause=time.sleep,
        undoes=False,  # the function deletes no row and no identity
    )
