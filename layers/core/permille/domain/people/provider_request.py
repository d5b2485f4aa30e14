"""Decides on a provider that is asked for on the owner's page. It is connected once the owner has confirmed it by a
link in a mail: whoever holds the link to a report can ask, and only whoever reads the owner's mail can confirm."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.owner_acts import CountedAct
from permille.domain.account.provider import ProviderRequest
from permille.domain.people.owner_commands import EndProviderRequest, RequestProvider, TryProvider
from permille.domain.people.provider_change import check_connectable
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.provider import ProviderRequested, ProviderRequestEnded, ProviderTried
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import DecisionRefused

CONFIRM_WITHIN = timedelta(days=3)


def note_login(account: Account, command: TryProvider, zone: tzinfo, now: datetime) -> Outcome:
    """Counts a login that is about to be tried, so that a link can try no more than a day allows. `zone`: the
    account's, or UTC where that is unknown."""
    _check_requestable(account)
    acts = account.owner_acts.counted(CountedAct.LOGIN, zone, now)
    acts.counted(CountedAct.PROVIDER, zone, now)  # a login is not tried where its request would be refused
    server = command.server
    facts = ProviderTried(host=server.host, port=server.port, username=server.username, by=command.by)
    return Outcome(replace(account, owner_acts=acts, decided_at=now), [entry(account.id, now, facts)])


def request(account: Account, command: RequestProvider, zone: tzinfo, now: datetime) -> Outcome:
    """Asks for a provider, and mails the owner a link that confirms it. `zone`: as in note_login()."""
    _check_requestable(account)
    acts, new = account.owner_acts.counted(CountedAct.PROVIDER, zone, now), command.provider_request
    facts = ProviderRequested(
        host=new.host,
        port=new.port,
        username=new.username,
        request=new.version,
        expires_at=new.expires_at,
        by=command.by,
    )
    asked = replace(account, provider_request=new, owner_acts=acts, decided_at=now)
    return Outcome(asked, [entry(account.id, now, facts)])


def end(account: Account, command: EndProviderRequest, now: datetime) -> Outcome:
    """Ends the request; nothing happens where it is not open any more."""
    before = account.provider_request
    if before is None or before.version != command.version:
        return Outcome(account, [])
    facts = ProviderRequestEnded(
        host=before.host,
        port=before.port,
        username=before.username,
        expired=command.expired,
        refused=command.refused,
        by=command.by,
    )
    return Outcome(replace(account, provider_request=None, decided_at=now), [entry(account.id, now, facts)])


def is_confirmed(account: Account, version: str) -> bool:
    """Whether the provider of the request of this version is connected: its password kept the version."""
    return account.provider is not None and account.provider.version == version and not account.is_closed


def open_request(account: Account, version: str, now: datetime) -> ProviderRequest:
    """The request of this version. Raises DecisionRefused where it cannot be confirmed any more."""
    request = account.provider_request
    if request is None or request.version != version or now >= request.expires_at:
        raise DecisionRefused(
            "this request is not open any more: it was confirmed, withdrawn or replaced, or has expired"
        )
    return request


def _check_requestable(account: Account) -> None:
    """Raises DecisionRefused where the account can have no provider, or its owner cannot be mailed."""
    check_connectable(account)
    if account.owner_mail:
        raise DecisionRefused(
            "mails to the owner's address are stopped, so that nobody could confirm it; write to support"
        )
