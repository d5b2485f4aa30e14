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

    def allowance(self, kept: int) -> int:
        """How many more complaints are allowed where the rules would keep so many: none in a trial, or while it is
        off."""
        return kept if self is Status.ACTIVE else 0


class Held(StrEnum):
    """Why a broken rule is not acted on yet."""

    NO = ""
    FEEDBACK = "feedback"  # waits to be counted, and could still turn the verdict
    STALLED = "stalled"  # feedback waits, and nothing at all is counted
    BREAKER = "breaker"
