"""What protects the platform: the deny group, the policy, the mode, the breaker, the sweep, the queues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.facts import QueueDepth
from permille.domain.policy.policy import Policy
from permille.domain.policy.policy_warnings import warnings
from permille.domain.sending.iam_policy import Document, listed, statements
from permille.domain.values.calendar import HOUR
from permille.domain.values.errors import InvalidInput
from permille.domain.values.status import Mode
from permille.domain.words.wording import capital, times

MOST_COUNTED = 100  # bodies in quarantine: counting stops there


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
    """When the sweep's next lap is due."""

    now: datetime
    next_at: datetime


@check("deny-group", Severity.BROKEN, "A disabled account may go on sending through an open session or a new key.")
def deny_group(group: DenyGroup) -> Iterator[Fault]:
    """The members of the deny group may send nothing"""
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ses:Send*","Resource":"*"}]}'
    put = f"aws iam put-group-policy --group-name {group.name} --policy-name deny-sending --policy-document '{policy}'"
    if group.policies is None:
        what = f"There is no IAM group {group.name}."
        yield Fault(what, f"aws iam create-group --group-name {group.name} && {put}")
    elif not any(map(_denies_sending, group.policies)):
        yield Fault(f"The policies of the IAM group {group.name} do not deny sending.", put)


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
def policy(state: PolicyState) -> Iterator[Fault]:
    """The policy can be read, and protects as the preset default does"""
    if state.policy is None:
        yield Fault(f"{state.wrong}.", "permille policy revert, or permille policy set FILE")
        return
    for warning in warnings(state.policy):
        yield Fault(f"{capital(warning)}.", "permille policy show; permille policy set FILE", Severity.INFO)


@check("mode", Severity.INFO, "A broken rule is written down, and nobody is disabled for it.")
def mode(mode: Mode) -> Iterator[Fault]:
    """Broken rules are acted on"""
    if mode is Mode.MONITOR:
        yield Fault("The mode is monitor.", "deploy with EnforcementMode=enforce when you trust the verdicts")


@check("breaker", Severity.BROKEN, "Until a person closes it, the rules disable nobody without evidence beyond doubt.")
def breaker(brakes: Brakes) -> Iterator[Fault]:
    """The breaker is closed, and no account waits for staff"""
    if brakes.opened_at:
        mend = "permille breaker show; then permille breaker reset --reason R"
        yield Fault(f"The breaker has been open since {brakes.opened_at:%Y-%m-%d %H:%M} UTC.", mend)
    if brakes.held:
        what = (
            f"{times(brakes.held, 'account')} with a broken rule {'waits' if brakes.held == 1 else 'wait'} for staff."
        )
        yield Fault(what, "permille breaker show; then release or exempt", Severity.WARNING)


@check("sweep", Severity.BROKEN, "Drift is not found, and a changed policy or mode is not applied.")
def sweep(state: SweepState) -> Iterator[Fault]:
    """The hourly sweep goes over all accounts"""
    if state.now - state.next_at > HOUR:
        what = f"The sweep has been due since {state.next_at:%Y-%m-%d %H:%M} UTC."
        yield Fault(what, "read Enforce's log (sweep.failed): sam logs --name Enforce")


@check("queues", Severity.BROKEN, "What waits there is not counted, or nobody is told of it.")
def queues(depths: Sequence[QueueDepth]) -> Iterator[Fault]:
    """The queues are worked off, and there are no dead letters"""
    for queue in depths:
        if queue.most is None and queue.messages:
            yield Fault(f"{queue.name}: {times(queue.messages, 'message')}.", queue.mend, about=queue.name)
        elif queue.most and queue.messages and queue.oldest and queue.oldest > queue.most:
            minutes = int(queue.oldest.total_seconds() // 60)
            what = (
                f"{queue.name}: {times(queue.messages, 'message')}, the oldest of which waits for {minutes:,} minutes."
            )
            yield Fault(what, queue.mend, about=queue.name)


@check("quarantine", Severity.WARNING, "It is not counted, and expires after 60 days.")
def quarantine(bodies: int) -> Iterator[Fault]:
    """No feedback is in quarantine"""
    if bodies:
        more = " or more" * (bodies >= MOST_COUNTED)
        yield Fault(f"In quarantine: {times(bodies, 'message')}{more}.", "permille quarantine list")
