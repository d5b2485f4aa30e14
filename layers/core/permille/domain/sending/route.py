"""What an account may send through now: its SMTP account while that is on, else the provider that was connected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.account.provider import Provider
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.timeline import Entry


class Via(StrEnum):
    """Through what an account sends: Amazon SES, or its third-party provider."""

    SES = "ses"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Route:
    """`came_by`: the entry by which the route is as it is; None where it is not known. `waking`: the SMTP account is to
    be on, and its credential was not read back yet as being so; until it was, the route is what it would be without."""

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


def route(account: Account, came_by: Entry | None) -> Route:
    """`came_by`: the entry of the id `changed_by`."""
    return Route(_via(account), came_by, _is_waking(account))


def changed_by(account: Account) -> str:
    """The id of the entry by which the route came to be as it is; empty where it is not known."""
    changes = account.route_changes
    return changes.to_ses if _via(account) is Via.SES else changes.from_ses


def with_route_changes(read: Account | None, account: Account, entries: Sequence[Entry]) -> Account:
    """The account as it is to be saved with these entries: with the one by which its route changes, if it does. `read`:
    the account before; None where it is new."""
    causes = [entry.id for entry in entries if entry.account_id == account.id and entry.topic is Topic.STANDING]
    if not causes:
        return account
    changes = account.route_changes
    if account.may_send and not (read and read.may_send):
        changes = replace(changes, to_ses=causes[-1])
    if read and _leaves_ses(read, account):
        changes = replace(changes, from_ses=causes[-1])
    return replace(account, route_changes=changes)


def _leaves_ses(read: Account, account: Account) -> bool:
    """Whether its e-mails come to go another way than through the SMTP account, or to go nowhere."""
    switched_off = read.may_send and not account.may_send
    return switched_off or (_via(account) is not Via.SES and _way(account) != _way(read))


def _way(account: Account) -> tuple[Via | None, Provider | None]:
    via = _via(account)
    return via, account.provider if via is Via.PROVIDER else None


def _via(account: Account) -> Via | None:
    if account.may_send and not _is_waking(account):
        return Via.SES
    return Via.PROVIDER if account.provider and not account.is_closed else None


def _is_waking(account: Account) -> bool:
    return account.status.may_send and not account.in_sync
