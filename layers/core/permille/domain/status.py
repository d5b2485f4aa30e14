"""What an account is, and why a broken rule is not acted on yet."""

from enum import StrEnum


class Status(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    TRIAL = "trial"
    OBSERVING = "observing"
    CLOSED = "closed"

    @property
    def may_send(self) -> bool:
        return self in (Status.ACTIVE, Status.TRIAL)


class Held(StrEnum):
    """Why a broken rule is not acted on yet."""

    NO = ""
    FEEDBACK = "feedback"  # waits to be counted, and could still turn the verdict
    STALLED = "stalled"  # feedback waits, and nothing at all is counted
    BREAKER = "breaker"
