"""A record of a batch of feedback: as it arrived, and parsed."""

from dataclasses import dataclass

from permille.domain.feedback.feedback import Feedback, Ignored, Unreadable


@dataclass(frozen=True, slots=True)
class Received:
    """One record of a batch.

    id: its id in the source, by which a failed record is reported
    body: the text as it arrived, which quarantine stores
    feedback: the parsed body
    """

    id: str
    body: str
    feedback: Feedback | Ignored | Unreadable
