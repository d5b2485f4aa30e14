"""Replays feedback from quarantine."""

from permille.ports.feedback import Quarantined
from permille.ports.operator import FeedbackQueue, QuarantinedFeedback


def replay_feedback(queue: FeedbackQueue, quarantine: QuarantinedFeedback, quarantined: Quarantined) -> None:
    """Sends the body to the feedback queue, and deletes it afterwards: cut off in between, it is in both and counts
    once. Does nothing where the body no longer exists: somebody else dropped or replayed it."""
    body = quarantine.body(quarantined.id)
    if body is not None:
        queue.put(body)
        quarantine.drop(quarantined)
