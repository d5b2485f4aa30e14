"""What the report says of the owner's other provider, and of what became of a request for one."""

from collections.abc import Mapping
from typing import Any

from permille.console.site.provider_form import open_request
from permille.domain.account.account import Account
from permille.domain.sending.smtp_server import LONGEST_HOST, LONGEST_USERNAME
from permille.domain.timeline.kinds.provider import ProviderConnected, ProviderRequested, ProviderRequestEnded
from permille.domain.values.status import Status
from permille.domain.words import wording
from permille.rendering.templates import Brand
from permille.usecases.views.report import OwnerReport

_WAITING = "It is connected, and your e-mails go through it whenever your SMTP account is off."
_IN_USE = "Your e-mails go through it while your SMTP account is off. They count complaints and bounces as well."
_PROVIDER_LINES: Mapping[Status, str] = {
    Status.ACTIVE: _WAITING,
    Status.TRIAL: _WAITING,
    Status.DISABLED: _IN_USE,
    Status.OBSERVING: _IN_USE,
    Status.CLOSED: "It is connected, and nothing goes through it: the account is closed.",
}


def provider_values(report: OwnerReport, brand: Brand) -> dict[str, Any]:
    """The template variables of provider.html.j2 but for the form."""
    account = report.account
    return {
        "provider": _provider(account),
        "provider_request": open_request(account, report.now),
        "provider_ended": _ended_request(report, brand),
        "unreachable": bool(account.owner_mail),
    }


def _provider(account: Account) -> dict[str, str] | None:
    """The provider that is connected; None where none is."""
    provider = account.provider
    if provider is None:
        return None
    return {
        "line": _IN_USE if account.denied_by_hand else _PROVIDER_LINES[account.status],
        "host": wording.plain(provider.host, LONGEST_HOST),
        "port": str(provider.port),
        "username": wording.plain(provider.username, LONGEST_USERNAME),
        "connected": wording.day(provider.connected_at),
    }


def _ended_request(report: OwnerReport, brand: Brand) -> str:
    """What became of the last request for a provider; empty where it was confirmed, or is open, or long ago."""
    kinds = ProviderRequested | ProviderRequestEnded | ProviderConnected
    newest = next((entry for entry in report.entries if isinstance(entry.facts, kinds)), None)
    if newest is None or not isinstance(newest.facts, ProviderRequestEnded):
        return ""
    ended = newest.in_zone(report.zone)
    return f"{ended.headline(brand.platform)}, on {wording.local(ended.at)}. {ended.sentence()}"
