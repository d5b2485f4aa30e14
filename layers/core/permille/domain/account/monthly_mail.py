"""The monthly mail that says how an account stands."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MonthlyMail:
    """What is known of an account's monthly mail.

    stopped: the owner does not want it
    last_at: when the last one was written; None before the first
    """

    stopped: bool = False
    last_at: datetime | None = None
