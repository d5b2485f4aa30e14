"""Reads the functions, and what protects the platform."""

from datetime import datetime

from permille.domain.doctor.alarms import NO_TOPIC, AlarmTopic
from permille.domain.doctor.facts import Alarm, Concurrency, FunctionState
from permille.domain.doctor.functions import DOCTOR, STARTED_BY, EnforceSchedule, LastCheckup, Triggers
from permille.domain.doctor.quotas import UserQuotaState
from permille.domain.doctor.safeguards import Brakes, DenyGroup, PolicyState, SweepState
from permille.domain.rules.breaker import hour_of
from permille.domain.values.errors import NotFound, PolicyNotValid
from permille.domain.values.status import Mode
from permille.usecases.doctor.account_readings import directory, ses_account
from permille.usecases.doctor.feedback_readings import configuration_set
from permille.usecases.doctor.readings import Readings


def functions(readings: Readings) -> tuple[FunctionState, ...]:
    """The functions; raises NotFound where one does not exist."""
    return tuple(_function(readings, logical, name) for logical, name in readings.names.functions.items())


def _function(readings: Readings, logical: str, name: str) -> FunctionState:
    found = readings.services.probes.functions.function(logical, name)
    if found is None:
        raise NotFound(f"there is no function {name}")
    return found


def triggers(readings: Readings) -> Triggers:
    """The event source mappings."""
    mappings, names = readings.services.probes.functions.triggers, readings.names.functions
    return Triggers(readings.names, {logical: mappings(names[logical]) for logical in STARTED_BY})


def schedule(readings: Readings) -> EnforceSchedule:
    """The rule of each minute."""
    name = readings.names["enforce_schedule_name"]
    return EnforceSchedule(name, readings.names.function_arn("Enforce"), readings.services.probes.functions.rule(name))


def concurrency(readings: Readings) -> Concurrency:
    """Lambda's concurrency."""
    return readings.services.probes.functions.concurrency(readings.now)


def last_checkup(readings: Readings) -> LastCheckup:
    """The last scheduled run, and when its function was deployed."""
    function = _function(readings, DOCTOR, readings.names["doctor_function_name"])
    last = readings.services.probes.checkups.last()
    return LastCheckup(readings.now, last, readings.services.code, function.modified_at)


def suppressed(readings: Readings) -> frozenset[str]:
    """For which reasons SES suppresses recipients of the stack's mail."""
    setup = readings.once(configuration_set).setup
    if setup is not None and setup.suppressed is not None:
        return setup.suppressed
    return readings.once(ses_account).suppressed


def deny_group(readings: Readings) -> DenyGroup:
    """The deny group."""
    name = readings.names["deny_group"]
    return DenyGroup(name, readings.services.probes.safeguards.group_policies(name))


def policy(readings: Readings) -> PolicyState:
    """The policy in force."""
    try:
        return PolicyState(readings.services.policies.current())
    except PolicyNotValid as error:
        return PolicyState(None, str(error))


def mode(readings: Readings) -> Mode:
    """Whether broken rules are acted on."""
    return readings.services.mode


def brakes(readings: Readings) -> Brakes:
    """The breaker, and how many accounts are held for staff."""
    held = sum(account.hold_reason.needs_staff for account in readings.once(directory).accounts)
    return Brakes(readings.services.control.breaker(hour_of(readings.now)).opened_at, held)


def sweep(readings: Readings) -> SweepState:
    """When the next lap of the sweep is due; before the first one, since Enforce was deployed."""
    next_at = readings.services.control.lap().next_at
    if next_at:
        return SweepState(readings.now, datetime.fromisoformat(next_at))
    return SweepState(readings.now, _function(readings, "Enforce", readings.names.functions["Enforce"]).modified_at)


def alarms(readings: Readings) -> tuple[Alarm, ...]:
    """The stack's alarms, but for the doctor's own, which would be ringing about itself."""
    found = readings.services.probes.safeguards.alarms(readings.names.stack)
    return tuple(one for one in found if not one.name.startswith(f"{readings.names.stack}-{DOCTOR}Alarm-"))


def alarm_topic(readings: Readings) -> AlarmTopic:
    """Who is subscribed to the alarms."""
    arn = readings.names["alarm_topic_arn"]
    if arn == NO_TOPIC:
        return AlarmTopic(arn)
    found = readings.services.probes.topics.subscriptions(arn)
    confirmed = sum(bool(one.arn) for one in found)
    return AlarmTopic(arn, confirmed, len(found) - confirmed)


def user_quota(readings: Readings) -> UserQuotaState:
    """The quota of IAM users."""
    quota = readings.services.probes.safeguards.user_quota()
    return UserQuotaState(quota.used, quota.quota)
