"""Reads the way of feedback, from SES to the queue, and what is counted at its end."""

from datetime import date, timedelta

from permille.domain.doctor.facts import QueueDepth, SesStatistics
from permille.domain.doctor.feedback_path import QueueSetups, SetState, TopicState
from permille.domain.doctor.safeguards import MOST_COUNTED
from permille.domain.doctor.ses_account import COMPARED_DAYS, ComparedCounts
from permille.domain.values.tally import Days, Tally, total
from permille.ports.desk import EVENTS, FEEDBACK, RETRIES
from permille.usecases.doctor.account_readings import directory
from permille.usecases.doctor.readings import Readings

QUEUES = ("feedback_queue_url", "feedback_dead_letter_queue_url", "notify_queue_url")
# How old a message may be, as for the alarms of age, and what to do. Other queues hold dead letters.
AGES = {
    FEEDBACK: (timedelta(minutes=10), "sam logs --name IngestComplaint; permille doctor --check triggers"),
    RETRIES: (timedelta(hours=1), "sam logs --name Notify (entry.retry_failed)"),
    EVENTS: (timedelta(hours=1), "permille webhook test; sam logs --name Webhook"),
}
LOOKED_BACK = timedelta(days=14)  # SES's statistics go back as far


def configuration_set(readings: Readings) -> SetState:
    """The configuration set with its event destinations."""
    name, ses = readings.names.configuration_set, readings.services.probes.ses
    return SetState(readings.names, ses.configuration_set(name), ses.destinations(name))


def topic(readings: Readings) -> TopicState:
    """The feedback topic with its subscriptions."""
    topics, arn = readings.services.probes.topics, readings.names.topic
    found = tuple(topics.detailed(one) if one.arn else one for one in topics.subscriptions(arn))
    return TopicState(readings.names, topics.policy(arn), found)


def queue_setups(readings: Readings) -> QueueSetups:
    """The policies and dead letters of the queues."""
    setup = readings.services.probes.queue_attributes.setup
    return QueueSetups(readings.names, {setting: setup(readings.names[setting]) for setting in QUEUES})


def queue_depths(readings: Readings) -> tuple[QueueDepth, ...]:
    """What waits in the queues."""
    return tuple(
        QueueDepth(queue.name, queue.messages, queue.oldest, *AGES.get(queue.name, (None, _redrive(queue.name))))
        for queue in readings.services.probes.queues.statuses(readings.now)
    )


def _redrive(queue: str) -> str:
    return "permille feedback redrive" if "feedback" in queue else "permille notify redrive"


def quarantined(readings: Readings) -> int:
    """How many bodies are in quarantine, up to MOST_COUNTED."""
    return readings.services.probes.quarantine.count(MOST_COUNTED)


def compared_counts(readings: Readings) -> ComparedCounts:
    """The counts of the last whole days, after the first one that has any: a stack may have begun during it."""
    today = readings.now.date()
    first, last = today - timedelta(days=COMPARED_DAYS), today - timedelta(days=1)
    counted: dict[date, Tally] = {}
    for account in readings.progress(readings.once(directory).accounts, "Reading counts"):
        _add(counted, readings.services.tallies.by_epoch(account.id, today - LOOKED_BACK))
    first = max(first, min(counted) + timedelta(days=1)) if counted else first
    if first > last:
        return ComparedCounts(SesStatistics(), Tally(), days=0)
    of_ses = readings.services.probes.ses_counts.statistics(first, last)
    return ComparedCounts(of_ses, total(counted, first, last), (last - first).days + 1)


def _add(counted: dict[date, Tally], epochs: dict[int, Days]) -> None:
    for days in epochs.values():
        for day, tally in days.items():
            counted[day] = counted.get(day, Tally()) + tally
