"""Imports accounts, one after the other: one that fails stops no other.

What a killed run left behind, the next run completes. IAM tells a key's secret once: a key whose password was not
stored is deleted, and another one is made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.sending.import_plan import ImportAction
from permille.domain.sending.smtp_server import Password, Server
from permille.domain.values.errors import PermilleError
from permille.ports.iam_users import AccessKey
from permille.ports.identities import DnsRecord
from permille.ports.smtp_passwords import SmtpPasswords
from permille.usecases.importing.complete_account import complete_account
from permille.usecases.senders.add_account import SesFacts, add_account
from permille.usecases.senders.adding_run import end_run
from permille.usecases.senders.identities import PreparedIdentities
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.onboard_services import OnboardServices

MOST_FAILURES = 5  # in a row: the reason is none of these accounts, but for instance an expired session
Login = tuple[Server, Password]


@dataclass(frozen=True, slots=True)
class ImportServices:
    """The dependencies of importing.

    passwords: where new passwords are stored; None where no key is made
    login_of: the SMTP credential that is made of an access key
    ses: what is known of SES
    clock: the time
    """

    onboarding: OnboardServices
    passwords: SmtpPasswords | None
    login_of: Callable[[AccessKey], Login]
    ses: SesFacts
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """What became of an account.

    action: what was done, or tried
    error: why it failed; empty where it did not
    prepared: what was done to its identities; None where it failed
    """

    account_id: str
    action: ImportAction
    error: str = ""
    prepared: PreparedIdentities | None = None

    @property
    def records(self) -> Mapping[str, Sequence[DnsRecord]]:
        """The DNS records to be published, by identity that SES did not know before."""
        return self.prepared.records if self.prepared else {}


def import_accounts(services: ImportServices, accounts: Sequence[NewAccount]) -> Iterator[ImportedAccount]:
    """Adds or completes the accounts lazily, and yields what became of each. Ends after MOST_FAILURES failures in a
    row."""
    failures = 0
    for new in accounts:
        imported = _import_account(services, new)
        failures = failures + 1 if imported.error else 0
        yield imported
        if failures == MOST_FAILURES:
            return


def _import_account(services: ImportServices, new: NewAccount) -> ImportedAccount:
    action = ImportAction.ADOPT if new.adopted else ImportAction.CREATE
    try:
        account = services.onboarding.accounts.get(new.account_id)
        if account and account.adding_run:
            action = ImportAction.COMPLETE
            stored_key = services.passwords.key_of if services.passwords else None
            key, prepared = complete_account(services.onboarding, stored_key, account, new, services.clock())
        else:
            added = add_account(services.onboarding, new, services.clock(), services.ses)
            key, prepared = added.key, added.prepared
        if key:
            _store(services, new.account_id, key)
        end_run(services.onboarding.accounts, new.account_id, new.adding_run)
    except PermilleError as error:
        return ImportedAccount(new.account_id, action, str(error))
    return ImportedAccount(new.account_id, action, prepared=prepared)


def _store(services: ImportServices, account_id: str, key: AccessKey) -> None:
    assert services.passwords is not None, "keys are made only where their passwords can be stored"
    services.passwords.put(account_id, *services.login_of(key))
