"""What an account is, why a broken rule is not acted on yet, and whether broken rules are acted on at all."""

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
    NO_DELIVERIES = "no_deliveries"  # fewer counted than complaints, which cannot be: the feed is broken


class Mode(StrEnum):
    OBSERVE = "observe"
    ENFORCE = "enforce"
