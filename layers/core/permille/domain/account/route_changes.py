"""The entries that last changed what an account sends through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RouteChanges:
    """The ids of the entries that last changed what its e-mails go through; empty in older rows, and where it never
    changed so.

    to_ses: by which it was let send through its SMTP account
    from_ses: by which they came to go through its provider, to another provider, or nowhere
    """

    to_ses: str = ""
    from_ses: str = ""
