"""The entries that last changed what an account sends through."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RouteChanges:
    """Ids of entries; empty in older rows, and where there was no such change.

    to_ses: the last entry by which the account may send through SES
    from_ses: the last entry by which it sends through its provider, another provider, or not at all
    off_at: when it last ceased to send through SES; None where it never did
    """

    to_ses: str = ""
    from_ses: str = ""
    off_at: datetime | None = None
