"""Decides on the owner's third-party SMTP provider: connected, disconnected."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people.owner_commands import ConnectProvider, DisconnectProvider
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.provider import ProviderConnected, ProviderDisconnected, ProviderRequestEnded
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import DecisionRefused


def check_connectable(account: Account) -> None:
    """Raises DecisionRefused where the account can have no provider. To be called before a login is tried."""
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")


def connect(account: Account, command: ConnectProvider, now: datetime) -> Outcome:
    """Connects a provider. It is refused where the provider was changed since the login was tried, as its secret may
    have been replaced, and where the request that was confirmed is not open any more. Idempotent."""
    check_connectable(account)
    provider, before, confirmed = command.provider, command.replaces, command.request
    if account.provider and account.provider.version == provider.version:  # a repeated call
        return Outcome(account, [])
    asked = account.provider_request
    if confirmed and (asked is None or asked.version != confirmed):
        raise DecisionRefused("this request is not open any more: it was withdrawn or replaced meanwhile")
    if account.provider != before:
        raise DecisionRefused(f"the provider of {account.id} was changed meanwhile; connect it again")
    replaces = before.host if before else ""
    facts = ProviderConnected(
        host=provider.host,
        port=provider.port,
        username=provider.username,
        replaces=replaces,
        confirmed=bool(confirmed),
        by=command.by,
    )
    connected = replace(account, provider=replace(provider, connected_at=now), decided_at=now)
    if confirmed:
        connected = replace(connected, provider_request=None)
    return Outcome(connected, [entry(account.id, now, facts)])


def disconnect(account: Account, command: DisconnectProvider, now: datetime) -> Outcome:
    """Disconnects the provider, and ends a request for one; nothing happens where there is neither."""
    former, asked, entries = account.provider, account.provider_request, list[Entry]()
    if former:
        facts = ProviderDisconnected(host=former.host, port=former.port, username=former.username, by=command.by)
        entries.append(entry(account.id, now, facts))
    if asked:
        ended = ProviderRequestEnded(
            host=asked.host, port=asked.port, username=asked.username, expired=False, by=command.by
        )
        entries.append(entry(account.id, now, ended))
    without = replace(account, provider=None, provider_request=None, decided_at=now)
    return Outcome(without, entries) if entries else Outcome(account, [])
