"""The functions: their triggers, schedules, capacity, the code that they run, and their time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.checkup import STALE_AFTER, Checkup
from permille.domain.doctor.facts import FunctionState, ScheduleRule, Trigger
from permille.domain.doctor.names import StackNames

MOST_AHEAD = timedelta(seconds=60)
DOCTOR = "Doctor"  # the function that runs the checks
DEPLOY = "deploy the stack again: permille deploy"
# What a function is started by: the settings of the queues, and TIMELINE for the timeline's stream.
TIMELINE = "timeline_table"
STARTED_BY = {
    "IngestComplaint": ("feedback_queue_url",),
    "Enforce": (TIMELINE,),
    "Notify": (TIMELINE, "notify_queue_url"),
    "Webhook": ("webhook_queue_url",),
}


@dataclass(frozen=True, slots=True)
class Triggers:
    """The event source mappings of the functions that have any, by their logical names."""

    names: StackNames
    mappings: Mapping[str, tuple[Trigger, ...]]


@dataclass(frozen=True, slots=True)
class EnforceSchedule:
    """The rule that runs Enforce each minute; None where there is none of that name. `enforce`: the function's ARN."""

    name: str
    enforce: str
    rule: ScheduleRule | None


@dataclass(frozen=True, slots=True)
class LastCheckup:
    """The last run of the function Doctor; None where there was none. `ours`: the version of this code; `modified_at`:
    when the function was deployed."""

    now: datetime
    last: Checkup | None
    ours: str
    modified_at: datetime

    @property
    def is_known(self) -> bool:
        """Whether it ran since it was deployed."""
        return self.last is not None and self.last.checked_at >= self.modified_at

    @property
    def is_late(self) -> bool:
        """Whether it should have run by now."""
        latest = max(self.modified_at, self.last.checked_at) if self.last else self.modified_at
        return self.now - latest > STALE_AFTER


@check("triggers", Severity.BROKEN, "What waits in the queue or stream is not processed, and expires in the end.")
def triggers(state: Triggers) -> Iterator[Fault]:
    """Every queue and stream starts its function"""
    for function, sources in STARTED_BY.items():
        for setting in sources:
            name = state.names[setting].rpartition("/")[2]
            ours = [one for one in state.mappings[function] if name in one.source.replace("/", ":").split(":")]
            if not ours:
                yield Fault(f"Nothing connects {name} to the function {function}.", DEPLOY, about=function)
            elif not any(one.enabled for one in ours):
                mend = f"aws lambda update-event-source-mapping --uuid {ours[0].id} --enabled"
                yield Fault(f"The trigger of {function} by {name} is switched off.", mend, about=function)


@check("schedule", Severity.BROKEN, "Accounts are judged late, trials do not begin or end, and no drift is found.")
def schedule(state: EnforceSchedule) -> Iterator[Fault]:
    """A rule runs Enforce each minute"""
    if state.rule is None:
        yield Fault(f"There is no rule {state.name}.", DEPLOY)
    elif not state.rule.enabled:
        yield Fault(f"The rule {state.name} is switched off.", f"aws events enable-rule --name {state.name}")
    elif state.enforce not in state.rule.targets:
        targets = json.dumps([{"Id": "EnforceEveryMinuteLambdaTarget", "Arn": state.enforce}])
        mend = f"aws events put-targets --rule {state.name} --targets '{targets}'"
        yield Fault(f"The rule {state.name} does not start Enforce.", mend)


@check("concurrency", Severity.BROKEN, "Lambda starts it for nothing.")
def concurrency(functions: tuple[FunctionState, ...]) -> Iterator[Fault]:
    """Every function may run"""
    for one in functions:
        if one.reserved == 0:
            mend = f"aws lambda delete-function-concurrency --function-name {one.name}"
            yield Fault(f"The reserved concurrency of {one.logical} is 0.", mend, about=one.logical)


@check("layer-version", Severity.WARNING, "Functions of different versions may decide differently.")
def layer_version(functions: tuple[FunctionState, ...]) -> Iterator[Fault]:
    """All functions run the same version of the code"""
    versions = {one.layer: one.logical for one in functions}
    if len(versions) > 1:
        which = ", ".join(f"{function}: {layer.rpartition(':')[2] or 'none'}" for layer, function in versions.items())
        yield Fault(f"The functions have different versions of the layer ({which}).", DEPLOY)


@check(
    "replay-clock", Severity.BROKEN, "Whoever can invoke a function sets its time, and with it ends trials and waits."
)
def replay_clock(functions: tuple[FunctionState, ...]) -> Iterator[Fault]:
    """No function takes the time from its events"""
    if replaying := [one.logical for one in functions if one.replays]:
        yield Fault(f"ReplayClock is on: {', '.join(replaying)}.", "deploy with ReplayClock=off")


@check("code-version", Severity.WARNING, "The command may read, write and explain otherwise than the functions.")
def code_version(state: LastCheckup) -> Iterator[Fault]:
    """The functions run the code of this command"""
    last = state.last
    if last and state.is_known and last.code != state.ours:
        mend = "install the command from the version that is deployed, or deploy this one: permille deploy"
        yield Fault(f"The stack runs {last.code}, and this command is {state.ours}.", mend)


@check("scheduled-checks", Severity.WARNING, "What breaks later is found by nobody, and the desk shows old findings.")
def scheduled_checks(state: LastCheckup) -> Iterator[Fault]:
    """The function Doctor checks the stack every few hours"""
    if state.is_late:
        what = "No scheduled check has finished since the stack was deployed."
        if state.last:
            what = f"The last scheduled check was {state.last.checked_at:%Y-%m-%d %H:%M} UTC."
        yield Fault(what, "read its log: sam logs --name Doctor; and see whether its rule is on")


@check("clock", Severity.WARNING, "Decisions get wrong times; AWS refuses requests that are five minutes off.")
def clock(ahead: timedelta) -> Iterator[Fault]:
    """This computer's clock agrees with AWS's"""
    if abs(ahead) > MOST_AHEAD:
        seconds = int(abs(ahead).total_seconds())
        what = f"This computer's clock is {seconds:,} seconds {'ahead of' if ahead > timedelta() else 'behind'} AWS's."
        yield Fault(what, "synchronize it, as with timedatectl set-ntp true")
