"""The sending path of an account: SES while its SMTP account is on, else the connected provider, or none."""

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
    """The sending path.

    via: what e-mails go through; None where the account may not send
    since_entry: the entry that made it so; None where that is not known
    switching_on: the SMTP account is going to be on, and its credential is not in sync yet; until then, SES is not used
    """

    via: Via | None
    since_entry: Entry | None
    switching_on: bool

    @property
    def may_send(self) -> bool:
        """Whether there is a way to send."""
        return self.via is not None

    def why(self, platform: str) -> str:
        """Why it is so, in one sentence; empty where that is not known."""
        if self.switching_on:
            return f"Your {platform} SMTP account is being switched on"
        return self.since_entry.headline(platform) if self.since_entry else ""


def route(account: Account, since_entry: Entry | None) -> Route:
    """The account's sending path. `since_entry`: the entry whose id is `changed_by(account)`."""
    return Route(_via(account), since_entry, _is_switching_on(account))


def changed_by(account: Account) -> str:
    """The id of the entry that made the sending path what it is; empty where that is not known."""
    changes = account.route_changes
    return changes.to_ses if _via(account) is Via.SES else changes.from_ses


def with_route_changes(read: Account | None, account: Account, entries: Sequence[Entry]) -> Account:
    """The account with the id of the entry that changes its sending path, if one of `entries` does. To be called before
    each write. `read`: the account before; None where it is new."""
    causes = [entry for entry in entries if entry.account_id == account.id and entry.topic is Topic.STANDING]
    if not causes:
        return account
    changes = account.route_changes
    if account.may_send and not (read and read.may_send):
        changes = replace(changes, to_ses=causes[-1].id)
    if read and _leaves_ses(read, account):
        changes = replace(changes, from_ses=causes[-1].id)
    if read and read.may_send and not account.may_send:
        changes = replace(changes, off_at=causes[-1].at)
    return replace(account, route_changes=changes)


def _leaves_ses(read: Account, account: Account) -> bool:
    """Whether the write moves its e-mails from SES to another path, or changes that path."""
    switched_off = read.may_send and not account.may_send
    return switched_off or (_via(account) is not Via.SES and _way(account) != _way(read))


def _way(account: Account) -> tuple[Via | None, Provider | None]:
    via = _via(account)
    return via, account.provider if via is Via.PROVIDER else None


def _via(account: Account) -> Via | None:
    if account.may_send and not _is_switching_on(account):
        return Via.SES
    return Via.PROVIDER if account.provider and not account.is_closed else None


def _is_switching_on(account: Account) -> bool:
    return account.status.may_send and not account.in_sync
