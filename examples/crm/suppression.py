"""Whom the account must not mail any more: who complained, whose mail bounced, and whom staff added."""

from .api import AccountApi


def suppressed(api: AccountApi) -> dict[str, str]:
    """Why each suppressed address is suppressed: `complaint`, `bounce` or `added`. Read it before each campaign.
    Once it is long, keep a copy, read what came `since`, and follow the events (docs/operate/suppressions.md)."""
    return {row["address"]: row["reason"] for row in api.rows("/suppressions")}


def normalized(address: str) -> str:
    """The address in the form of the list: lower case, the domain in A-labels."""
    local, _, domain = address.strip().lower().rpartition("@")
    try:
        return f"{local}@{domain.rstrip('.').encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{domain}"
