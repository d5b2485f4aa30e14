"""Publishes SES's events to the SNS topics of a configuration set, in order, outside the SMTP sessions."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from permille_cli.published_events import Event

SUBJECT = "Amazon SES Email Event Notification"
WAITING = 10_000
DRAINING_SECONDS = 10
GATHERING_SECONDS = 0.1
BATCH = 10  # PublishBatch takes no more
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    """An enabled SNS event destination of a configuration set."""

    topic_arn: str
    event_types: frozenset[str]

    def wants(self, event: Event) -> bool:
        return event["eventType"].upper() in self.event_types


def destinations(sesv2: Any, configuration_set: str) -> tuple[Destination, ...] | None:
    """The event destinations of a configuration set; None if there is no such set."""
    try:
        answer = sesv2.get_configuration_set_event_destinations(ConfigurationSetName=configuration_set)
    except sesv2.exceptions.NotFoundException:
        return None
    return tuple(
        Destination(destination["SnsDestination"]["TopicArn"], frozenset(destination["MatchingEventTypes"]))
        for destination in answer.get("EventDestinations", [])
        if destination["Enabled"] and "SnsDestination" in destination
    )


class Outbox:
    """A bounded queue: senders that are faster than SNS wait."""

    def __init__(self, sns: Any) -> None:
        self._sns = sns
        self._waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue(WAITING)
        self._delayed: set[asyncio.Task[None]] = set()

    async def put(self, events: Iterable[Event], wanted_by: Iterable[Destination], *, after: float = 0) -> None:
        """Queues the events, or schedules them after some seconds. `wanted_by`: the destinations."""
        if after:
            task = asyncio.create_task(self._put_delayed(events, wanted_by, after))
            self._delayed.add(task)
            task.add_done_callback(self._delayed.discard)
        else:
            await self._put(events, wanted_by)

    async def _put_delayed(self, events: Iterable[Event], wanted_by: Iterable[Destination], after: float) -> None:
        await asyncio.sleep(after)
        await self._put(events, wanted_by)

    async def _put(self, events: Iterable[Event], wanted_by: Iterable[Destination]) -> None:
        for event in events:
            for destination in wanted_by:
                if destination.wants(event):
                    # Seen in the wild: SES ends every message with a newline.
                    await self._waiting.put((destination.topic_arn, json.dumps(event) + "\n"))

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[None]:
        """Publishes during the block, and at its end the rest of the queue."""
        worker = asyncio.create_task(self._publish_all())
        try:
            yield
            async with asyncio.timeout(DRAINING_SECONDS):
                await self._waiting.join()
        except TimeoutError:
            log.warning("%d events were not published", self._waiting.qsize())
        finally:
            for task in (worker, *self._delayed):
                task.cancel()

    async def _publish_all(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            if self._waiting.qsize() < BATCH - 1:
                await asyncio.sleep(GATHERING_SECONDS)  # a tenth of the calls and of the functions' runs
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            for topic_arn, messages in groupby(batch, key=lambda waiting: waiting[0]):
                await asyncio.to_thread(self._publish, topic_arn, [message for _, message in messages])
            for _ in batch:
                self._waiting.task_done()

    def _publish(self, topic_arn: str, messages: list[str]) -> None:
        entries = [
            {"Id": str(number), "Message": message, "Subject": SUBJECT} for number, message in enumerate(messages)
        ]
        try:
            answer = self._sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        except (BotoCoreError, ClientError) as error:  # for example a deleted topic: SES drops the events too
            log.warning("%d events were not published to %s: %s", len(messages), topic_arn, error)
            return
        for failed in answer.get("Failed", []):
            log.warning("An event was not published to %s: %s", topic_arn, failed)
