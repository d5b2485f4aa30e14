"""Creates an account for a host platform. The same request completes a creation that failed or was cut off: nothing is
deleted, and the account's row names the request until the password is on its way. IAM tells a key's secret once, so
that a key whose password may have been lost is replaced."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.values.errors import DecisionRefused
from permille.ports.accounts import Accounts
from permille.ports.iam_users import AccessKey
from permille.usecases.decisions.find_account import find_account
from permille.usecases.importing.complete_account import complete_account
from permille.usecases.senders.add_account import AddedAccount, AwsFindings, add_account, ses_facts
from permille.usecases.senders.adding_run import end_run
from permille.usecases.senders.identities import identities_below
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.shared_identities import SharedIdentity, refuse_unusual, shared_with_others

RUN = "request "  # what the run of an account begins with that a request adds


@dataclass(frozen=True, slots=True)
class CreatedAccount:
    """The account, and the identities that other accounts have too."""

    added: AddedAccount
    shared: Sequence[SharedIdentity]


def create_account(services: OnboardServices, new: NewAccount, now: datetime, *, confirmed: bool) -> CreatedAccount:
    """Creates the account, or completes it. It stays incomplete until `hand_over`. Raises ConfirmationNeeded where an
    identity is also one of an account that is off; InvalidInput, also where the account exists; DecisionRefused where
    something else adds it, or a person has to look; and as add_account().

    new: its `adding_run` begins with RUN, and is this request's alone
    """
    shared = shared_with_others(services.accounts, new.identities, new.account_id)
    refuse_unusual(shared, confirmed=confirmed)
    account = services.accounts.get(new.account_id)
    if account and account.adding_run and not account.is_closed:
        return CreatedAccount(_completed(services, account, new, now), shared)
    return CreatedAccount(add_account(services, new, now), shared)


def hand_over(services: OnboardServices, account_id: str, run: str, key: AccessKey | None) -> None:
    """Writes that the account is complete, before the password of its new key is returned. Raises DecisionRefused
    where another request has completed it meanwhile: then the key is deleted."""
    try:
        end_run(services.accounts, account_id, run)
    except DecisionRefused:
        if key:
            services.users.delete_key(find_account(services.accounts, account_id).own_sender, key.id)
        raise


def hand_over_again(accounts: Accounts, account_id: str, run: str) -> None:
    """The same where the request's answer is repeated, without password; nothing where it was handed over before."""
    if find_account(accounts, account_id).adding_run == run:
        end_run(accounts, account_id, run)


def _completed(services: OnboardServices, account: Account, new: NewAccount, now: datetime) -> AddedAccount:
    if not account.adding_run.startswith(RUN):
        raise DecisionRefused(f"an import adds {account.id}, and was cut off: `permille import` completes it")
    if _content(account) != _content(new):
        raise DecisionRefused(
            f"another request began to create {account.id} with other content, and was cut off: repeat that one, or "
            "change the account first"
        )
    key, prepared = complete_account(services, lambda _: "", account, new, now)
    left = {name: services.identities.records_left(name) for name in account.identities}
    prepared = replace(prepared, records={name: records for name, records in left.items() if records is not None})
    ses = ses_facts(services.identities)
    below = identities_below(account.identities, ses.identities)
    return AddedAccount(
        find_account(services.accounts, account.id), key, prepared, AwsFindings(ses.in_sandbox, below, None)
    )


def _content(asked: Account | NewAccount) -> tuple[object, ...]:
    return asked.owner_email, asked.owner_name, asked.timezone, frozenset(asked.identities)
