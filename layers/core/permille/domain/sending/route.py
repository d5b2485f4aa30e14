"""What an account may send through now: its SMTP account while that is on, else the provider that was connected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.timeline.kinds.credential import DeniedByHand, UndeniedByHand
from permille.domain.timeline.kinds.provider import ProviderConnected, ProviderDisconnected
from permille.domain.timeline.kinds.staff import DenyLifted
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status


class Via(StrEnum):
    SES = "ses"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Route:
    """`came_by`: the entry by which the route is as it is. `waking`: the SMTP account is to be on, and its credential
    was not read back yet as being so; until it was, the route is what it would be without."""

    via: Via | None
    came_by: Entry | None
    waking: bool

    @property
    def may_send(self) -> bool:
        return self.via is not None

    def why(self, platform: str) -> str:
        """Why it is so, in one sentence; empty where nothing is known of it."""
        if self.waking:
            return f"Your {platform} SMTP account is being switched on"
        return self.came_by.headline(platform) if self.came_by else ""


def route(account: Account, entries: Sequence[Entry]) -> Route:
    """`entries`: those of the topic STANDING, with or without others, oldest first; what came after the account was
    read is left out."""
    waking = account.status.may_send and not account.in_sync
    via = _via(account, waking=waking)
    known = [entry for entry in entries if account.decided_at is None or entry.at <= account.decided_at]
    return Route(via, _came_by(account, known, waking=waking), waking)


def _via(account: Account, *, waking: bool) -> Via | None:
    if account.may_send and not waking:
        return Via.SES
    return Via.PROVIDER if account.provider and not account.is_closed else None


@dataclass(frozen=True, slots=True)
class _Standing:
    """`on`: the status lets it send; `denied`: by hand; `provider`: which connection, empty for none."""

    on: bool
    closed: bool
    provider: str
    denied: bool = False

    @property
    def route(self) -> str:
        if self.on and not self.denied:
            return Via.SES
        return "" if self.closed else self.provider

    def after(self, entry: Entry) -> "_Standing":
        match entry.facts:
            case ProviderConnected():
                return replace(self, provider=entry.id)
            case ProviderDisconnected():
                return replace(self, provider="")
            case DeniedByHand():
                return replace(self, denied=True)
            case UndeniedByHand() | DenyLifted():
                return replace(self, denied=False)
        if entry.change is None:
            return self
        after = entry.change.after
        return replace(self, on=after.may_send, closed=after is Status.CLOSED, denied=False)


def _came_by(account: Account, entries: Sequence[Entry], *, waking: bool) -> Entry | None:
    """The last entry that changed the route, found by going along them. What the credential waits for since was not
    believed: the last switching on."""
    waits_for = [entry for entry in entries if _is_waited_for(entry)][-1:] if waking else []
    came_by: Entry | None = None
    standing = _Standing(on=False, closed=False, provider=_connected_before(account, entries))
    for entry in entries:
        now = replace(standing, on=False, closed=False) if entry in waits_for else standing.after(entry)
        came_by = entry if now.route != standing.route else came_by
        standing = now
    return came_by


def _is_waited_for(entry: Entry) -> bool:
    switched_on = entry.change is not None and entry.change.after.may_send
    return switched_on or isinstance(entry.facts, DenyLifted)


def _connected_before(account: Account, entries: Sequence[Entry]) -> str:
    """Which provider was connected when the entries begin; before a connecting it makes no difference."""
    for entry in entries:
        match entry.facts:
            case ProviderConnected():
                return ""
            case ProviderDisconnected() as gone:
                return gone.host
    return account.provider.host if account.provider else ""
