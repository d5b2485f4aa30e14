"""Adds an account: its row, its identities, its IAM user or adopted ones, its SMTP credential.

The order matters. The row comes first: of two runs that add the same account at once one is refused before it changed
anything, and no mail can be sent that is not counted. Where a step fails, it and the steps before it are undone, or
left for the next try (`OnboardServices.undoes`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people.account_change import accepted_risks
from permille.domain.sending.iam_policy import sending_policy
from permille.domain.sending.ses_regions import LOOKED_UP, WITHOUT_SMTP
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import Conflict, InvalidInput
from permille.ports.iam_users import AccessKey, UserQuota
from permille.ports.identities import Identities
from permille.usecases.senders.adoption import AdoptedUsers, AdoptionRequest, check_adoption
from permille.usecases.senders.console_group import take_over
from permille.usecases.senders.identities import PreparedIdentities, identities_below
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.rollback import Rollback


@dataclass(frozen=True, slots=True)
class AwsFindings:
    """What the operator should know about the AWS account.

    in_sandbox: SES sends to verified identities only
    below: identities below the account's domains that are not its own
    room: the quota of IAM users; None where users were adopted
    keyless: adopted users without an access key
    """

    in_sandbox: bool
    below: Sequence[str]
    room: UserQuota | None
    keyless: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SesFacts:
    """What adding accounts needs to know of SES, read once for any number of them.

    in_sandbox: SES sends to verified identities only
    identities: the names of all identities
    """

    in_sandbox: bool
    identities: frozenset[str]


def ses_facts(identities: Identities) -> SesFacts:
    """Reads SES."""
    return SesFacts(identities.in_sandbox(), frozenset(identities.all()))


@dataclass(frozen=True, slots=True)
class AddedAccount:
    """The result of adding an account.

    key: the access key of the new user; None where users were adopted, which keep their keys
    prepared: what was done to its identities
    findings: what the operator should know besides
    """

    account: Account
    key: AccessKey | None
    prepared: PreparedIdentities
    findings: AwsFindings


def add_account(services: OnboardServices, new: NewAccount, now: datetime, ses: SesFacts | None = None) -> AddedAccount:
    """Adds the account completely or, unless it is left for the next try, not at all. Raises InvalidInput before
    anything is created, and Failed where something that was created could not be undone; the message names it. `ses`:
    None: it is read."""
    _check_id(services, new.account_id)
    account, adopted = _planned(services, new)
    ses = ses or ses_facts(services.identities)
    findings = AwsFindings(
        in_sandbox=ses.in_sandbox,
        below=identities_below(new.identities, ses.identities),
        room=None if new.adopted else _room(services, account),
        keyless=adopted.keyless,
    )
    with services.rollback() as rollback:
        created = entry(account.id, now, Created(senders=account.senders, by=new.by))
        risks = accepted_risks(account.id, adopted.risks, new.by, now)
        account = _add_row(services, account, [created, *risks], rollback)
        prepared = prepare(services, account, adopted.taken_over, now, rollback)
        key = None if new.adopted else _make_user(services, account, rollback)
    return AddedAccount(account, key, prepared, findings)


def prepare(
    services: OnboardServices, account: Account, taken_over: Collection[str], now: datetime, rollback: Rollback
) -> PreparedIdentities:
    """Prepares the identities of an account that was added, and takes its users out of the group of SES's console.
    Idempotent."""
    preparing = services.preparing(rollback)
    prepared = preparing.use_our_set(account.id, account.identities, now)
    stopped = preparing.stop_forwarding(account.id, account.identities, now)
    for name in taken_over:
        take_over(services.users, name, services.resources(account.identities), rollback, services.pause)
    return replace(prepared, forwarding_stopped=stopped)


def _planned(services: OnboardServices, new: NewAccount) -> tuple[Account, AdoptedUsers]:
    """The account as it will be added, and the users that it adopts."""
    account = Account(
        id=new.account_id,
        owner_email=new.owner_email,
        owner_name=new.owner_name,
        timezone=new.timezone,
        identities=new.identities,
        senders=(),
        adding_run=new.adding_run,
    )
    allowed = services.resources(new.identities)
    adopted = check_adoption(
        services.adoption, AdoptionRequest(new.adopted, allowed, accept_risk=new.accept_risk, take_over=new.take_over)
    )
    senders = adopted.names or (account.own_sender,)
    accepted = {risk.sender: risk.reason for risk in adopted.risks}
    return replace(account, senders=senders, risks_accepted=accepted), adopted


def _room(services: OnboardServices, account: Account) -> UserQuota:
    """The quota of IAM users. Raises InvalidInput where the user cannot be created, or could not send."""
    check_smtp(services)
    sending_policy(services.resources(account.identities))
    return services.user_of(account.id).check(account)


def check_smtp(services: OnboardServices) -> None:
    """Raises InvalidInput where SES has no SMTP endpoint in the stack's Region."""
    if services.region in WITHOUT_SMTP:
        raise InvalidInput(
            f"Amazon SES has no SMTP endpoint in {services.region} (looked up on {LOOKED_UP}), so that no SMTP "
            "credential works there: deploy the stack in another Region, or adopt with --sender a user that sends by "
            "SES's API"
        )


def _make_user(services: OnboardServices, account: Account, rollback: Rollback) -> AccessKey:
    return services.user_of(account.id).make(account, services.resources(account.identities), rollback)


def _check_id(services: OnboardServices, account_id: str) -> None:
    account = services.accounts.get(account_id)
    if account and account.is_closed:
        raise InvalidInput(
            f"the account {account_id} was closed, and an id is never given again: feedback about its mail can still "
            "come; take another id",
            "account_id",
        )
    if account:
        raise InvalidInput(f"the account {account_id} exists; `permille account show {account_id}`", "account_id")


def _add_row(services: OnboardServices, account: Account, entries: Sequence[Entry], rollback: Rollback) -> Account:
    def remove() -> None:
        if services.timeline.get(account.id, entries[0].id):  # it was written together with the row, so it is this row
            services.accounts.remove(account)

    rollback.register(f"the account {account.id}", remove)
    try:
        return services.accounts.add(account, entries)
    except Conflict as conflict:
        owned = ", ".join(account.senders)
        raise InvalidInput(
            f"the account {account.id} was added just now, or {owned} is another account's", "account_id"
        ) from conflict
