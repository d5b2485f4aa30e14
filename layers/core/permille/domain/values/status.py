"""States: of an account, of a broken rule that is not acted on yet, and of the enforcement as a whole."""

from enum import StrEnum


class Status(StrEnum):
    """The state of an account."""

    ACTIVE = "active"
    DISABLED = "disabled"
    TRIAL = "trial"  # the one day of sending on probation
    OBSERVING = "observing"  # off after the trial, while late complaints may come
    CLOSED = "closed"  # for good

    @property
    def may_send(self) -> bool:
        """Whether the SMTP credential is on in this state."""
        return self in (Status.ACTIVE, Status.TRIAL)


class HoldReason(StrEnum):
    """Why a broken rule is not acted on yet."""

    NO = ""
    FEEDBACK = "feedback"  # feedback in the queue could still change the verdict
    STALLED = "stalled"  # feedback is in the queue, and none is being counted
    BREAKER = "breaker"  # the breaker is full or open
    NO_DELIVERIES = "no_deliveries"  # fewer deliveries than complaints are counted: delivery events are missing

    @property
    def needs_staff(self) -> bool:
        """Whether people have to act; the other holds end by themselves."""
        return self in (HoldReason.BREAKER, HoldReason.NO_DELIVERIES)


class Mode(StrEnum):
    """Whether broken rules disable accounts: `monitor` is a dry run."""

    MONITOR = "monitor"
    ENFORCE = "enforce"
