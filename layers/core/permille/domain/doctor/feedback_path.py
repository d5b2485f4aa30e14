"""The way of feedback: configuration set, event destination, topic, subscription, queue. A break anywhere in it, and
mail is not counted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.facts import EventDestination, QueueSetup, SetSetup, Subscription
from permille.domain.doctor.names import StackNames
from permille.domain.doctor.resource_policy import ServiceCall, lets

EVENTS = frozenset({"DELIVERY", "BOUNCE", "COMPLAINT"})
UNCOUNTED = "No delivery, bounce or complaint is counted: no account is disabled, whatever it sends."
# The queues that have dead letters: the setting with the URL of each, and of its dead-letter queue.
REDRIVEN = {
    "feedback_queue_url": ("feedback_dead_letter_queue_url", 20),
    "notify_queue_url": ("notify_dead_letter_queue_url", 240),
}


@dataclass(frozen=True, slots=True)
class SetState:
    """The stack's configuration set; None where it does not exist."""

    names: StackNames
    setup: SetSetup | None
    destinations: tuple[EventDestination, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicState:
    """The feedback topic. `policy`: JSON."""

    names: StackNames
    policy: str
    subscriptions: tuple[Subscription, ...]

    @property
    def ours(self) -> Sequence[Subscription]:
        """The confirmed subscriptions of the feedback queue."""
        queue = self.names.queue_arn("feedback_queue_url")
        return [one for one in self.subscriptions if one.arn and (one.protocol, one.endpoint) == ("sqs", queue)]


@dataclass(frozen=True, slots=True)
class QueueSetups:
    """The set-up of the queues, by the settings with their URLs."""

    names: StackNames
    queues: Mapping[str, QueueSetup]


@check("configuration-set", Severity.BROKEN, "SES refuses the mail of every identity whose default set it is.")
def configuration_set(state: SetState) -> Iterator[Fault]:
    """The configuration set exists, and mail may be sent through it"""
    name = state.names.configuration_set
    if state.setup is None:
        mend = f"aws sesv2 create-configuration-set --configuration-set-name {name}"
        yield Fault(f"SES has no configuration set {name}.", f"{mend}; then permille doctor again")
    elif not state.setup.sending:
        mend = f"aws sesv2 put-configuration-set-sending-options --configuration-set-name {name} --sending-enabled"
        yield Fault(f"Sending through the configuration set {name} is switched off.", mend)


@check("event-destination", Severity.BROKEN, UNCOUNTED)
def event_destination(state: SetState) -> Iterator[Fault]:
    """The configuration set publishes deliveries, bounces and complaints to the feedback topic"""
    name = state.names.configuration_set
    ours = [one for one in state.destinations if one.topic == state.names.topic]
    published = frozenset[str]().union(*(one.events for one in ours if one.enabled))
    if published >= EVENTS:
        return
    verb = "update" if ours else "create"
    mend = (
        f"aws sesv2 {verb}-configuration-set-event-destination --configuration-set-name {name} "
        f"--event-destination-name {ours[0].name if ours else 'feedback'} --event-destination "
        f"'{_json(_destination(state.names.topic))}'"
    )
    missing = ", ".join(sorted(EVENTS - published))
    why = "is switched off" if ours and not any(one.enabled for one in ours) else f"does not publish {missing}"
    what = f"the event destination {ours[0].name} {why}" if ours else "it has no event destination for our topic"
    yield Fault(f"Of the configuration set {name}, {what}.", mend)


def _destination(topic: str) -> dict[str, Any]:
    return {"Enabled": True, "MatchingEventTypes": sorted(EVENTS), "SnsDestination": {"TopicArn": topic}}


@check("topic-policy", Severity.BROKEN, UNCOUNTED)
def topic_policy(state: TopicState) -> Iterator[Fault]:
    """The feedback topic lets SES publish"""
    names = state.names
    call = ServiceCall("ses.amazonaws.com", "sns:Publish", names.topic, names.set_arn, names.aws_account)
    if not lets(state.policy, call):
        sources = {"AWS:SourceAccount": names.aws_account, "AWS:SourceArn": names.set_arn}
        policy = _policy(call, [names.topic], {"StringEquals": sources})
        mend = f"aws sns set-topic-attributes --topic-arn {names.topic} --attribute-name Policy --attribute-value"
        yield Fault("The policy of the feedback topic does not let SES publish.", f"{mend} '{policy}'")


def _policy(call: ServiceCall, resources: Sequence[str], condition: dict[str, Any]) -> str:
    may = {"Effect": "Allow", "Principal": {"Service": call.service}, "Action": call.action}
    return _json({"Version": "2012-10-17", "Statement": [{**may, "Resource": list(resources), "Condition": condition}]})


@check("subscription", Severity.BROKEN, UNCOUNTED)
def subscription(state: TopicState) -> Iterator[Fault]:
    """The feedback queue is subscribed to the topic"""
    if not state.ours:
        queue = state.names.queue_arn("feedback_queue_url")
        attributes = {"RawMessageDelivery": "true", "RedrivePolicy": _dead_letters(state.names)}
        mend = (
            f"aws sns subscribe --topic-arn {state.names.topic} --protocol sqs --notification-endpoint {queue} "
            f"--attributes '{_json(attributes)}'"
        )
        yield Fault("The feedback queue is not subscribed to the feedback topic.", mend)


@check("subscription-filter", Severity.BROKEN, "Feedback that does not match is discarded, and not counted.")
def subscription_filter(state: TopicState) -> Iterator[Fault]:
    """The subscription of the feedback queue filters nothing"""
    for one in state.ours:
        if one.filtered:
            yield Fault(f"The subscription {one.arn} has a filter.", _set(one, "FilterPolicy", "{}"))


@check("raw-delivery", Severity.WARNING, "Feedback is counted, but each message is larger, and costs more.")
def raw_delivery(state: TopicState) -> Iterator[Fault]:
    """The topic delivers feedback raw, without an envelope"""
    for one in state.ours:
        if not one.raw:
            mend = _set(one, "RawMessageDelivery", "true")
            yield Fault(f"The subscription {one.arn} does not deliver messages raw.", mend)


@check("subscription-redrive", Severity.WARNING, "SNS discards feedback that it cannot deliver to the queue.")
def subscription_redrive(state: TopicState) -> Iterator[Fault]:
    """What the topic cannot deliver goes to the dead letters of feedback"""
    for one in state.ours:
        if one.dead_letters != state.names.queue_arn("feedback_dead_letter_queue_url"):
            mend = _set(one, "RedrivePolicy", _dead_letters(state.names))
            yield Fault(f"The subscription {one.arn} has no dead-letter queue of ours.", mend)


def _set(one: Subscription, name: str, value: str) -> str:
    return (
        f"aws sns set-subscription-attributes --subscription-arn {one.arn} --attribute-name {name} "
        f"--attribute-value '{value}'"
    )


def _dead_letters(names: StackNames) -> str:
    return _json({"deadLetterTargetArn": names.queue_arn("feedback_dead_letter_queue_url")})


@check("queue-policy", Severity.BROKEN, UNCOUNTED)
def queue_policy(state: QueueSetups) -> Iterator[Fault]:
    """The feedback queue and its dead letters accept messages of the topic"""
    names = state.names
    for setting in ("feedback_queue_url", "feedback_dead_letter_queue_url"):
        queue = names.queue_arn(setting)
        call = ServiceCall("sns.amazonaws.com", "sqs:SendMessage", queue, names.topic, names.aws_account)
        if not lets(state.queues[setting].policy, call):
            policy = _policy(call, [queue], {"ArnEquals": {"aws:SourceArn": names.topic}})
            mend = f"aws sqs set-queue-attributes --queue-url {names[setting]} --attributes"
            what = f"The policy of the queue {queue.rpartition(':')[2]} does not let the feedback topic send to it."
            yield Fault(what, f"{mend} '{_json({'Policy': policy})}'")


@check("queue-redrive", Severity.BROKEN, "A message that fails repeatedly is received again until it expires.")
def queue_redrive(state: QueueSetups) -> Iterator[Fault]:
    """What fails repeatedly moves to a dead-letter queue, which has an alarm"""
    names = state.names
    for setting, (dead, receives) in REDRIVEN.items():
        if state.queues[setting].dead_letters != names.queue_arn(dead):
            policy = _json({"deadLetterTargetArn": names.queue_arn(dead), "maxReceiveCount": receives})
            mend = f"aws sqs set-queue-attributes --queue-url {names[setting]} --attributes"
            name = names[setting].rpartition("/")[2]
            yield Fault(
                f"The queue {name} has no dead-letter queue of ours.", f"{mend} '{_json({'RedrivePolicy': policy})}'"
            )


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
