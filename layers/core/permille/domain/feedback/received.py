"""A record of feedback as it arrived, with what was read of it."""

from dataclasses import dataclass

from permille.domain.feedback.feedback import Feedback, Ignored, Unreadable


@dataclass(frozen=True, slots=True)
class Received:
    """One record of a batch.

    id: the id that its source gave it; a failed record is named by it
    body: the text as it arrived, which is what quarantine keeps
    feedback: what was read of the body
    """

    id: str
    body: str
    feedback: Feedback | Ignored | Unreadable
