"""Topics, their subscriptions, and the set-up of queues."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.doctor.facts import QueueSetup, Subscription
from permille.domain.values.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

GONE = frozenset({"NotFound", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"})


@contextmanager
def _existing(what: str, name: str) -> Iterator[None]:
    """Raises NotFound where AWS does not know what is named."""
    try:
        yield
    except ClientError as refused:
        if code_of(refused) not in GONE:
            raise
        raise NotFound(f"there is no {what} {name}") from refused


class SnsTopics:
    """Implements `Topics`."""

    def __init__(self, *, sns: "SNSClient | None" = None) -> None:
        self._sns: SNSClient = sns or client("sns")

    def policy(self, topic: str) -> str:
        with service_call(f"reading the policy of {topic} (sns:GetTopicAttributes)"), _existing("topic", topic):
            return self._sns.get_topic_attributes(TopicArn=topic)["Attributes"].get("Policy", "")

    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        pages = self._sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        with (
            service_call(f"listing the subscriptions of {topic} (sns:ListSubscriptionsByTopic)"),
            _existing("topic", topic),
        ):
            return tuple(_subscription(one) for page in pages for one in page["Subscriptions"])

    def detailed(self, subscription: Subscription) -> Subscription:
        arn = subscription.arn
        with service_call(f"reading the subscription {arn} (sns:GetSubscriptionAttributes)"):
            found = self._sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return replace(
            subscription,
            raw=found.get("RawMessageDelivery", "false").lower() == "true",
            filtered=found.get("FilterPolicy", "") not in ("", "{}"),
            dead_letters=_target(found.get("RedrivePolicy", "")),
        )


def _subscription(found: Any) -> Subscription:
    """Its ARN is a word, such as PendingConfirmation, until it is confirmed."""
    arn = found["SubscriptionArn"]
    return Subscription(arn if arn.startswith("arn:") else "", found["Protocol"], found["Endpoint"])


class SqsQueueAttributes:
    """Implements `QueueAttributes`."""

    def __init__(self, *, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")

    def setup(self, url: str) -> QueueSetup:
        read = self._sqs.get_queue_attributes
        with service_call(f"reading the queue {url} (sqs:GetQueueAttributes)"), _existing("queue", url):
            found = read(QueueUrl=url, AttributeNames=["Policy", "RedrivePolicy"]).get("Attributes", {})
        return QueueSetup(found.get("Policy", ""), _target(found.get("RedrivePolicy", "")))


def _target(redrive_policy: str) -> str:
    return str(json.loads(redrive_policy).get("deadLetterTargetArn", "")) if redrive_policy else ""
