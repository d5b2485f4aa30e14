"""The adapters that functions and the command have in common, each made when it is first used. What one function alone
needs is made in its module.

An adapter is imported where it is made: a function loads only the modules of the adapters that it uses.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from permille.aws.account_index import DynamoAccountIndex
    from permille.aws.accounts import DynamoAccounts
    from permille.aws.answers import DynamoAnswerStore
    from permille.aws.bounces import DynamoBounces
    from permille.aws.checkups import DynamoCheckups
    from permille.aws.control import DynamoControl
    from permille.aws.idempotency import DynamoIdempotencyStore
    from permille.aws.leases import DynamoLeases
    from permille.aws.link_register import DynamoLinkRegister
    from permille.aws.policy import SsmPolicies
    from permille.aws.quarantine import DynamoQuarantine
    from permille.aws.queues import SqsQueues
    from permille.aws.retry_queue import SqsRetryQueue
    from permille.aws.ses_metrics import SesMetrics
    from permille.aws.suppressions import DynamoSuppressions
    from permille.aws.switch import IamSwitch
    from permille.aws.tallies import DynamoTallies
    from permille.aws.timeline import DynamoTimeline
    from permille.aws.token_signer import KmsTokenSigner
    from permille.aws.webhook_register import DynamoWebhookRegister
    from permille.aws.webhook_secrets import SsmWebhookSecrets
    from permille.usecases.doctor.services import Probes


class Adapters:
    """`names`: the names, addresses and ARNs of the stack's resources, by the fields of `settings`: those of one
    function, or all outputs of the stack. A name that an adapter cannot work without raises KeyError where it is
    missing; without an optional table an adapter lacks the operations on it."""

    names: Mapping[str, str]

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    @cached_property
    def accounts(self) -> DynamoAccounts:
        from permille.aws.accounts import DynamoAccounts

        return DynamoAccounts(
            accounts=self.names["accounts_table"],
            senders=self.names.get("senders_table", ""),
            timeline=self.names.get("timeline_table", ""),
            control=self.names.get("control_table", ""),
            tallies=self.names.get("tallies_table", ""),
            complaints=self.names.get("complaints_table", ""),
        )

    @cached_property
    def answers(self) -> DynamoAnswerStore:
        from permille.aws.answers import DynamoAnswerStore

        return DynamoAnswerStore(table=self.names["idempotency_table"], prefix="answer")

    @cached_property
    def bounces(self) -> DynamoBounces:
        from permille.aws.bounces import DynamoBounces

        return DynamoBounces(complaints=self.names["complaints_table"])

    @cached_property
    def control(self) -> DynamoControl:
        from permille.aws.control import DynamoControl

        return DynamoControl(table=self.names["control_table"], timeline=self.names["timeline_table"])

    @cached_property
    def account_index(self) -> DynamoAccountIndex:
        from permille.aws.account_index import DynamoAccountIndex

        return DynamoAccountIndex(accounts=self.names["accounts_table"])

    @cached_property
    def idempotency(self) -> DynamoIdempotencyStore:
        from permille.aws.idempotency import DynamoIdempotencyStore

        return DynamoIdempotencyStore(table=self.names["idempotency_table"])

    @cached_property
    def leases(self) -> DynamoLeases:
        from permille.aws.leases import DynamoLeases

        return DynamoLeases(accounts=self.names["accounts_table"])

    @cached_property
    def link_register(self) -> DynamoLinkRegister:
        from permille.aws.link_register import DynamoLinkRegister

        return DynamoLinkRegister(table=self.names["control_table"], timeline=self.names["timeline_table"])

    @cached_property
    def policies(self) -> SsmPolicies:
        from permille.aws.policy import SsmPolicies

        return SsmPolicies(parameter=self.names["policy_parameter"])

    @cached_property
    def quarantine(self) -> DynamoQuarantine:
        from permille.aws.quarantine import DynamoQuarantine

        return DynamoQuarantine(table=self.names["quarantine_table"])

    @cached_property
    def queues(self) -> SqsQueues:
        from permille.aws.queues import DESK_QUEUES, SqsQueues

        return SqsQueues(urls={name: self.names[setting] for name, setting in DESK_QUEUES.items()})

    @cached_property
    def checkups(self) -> DynamoCheckups:
        from permille.aws.checkups import DynamoCheckups

        return DynamoCheckups(table=self.names["control_table"])

    @cached_property
    def probes(self) -> Probes:
        from permille.bootstrap.probes import probes

        return probes(self)

    @cached_property
    def retry_queue(self) -> SqsRetryQueue:
        from permille.aws.retry_queue import SqsRetryQueue

        return SqsRetryQueue(url=self.names["notify_queue_url"])

    @cached_property
    def ses(self) -> SesMetrics:
        from permille.aws.ses_metrics import SesMetrics

        return SesMetrics()

    @cached_property
    def signer(self) -> KmsTokenSigner:
        from permille.aws.token_signer import KmsTokenSigner

        return KmsTokenSigner(
            owner_key=self.names.get("owner_link_key", ""),
            staff_key=self.names.get("staff_link_key", ""),
            platform_key=self.names.get("platform_token_key", ""),
        )

    @cached_property
    def suppressions(self) -> DynamoSuppressions:
        from permille.aws.suppressions import DynamoSuppressions

        return DynamoSuppressions(complaints=self.names["complaints_table"], timeline=self.names["timeline_table"])

    @cached_property
    def switch(self) -> IamSwitch:
        from permille.aws.switch import IamSwitch

        return IamSwitch(deny_group=self.names["deny_group"])

    @cached_property
    def tallies(self) -> DynamoTallies:
        from permille.aws.tallies import DynamoTallies

        return DynamoTallies(table=self.names["tallies_table"])

    @cached_property
    def timeline(self) -> DynamoTimeline:
        from permille.aws.timeline import DynamoTimeline

        return DynamoTimeline(table=self.names["timeline_table"])

    @cached_property
    def webhook_register(self) -> DynamoWebhookRegister:
        from permille.aws.webhook_register import DynamoWebhookRegister

        timeline = self.names.get("timeline_table", "")
        return DynamoWebhookRegister(table=self.names["control_table"], timeline=timeline)

    @cached_property
    def webhook_secrets(self) -> SsmWebhookSecrets:
        from permille.aws.webhook_secrets import SsmWebhookSecrets

        return SsmWebhookSecrets(parameter=self.names["webhook_secrets_parameter"])
