"""Adding an account: its row, its identities, its IAM user or an adopted one, its SMTP credential.

The order matters. The row comes first: of two who add the same account at once one is refused before it touched
anything, and nobody can send mail that is not counted. What a step does is taken back where it or a later one fails,
also where it succeeded and its answer was lost: each step is prepared to be taken back before it is made.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people.account_change import accepted_risks
from permille.domain.sending.iam_policy import sending_policy
from permille.domain.sending.iam_risk import resources_of
from permille.domain.sending.ses_regions import LOOKED_UP, WITHOUT_SMTP
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import Conflict, InvalidInput
from permille.ports.iam_users import AccessKey, IamUsers, UserQuota
from permille.ports.identities import Identities
from permille.ports.operator import AllAccounts, AllTimelines
from permille.usecases.senders.adoption import AdoptedUsers, AdoptionServices, check_adoption
from permille.usecases.senders.console_group import take_over
from permille.usecases.senders.identities import IdentityServices, PreparedIdentities, identities_below
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.rollback import Rollback, rollback_on_error
from permille.usecases.senders.sender_user import AccountUser


@dataclass(frozen=True, slots=True)
class AwsFindings:
    """What people should know besides. `in_sandbox`: SES sends to verified identities alone. `below`: identities below
    the account's domains that are not its own. `room`: for IAM users; None where none is made. `keyless`: adopted users
    that have no access key."""

    in_sandbox: bool
    below: Sequence[str]
    room: UserQuota | None
    keyless: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AddedAccount:
    """`key`: None where the account's senders were adopted, which keep the credentials they have."""

    account: Account
    key: AccessKey | None
    prepared: PreparedIdentities
    found: AwsFindings


@dataclass(frozen=True, slots=True)
class OnboardServices:
    """What adding an account needs. `stack`: whose users are marked as its own; `ses`: how the ARNs of SES begin that
    the stack's accounts send through, as in arn:aws:ses:us-east-1:123456789012; `own`: the ARNs that are known of the
    stack's resources."""

    accounts: AllAccounts
    timeline: AllTimelines
    identities: Identities
    users: IamUsers
    stack: str
    ses: str
    own: Sequence[str]
    configuration_set: str
    switchable: str
    deny_group: str
    pause: Callable[[float], None]

    @property
    def adoption(self) -> AdoptionServices:
        ours = resources_of(self.stack, self.ses, self.own)
        return AdoptionServices(self.accounts, self.users, self.switchable, self.deny_group, ours)

    def resources(self, identities: Iterable[str]) -> frozenset[str]:
        """The ARNs that an account with these identities may send through, and no others."""
        names = [f"identity/{name}" for name in identities]
        return frozenset(f"{self.ses}:{name}" for name in [*names, f"configuration-set/{self.configuration_set}"])

    def mark(self, account_id: str) -> str:
        """What the IAM user bears that is made for the account."""
        return f"{self.stack}/{self.region}/{account_id}"

    @property
    def region(self) -> str:
        return self.ses.split(":")[3]

    def user_of(self, account_id: str) -> AccountUser:
        return AccountUser(self.accounts, self.users, self.switchable, self.deny_group, self.mark(account_id))

    def preparing(self, rollback: Rollback, is_kept: Callable[[str], bool] = lambda _: False) -> IdentityServices:
        return IdentityServices(self.identities, self.timeline, self.configuration_set, rollback, is_kept)


def add_account(services: OnboardServices, new: NewAccount, now: datetime) -> AddedAccount:
    """Adds it whole or not at all. Raises InvalidInput for what cannot be, before anything is made, and Failed where
    something that was made could not be taken back, with what it is."""
    _check_id(services, new.account_id)
    account, adopted = _planned(services, new)
    found = AwsFindings(
        in_sandbox=services.identities.in_sandbox(),
        below=identities_below(new.identities, services.identities.all()),
        room=None if new.adopted else _room(services, account),
        keyless=adopted.keyless,
    )
    with rollback_on_error() as rollback:
        created = entry(account.id, now, Created(senders=account.senders))
        _add_row(services, account, [created, *accepted_risks(account.id, adopted.risks, new.by, now)], rollback)
        preparing = services.preparing(rollback)
        prepared = preparing.use_our_set(account.id, new.identities, now)
        stopped = preparing.stop_forwarding(account.id, new.identities, now)
        for name in adopted.taken_over:
            take_over(services.users, name, services.resources(account.identities), rollback, services.pause)
        key = None if new.adopted else _make_user(services, account, rollback)
    return AddedAccount(account, key, replace(prepared, forwarding_stopped=stopped), found)


def _planned(services: OnboardServices, new: NewAccount) -> tuple[Account, AdoptedUsers]:
    """And which users it adopts."""
    account = Account(
        id=new.account_id,
        owner_email=new.owner_email,
        owner_name=new.owner_name,
        timezone=new.timezone,
        identities=new.identities,
        senders=(),
    )
    allowed = services.resources(new.identities)
    adopted = check_adoption(
        services.adoption, new.adopted, allowed, accept_risk=new.accept_risk, take_over=new.take_over
    )
    senders = adopted.names or (account.own_sender,)
    accepted = {risk.sender: risk.reason for risk in adopted.risks}
    return replace(account, senders=senders, risks_accepted=accepted), adopted


def _room(services: OnboardServices, account: Account) -> UserQuota:
    """Raises InvalidInput where the account's user could not be made, or could not send."""
    if services.region in WITHOUT_SMTP:
        raise InvalidInput(
            f"Amazon SES has no SMTP endpoint in {services.region} (looked up on {LOOKED_UP}), so that no SMTP "
            "credential "
            "works there: deploy the stack in another Region, or adopt with --sender a user that sends by SES's API"
        )
    sending_policy(services.resources(account.identities))
    return services.user_of(account.id).check(account)


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


def _add_row(services: OnboardServices, account: Account, entries: Sequence[Entry], rollback: Rollback) -> None:
    def remove() -> None:
        if services.timeline.get(account.id, entries[0].id):  # written together with the row: so it is this row
            services.accounts.remove(account)

    rollback.register(f"the account {account.id}", remove)
    try:
        services.accounts.add(account, entries)
    except Conflict as conflict:
        owned = ", ".join(account.senders)
        raise InvalidInput(
            f"the account {account.id} was added just now, or {owned} is another account's", "account_id"
        ) from conflict
