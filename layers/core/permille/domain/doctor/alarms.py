"""The alarms, and who hears of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.facts import Alarm
from permille.domain.doctor.functions import DEPLOY
from permille.domain.words.wording import times

NO_TOPIC = "none"


@dataclass(frozen=True, slots=True)
class AlarmTopic:
    """The topic of the alarms. `arn`: `none` where there is none; `confirmed`, `pending`: subscriptions."""

    arn: str
    confirmed: int = 0
    pending: int = 0


@check("alarms", Severity.WARNING, "Something is wrong by an alarm's measure, or nobody hears of it.")
def alarms(alarms: Sequence[Alarm]) -> Iterator[Fault]:
    """No alarm is ringing, and every one of them acts"""
    if not alarms:
        yield Fault("The stack has no alarms.", DEPLOY)
    for one in alarms:
        if one.ringing:
            yield Fault(f"The alarm {one.name} is ringing.", "docs/operate/alarms.md", about=one.name)
        if not one.enabled:
            mend = f"aws cloudwatch enable-alarm-actions --alarm-names {one.name}"
            yield Fault(f"The actions of the alarm {one.name} are switched off.", mend, about=one.name)


@check("alarm-topic", Severity.BROKEN, "Alarms go off, and nobody hears of them.")
def alarm_topic(topic: AlarmTopic) -> Iterator[Fault]:
    """Somebody is subscribed to the alarms"""
    subscribe = f"aws sns subscribe --topic-arn {topic.arn} --protocol email --notification-endpoint ADDRESS"
    if topic.arn == NO_TOPIC:
        mend = "deploy with AlarmTopicArn=ARN of an SNS topic"
        yield Fault("No topic is set: alarms are only shown in CloudWatch.", mend, Severity.WARNING)
    elif not topic.confirmed:
        waiting = f" {times(topic.pending, 'subscription')} not confirmed: open the link in its mail." * bool(
            topic.pending
        )
        yield Fault(f"Nobody is subscribed to {topic.arn}.{waiting}", subscribe)
