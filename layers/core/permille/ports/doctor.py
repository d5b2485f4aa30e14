"""Ports of the doctor: how the stack is set up. They only read, but for `Checkups`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from permille.domain.doctor.checkup import Checkup
    from permille.domain.doctor.facts import (
        Alarm,
        Concurrency,
        EventDestination,
        FunctionState,
        IdentityState,
        QueueSetup,
        ScheduleRule,
        SesAccountState,
        SesStatistics,
        SetSetup,
        Subscription,
        Trigger,
    )
    from permille.domain.sending.iam_policy import Document
    from permille.ports.feedback import Sender
    from permille.ports.iam_users import UserQuota


class SesSetup(Protocol):
    """The set-up of SES."""

    def configuration_set(self, name: str) -> SetSetup | None:
        """None where there is no such set."""

    def destinations(self, name: str) -> tuple[EventDestination, ...]:
        """The event destinations of a configuration set; none where there is no such set."""

    def identity(self, name: str, account: str) -> IdentityState:
        """The identity, known to SES or not. `account`: is only passed on."""

    def account(self) -> SesAccountState:
        """SES of the AWS account in this Region."""


class SesCounts(Protocol):
    """SES's own counts."""

    def statistics(self, first: date, last: date) -> SesStatistics:
        """Of the mail that was sent from `first` to `last`, UTC, both included; at most the last two weeks."""


class Topics(Protocol):
    """Topics of SNS, and their subscriptions."""

    def policy(self, topic: str) -> str:
        """The topic's policy, JSON. Raises NotFound where there is no such topic."""

    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        """All subscriptions, without their attributes; `arn` is empty while one is not confirmed. Raises NotFound where
        there is no such topic."""

    def detailed(self, subscription: Subscription) -> Subscription:
        """The confirmed subscription with its attributes."""


class QueueAttributes(Protocol):
    """Queues of SQS."""

    def setup(self, url: str) -> QueueSetup:
        """Raises NotFound where there is no such queue."""


class DeployedFunctions(Protocol):
    """The stack's Lambda functions."""

    def function(self, logical: str, name: str) -> FunctionState | None:
        """None where there is no such function. `logical`: is only passed on."""

    def triggers(self, name: str) -> tuple[Trigger, ...]:
        """The event source mappings of a function."""

    def concurrency(self, now: datetime) -> Concurrency:
        """Of the whole AWS account in this Region."""

    def rule(self, name: str) -> ScheduleRule | None:
        """A rule of EventBridge; None where there is none of that name."""


class Safeguards(Protocol):
    """The deny group, the alarms, the quota of IAM users, and AWS's clock."""

    def group_policies(self, group: str) -> tuple[Document, ...] | None:
        """The inline policies of an IAM group; None where there is no such group."""

    def alarms(self, stack: str) -> tuple[Alarm, ...]:
        """The alarms of a stack."""

    def user_quota(self) -> UserQuota:
        """The count and the quota of IAM users."""


class Clocks(Protocol):
    """The clock of this computer, whatever time a stack replays, and that of AWS."""

    def here(self) -> datetime:
        """The time of this computer."""

    def of_aws(self) -> datetime:
        """The time of AWS, to the second."""


class AllSenders(Protocol):
    """The registered senders."""

    def all(self) -> Iterator[Sender]:
        """Every sender, of an account or ignored, in no order. May lag behind what was just written."""


class Checkups(Protocol):
    """The last scheduled run of the checks."""

    def save(self, checkup: Checkup) -> None:
        """Stores it, shortened, instead of the one before."""

    def last(self) -> Checkup | None:
        """The one that was stored last; None where there is none, or it cannot be parsed by this version."""
