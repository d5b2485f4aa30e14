"""Reads archived feedback: lines of JSON as SNS, EventBridge or Firehose deliver them, and when they arrived."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from permille.aws.ses_envelopes import SET_UP_TEXT, event_in
from permille.aws.ses_events import read_event
from permille.aws.ses_fields import Json, Malformed, instant_or_none, json_object
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback, Ignored, Unreadable

LINE = "the line"
_DECODER, _BLANKS = json.JSONDecoder(), re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Archived:
    """Feedback of an archive.

    feedback: as `ses_events.parse` reads it
    arrived_at: by the envelope's Timestamp (SNS) or time (EventBridge); else by what the event says of the delivery,
        bounce or complaint; else when the mail was sent. None where the feedback is not counted
    """

    feedback: Feedback | Ignored | Unreadable
    arrived_at: datetime | None = None


def read_archived(line: str) -> Iterator[Archived]:
    """The feedback of a line, whatever it holds: Firehose writes documents one after the other. Never raises."""
    try:
        yield _archived(_content(line))
    except Malformed as malformed:
        first, *others = _documents(line)
        if others:
            for document in (first, *others):
                yield from read_archived(document)
        else:
            yield Archived(Unreadable(str(malformed)))


def _content(line: str) -> Json | Ignored:
    return Ignored("set-up notice") if line.startswith(SET_UP_TEXT) else json_object(line, LINE)


def _documents(line: str) -> list[str]:
    """The texts of the documents of a line; the last one is what cannot be read."""
    documents, start = list[str](), 0
    while start < len(line):
        try:
            _, end = _DECODER.raw_decode(line, start)
        except (ValueError, RecursionError):
            end = len(line)
        documents.append(line[start:end])
        start = _BLANKS.match(line, end).end()  # type: ignore[union-attr]
    return documents or [line]


def _archived(content: Json | Ignored) -> Archived:
    if isinstance(content, Ignored):
        return Archived(content)
    try:
        event = event_in(content, LINE)
    except Malformed as malformed:
        return Archived(Unreadable(str(malformed)))
    feedback = event if isinstance(event, Ignored) else read_event(event)
    if isinstance(event, Ignored) or not isinstance(feedback, Feedback):
        return Archived(feedback)
    enveloped = content.get("Timestamp") if "TopicArn" in content else content.get("time")
    at = instant_or_none(enveloped) if enveloped else None
    return Archived(feedback, at or _happened_at(event, feedback) or feedback.message.sent_at)


def _happened_at(event: Json, feedback: Feedback) -> datetime | None:
    match feedback:
        case Delivery():
            return instant_or_none(event["delivery"].get("timestamp"))
        case Bounce(bounced_at=at):
            return at
    return feedback.reported_at
