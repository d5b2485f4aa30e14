"""The owner's third-party SMTP provider: what can be connected, what may go wrong when it is tried, what is told."""

from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people.commands import ConnectProvider, DisconnectProvider
from permille.domain.rules.decision import Outcome
from permille.domain.timeline.kinds.provider import ProviderConnected, ProviderDisconnected
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import DecisionRefused


def may_connect(account: Account) -> None:
    """Raises `DecisionRefused` where it may not: asked before anything is tried."""
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")


def connect(account: Account, command: ConnectProvider, now: datetime) -> Outcome:
    """Where somebody else has changed the provider since the login was tried, the secret may not be what it was."""
    may_connect(account)
    provider, before = command.provider, command.replaces
    if account.provider and account.provider.version == provider.version:  # written already, and the answer was lost
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
    """Nothing happens where none is connected."""
    gone = account.provider
    if gone is None:
        return Outcome(account, [])
    facts = ProviderDisconnected(host=gone.host, port=gone.port, user=gone.user, by=command.by)
    return Outcome(replace(account, provider=None, decided_at=now), [entry(account.id, now, facts)])
