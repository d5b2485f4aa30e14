"""Decides on the owner's third-party SMTP provider: connected, disconnected."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people.owner_commands import ConnectProvider, DisconnectProvider
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.provider import ProviderConnected, ProviderDisconnected
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import DecisionRefused


def check_connectable(account: Account) -> None:
    """Raises DecisionRefused where the account can have no provider. To be called before a login is tried."""
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")


def connect(account: Account, command: ConnectProvider, now: datetime) -> Outcome:
    """Connects a provider. It is refused where the provider was changed since the login was tried: its secret may have
    been replaced. Idempotent."""
    check_connectable(account)
    provider, before = command.provider, command.replaces
    if account.provider and account.provider.version == provider.version:  # a repeated call
        return Outcome(account, [])
    if account.provider != before:
        raise DecisionRefused(f"the provider of {account.id} was changed meanwhile; connect it again")
    replaces = before.host if before else ""
    facts = ProviderConnected(
        host=provider.host, port=provider.port, user=provider.user, replaces=replaces, by=command.by
    )
    connected = replace(account, provider=replace(provider, connected_at=now), decided_at=now)
    return Outcome(connected, [entry(account.id, now, facts)])


def disconnect(account: Account, command: DisconnectProvider, now: datetime) -> Outcome:
    """Disconnects the provider; nothing happens where none is connected."""
    former = account.provider
    if former is None:
        return Outcome(account, [])
    facts = ProviderDisconnected(host=former.host, port=former.port, user=former.user, by=command.by)
    return Outcome(replace(account, provider=None, decided_at=now), [entry(account.id, now, facts)])
