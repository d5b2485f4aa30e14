"""What protects the platform: the deny group, the policy, the breaker, the alarms, and room in AWS's quotas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.doctor.check import Problem, Severity, check
from permille.domain.doctor.facts import Alarm, Concurrency, QueueDepth
from permille.domain.policy.policy import Policy
from permille.domain.policy.policy_warnings import warnings
from permille.domain.sending.iam_policy import Document, listed, statements
from permille.domain.values.calendar import HOUR
from permille.domain.values.errors import InvalidInput
from permille.domain.values.status import Mode
from permille.domain.words.wording import capital, times

NEAR = 90  # percent of a quota
LEAST_CONCURRENCY = 100  # of the AWS account; a new one has 10
MOST_AHEAD = timedelta(seconds=60)
NO_TOPIC = "none"


@dataclass(frozen=True, slots=True)
class DenyGroup:
    """The deny group's policies; None where there is no such group."""

    name: str
    policies: tuple[Document, ...] | None


@dataclass(frozen=True, slots=True)
class PolicyState:
    """The policy in force; None where it cannot be understood, for the reason `wrong`."""

    policy: Policy | None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Brakes:
    """The breaker, and the accounts that wait for staff. `opened_at`: None while it is closed."""

    opened_at: datetime | None
    held: int


@dataclass(frozen=True, slots=True)
class SweepState:
    """When the sweep's next lap is due; None before the first one."""

    now: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlarmTopic:
    """The topic of the alarms. `arn`: `none` where there is none; `confirmed`, `pending`: subscriptions."""

    arn: str
    confirmed: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class UserQuotaState:
    """How many IAM users the AWS account has, and can have."""

    used: int
    quota: int


@check("deny-group", Severity.BROKEN, "A disabled account may go on sending through an open session or a new key.")
def deny_group(group: DenyGroup) -> Iterator[Problem]:
    """The members of the deny group may send nothing"""
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ses:Send*","Resource":"*"}]}'
    put = f"aws iam put-group-policy --group-name {group.name} --policy-name deny-sending --policy-document '{policy}'"
    if group.policies is None:
        what = f"There is no IAM group {group.name}."
        yield Problem(what, f"aws iam create-group --group-name {group.name} && {put}")
    elif not any(map(_denies_sending, group.policies)):
        yield Problem(f"The policies of the IAM group {group.name} do not deny sending.", put)


def _denies_sending(document: Document) -> bool:
    try:
        return any(
            str(each.get("effect")).lower() == "deny"
            and {"ses:send*", "ses:*", "*"} & {str(action).lower() for action in listed(each.get("action", []))}
            and "*" in listed(each.get("resource", []))
            and not each.get("condition")
            for each in statements(document)
        )
    except InvalidInput:
        return False


@check("policy", Severity.BROKEN, "While it cannot be read, no account is judged.")
def policy(state: PolicyState) -> Iterator[Problem]:
    """The policy can be read, and protects as the preset default does"""
    if state.policy is None:
        yield Problem(f"{state.wrong}.", "permille policy revert, or permille policy set FILE")
        return
    for warning in warnings(state.policy):
        yield Problem(f"{capital(warning)}.", "permille policy show; permille policy set FILE", Severity.INFO)


@check("mode", Severity.INFO, "A broken rule is written down, and nobody is disabled for it.")
def mode(mode: Mode) -> Iterator[Problem]:
    """Broken rules are acted on"""
    if mode is Mode.MONITOR:
        yield Problem("The mode is monitor.", "deploy with EnforcementMode=enforce when you trust the verdicts")


@check("breaker", Severity.BROKEN, "Until a person closes it, the rules disable nobody without evidence beyond doubt.")
def breaker(brakes: Brakes) -> Iterator[Problem]:
    """The breaker is closed, and no account waits for staff"""
    if brakes.opened_at:
        mend = "permille breaker show; then permille breaker reset --reason R"
        yield Problem(f"The breaker has been open since {brakes.opened_at:%Y-%m-%d %H:%M} UTC.", mend)
    if brakes.held:
        what = (
            f"{times(brakes.held, 'account')} with a broken rule {'waits' if brakes.held == 1 else 'wait'} for staff."
        )
        yield Problem(what, "permille breaker show; then release or exempt", Severity.WARNING)


@check("sweep", Severity.BROKEN, "Drift is not found, and a changed policy or mode is not applied.")
def sweep(state: SweepState) -> Iterator[Problem]:
    """The hourly sweep goes over all accounts"""
    if state.next_at and state.now - state.next_at > HOUR:
        what = f"The sweep has been due since {state.next_at:%Y-%m-%d %H:%M} UTC."
        yield Problem(what, "read Enforce's log (sweep.failed): sam logs --name Enforce")


@check("queues", Severity.BROKEN, "What waits there is not counted, or nobody is told of it.")
def queues(depths: Sequence[QueueDepth]) -> Iterator[Problem]:
    """The queues are worked off, and there are no dead letters"""
    for queue in depths:
        if queue.most is None and queue.messages:
            yield Problem(f"{queue.name}: {times(queue.messages, 'message')}.", queue.mend, about=queue.name)
        elif queue.most and queue.messages and queue.oldest and queue.oldest > queue.most:
            minutes = int(queue.oldest.total_seconds() // 60)
            what = (
                f"{queue.name}: {times(queue.messages, 'message')}, the oldest of which waits for {minutes:,} minutes."
            )
            yield Problem(what, queue.mend, about=queue.name)


@check("quarantine", Severity.WARNING, "It is not counted, and expires after 60 days.")
def quarantine(bodies: int) -> Iterator[Problem]:
    """No feedback is in quarantine"""
    if bodies:
        yield Problem(f"In quarantine: {times(bodies, 'message')} or more.", "permille quarantine list")


@check("alarms", Severity.WARNING, "Something is wrong by an alarm's measure, or nobody hears of it.")
def alarms(alarms: Sequence[Alarm]) -> Iterator[Problem]:
    """No alarm is ringing, and every one of them acts"""
    if not alarms:
        yield Problem("The stack has no alarms.", "deploy the stack again: sam build && sam deploy")
    for one in alarms:
        if one.ringing:
            yield Problem(f"The alarm {one.name} is ringing.", "docs/operations.md, Alarms", about=one.name)
        if not one.enabled:
            mend = f"aws cloudwatch enable-alarm-actions --alarm-names {one.name}"
            yield Problem(f"The actions of the alarm {one.name} are switched off.", mend, about=one.name)


@check("alarm-topic", Severity.BROKEN, "Alarms go off, and nobody hears of them.")
def alarm_topic(topic: AlarmTopic) -> Iterator[Problem]:
    """Somebody is subscribed to the alarms"""
    subscribe = f"aws sns subscribe --topic-arn {topic.arn} --protocol email --notification-endpoint ADDRESS"
    if topic.arn == NO_TOPIC:
        mend = "deploy with AlarmTopicArn=ARN of an SNS topic"
        yield Problem("No topic is set: alarms are only shown in CloudWatch.", mend, Severity.WARNING)
    elif not topic.confirmed:
        waiting = f" {times(topic.pending, 'subscription')} not confirmed: open the link in its mail." * bool(
            topic.pending
        )
        yield Problem(f"Nobody is subscribed to {topic.arn}.{waiting}", subscribe)


@check("clock", Severity.WARNING, "Decisions get wrong times; AWS refuses requests that are five minutes off.")
def clock(ahead: timedelta) -> Iterator[Problem]:
    """This computer's clock agrees with AWS's"""
    if abs(ahead) > MOST_AHEAD:
        seconds = int(abs(ahead).total_seconds())
        what = f"This computer's clock is {seconds:,} seconds {'ahead of' if ahead > timedelta() else 'behind'} AWS's."
        yield Problem(what, "synchronize it, as with timedatectl set-ntp true")


@check("iam-users", Severity.WARNING, "At the end of it no account can be added; AWS does not raise it.")
def iam_users(quota: UserQuotaState) -> Iterator[Problem]:
    """The quota of IAM users is not nearly used up"""
    if quota.used * 100 >= quota.quota * NEAR:
        mend = "close accounts that do not send any more, or deploy another stack in another AWS account"
        yield Problem(f"{quota.used:,} of {quota.quota:,} IAM users exist.", mend)


@check("lambda-concurrency", Severity.WARNING, "At the end of it functions are throttled: feedback is counted late.")
def lambda_concurrency(concurrency: Concurrency) -> Iterator[Problem]:
    """Lambda can run enough at once"""
    mend = "ask Service Quotas for more: AWS Lambda, Concurrent executions"
    if concurrency.unreserved < LEAST_CONCURRENCY:
        what = f"Lambda runs {concurrency.limit:,} at once in this AWS account, {concurrency.unreserved:,} unreserved."
        yield Problem(what, mend)
    elif concurrency.peak and concurrency.peak * 100 >= concurrency.limit * NEAR:
        yield Problem(f"{concurrency.peak:,} of {concurrency.limit:,} ran at once within the last day.", mend)
