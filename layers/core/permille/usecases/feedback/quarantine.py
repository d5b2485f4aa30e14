"""Feedback in quarantine goes back to where it came from."""

from permille.ports.feedback import Quarantined
from permille.ports.operator import FeedbackQueue, QuarantinedFeedback


def replay_feedback(queue: FeedbackQueue, quarantine: QuarantinedFeedback, one: Quarantined) -> None:
    """Puts it on the feedback queue and drops it afterwards: cut off in between, it is there twice and counts once. One
    that is gone was dropped, or replayed, by somebody else."""
    body = quarantine.body(one.id)
    if body is not None:
        queue.put(body)
        quarantine.drop(one)
