"""Reads the accounts with their senders, and SES with their identities."""

from collections.abc import Iterator

from permille.domain.account.account import Account
from permille.domain.doctor.checkup import SCHEDULED_EVERY
from permille.domain.doctor.facts import SesAccountState
from permille.domain.doctor.identities import OF_IDENTITIES, AccountIdentities, MailIdentities, parents, part_of
from permille.domain.doctor.senders import Directory
from permille.domain.values.errors import RequestRejected
from permille.ports.accounts import UnreadableAccount
from permille.usecases.doctor.readings import Readings

PAGE = 100  # accounts


def directory(readings: Readings) -> Directory:
    """All accounts and registered senders. An account is written together with its senders: these are read after it, so
    that none of them is missing, and the accounts that were added meanwhile are read then."""
    services = readings.services
    accounts = {account.id: account for account in readings.progress(_accounts(readings), "Reading accounts")}
    senders = {sender.name: sender.account_id for sender in services.probes.senders.all()}
    for unknown in {*senders.values()} - {"", *accounts}:
        if account := services.accounts.get(unknown):
            accounts[unknown] = account
    return Directory(readings.now, readings.names["senders_table"], tuple(accounts.values()), senders)


def _accounts(readings: Readings) -> Iterator[Account]:
    page = readings.services.accounts.page("", PAGE)
    while page:
        yield from map(_readable, page)
        page = readings.services.accounts.page(page[-1].id, PAGE)


def _readable(account: Account | UnreadableAccount) -> Account:
    if isinstance(account, UnreadableAccount):
        raise RequestRejected(f"the row of {account.id} is no account: {account.why}")
    return account


def identities(readings: Readings) -> AccountIdentities:
    """The identities of accounts that are not closed, or a part of them in turn."""
    accounts = [account for account in readings.once(directory).accounts if not account.is_closed]
    owners = {name: account.id for account in accounts for name in account.identities}
    looked_at = readings.progress(_part(readings, sorted(owners)), "Reading identities")
    found = tuple(readings.services.probes.ses.identity(name, owners[name]) for name in looked_at)
    return AccountIdentities(readings.names, found, len(owners))


def _part(readings: Readings, names: list[str]) -> list[str]:
    """Those that are looked at in this run."""
    if readings.most_identities is None:
        return names
    last = readings.services.probes.checkups.last()
    again = [name for check in OF_IDENTITIES for name in (last.about(check) if last else ())]
    turn = int(readings.now.timestamp() // SCHEDULED_EVERY.total_seconds())
    return part_of(names, again, readings.most_identities, turn)


def mail_identities(readings: Readings) -> MailIdentities:
    """The identities of our own mail."""
    sender = readings.names["mail_from"]
    return MailIdentities(sender, tuple(readings.services.probes.ses.identity(name, "") for name in parents(sender)))


def ses_account(readings: Readings) -> SesAccountState:
    """SES of the AWS account."""
    return readings.services.probes.ses.account()
