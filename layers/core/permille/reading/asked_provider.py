"""A provider that was asked for on the owner's page, as staff and operators read it."""

from datetime import datetime, tzinfo

from permille.domain.account.provider import ProviderRequest
from permille.domain.sending.smtp_server import LONGEST_HOST, LONGEST_USERNAME
from permille.domain.words.wording import local, plain


def asked_line(request: ProviderRequest, zone: tzinfo, now: datetime) -> str:
    """Which one, since when, and until when the owner can confirm it. `zone`: the account's."""
    server = f"{plain(request.host, LONGEST_HOST)}:{request.port} as {plain(request.username, LONGEST_USERNAME)}"
    asked, until = local(request.requested_at.astimezone(zone)), local(request.expires_at.astimezone(zone))
    waits = f"It waits for the owner's confirmation, until {until}."
    over = f"The owner did not confirm it by {until}: it ends within the hour."
    return f"{server} was asked for on the owner's page on {asked}. {waits if now < request.expires_at else over}"
