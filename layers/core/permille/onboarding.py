"""Adding an account: its row, its identities, its IAM user or an adopted one, its SMTP credential.

The order matters. The row comes first: of two who add the same account at once one is refused before it touched
anything, and nobody can send mail that is not counted. What a step does is taken back where it or a later one fails,
also where it succeeded and its answer was lost: each step is prepared to be taken back before it is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from permille.adoption import Adoption, adoptable
from permille.domain.account import Account
from permille.domain.entries.credential import Created, DefaultSetsReplaced, FormerSet, ForwardingStopped
from permille.domain.errors import Conflict, InvalidInput
from permille.domain.iam_policy import covers, sending_policy
from permille.domain.timeline import Entry, entry
from permille.new_account import NewAccount
from permille.operator_ports import AccessKey, AllAccounts, AllTimelines, IamUsers, Identities
from permille.taking_back import Undo, taking_back


@dataclass(frozen=True, slots=True)
class AddedAccount:
    """`key`: None where the account's senders were adopted, which keep the credentials they have. `dkim_tokens`: by
    identity that SES did not know before; none for an address. `replaced_default_sets`: by identity.
    `forwarding_stopped`: of which identities SES mailed feedback to the sender until then."""

    account: Account
    key: AccessKey | None
    dkim_tokens: Mapping[str, Sequence[str]]
    replaced_default_sets: Mapping[str, str]
    forwarding_stopped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Onboarding:
    """What adding an account needs. `stack`: whose users are marked as its own; `ses`: how the ARNs of SES begin that
    the stack's accounts send through, as in arn:aws:ses:us-east-1:123456789012."""

    accounts: AllAccounts
    timeline: AllTimelines
    identities: Identities
    users: IamUsers
    stack: str
    ses: str
    configuration_set: str
    switchable: str
    deny_group: str

    @property
    def adoption(self) -> Adoption:
        return Adoption(self.accounts, self.users, self.switchable, self.deny_group)

    def resources(self, identities: Iterable[str]) -> frozenset[str]:
        """The ARNs that an account with these identities may send through, and no others."""
        names = [f"identity/{name}" for name in identities]
        return frozenset(f"{self.ses}:{name}" for name in [*names, f"configuration-set/{self.configuration_set}"])

    def mark(self, account_id: str) -> str:
        """What the IAM user bears that is made for the account."""
        region = self.ses.split(":")[3]
        return f"{self.stack}/{region}/{account_id}"


def add_account(world: Onboarding, new: NewAccount, now: datetime) -> AddedAccount:
    """Adds it whole or not at all. Raises InvalidInput for what cannot be, and Failed where something that was made
    could not be taken back, with what it is."""
    _check_id(world, new.account_id)
    allowed = world.resources(new.identities)
    adopted = adoptable(world.adoption, new.adopted, allowed)
    if not adopted:
        sending_policy(allowed)  # refused before anything is made
    account = Account(
        id=new.account_id,
        owner_email=new.owner_email,
        owner_name=new.owner_name,
        timezone=new.timezone,
        identities=new.identities,
        senders=adopted or (_own_sender(world, new),),
    )
    with taking_back() as undo:
        steps = _Steps(world, new, undo)
        steps.add_row(account, entry(account.id, now, Created(senders=account.senders)))
        tokens, replaced = prepare_identities(world, account.id, new.identities, now, undo)
        stopped = steps.stop_forwarding(account, now)
        key = None if adopted else steps.make_sender(account.senders[0])
    return AddedAccount(account, key, tokens, replaced, stopped)


def own_user(account_id: str) -> str:
    """The name of the user that is made for an account."""
    return f"permille-{account_id}"


def _check_id(world: Onboarding, account_id: str) -> None:
    account = world.accounts.get(account_id)
    if account and account.is_closed:
        raise InvalidInput(
            f"the account {account_id} was closed, and an id is never given again: feedback about its mail can still "
            "come; take another id",
            "account_id",
        )
    if account:
        raise InvalidInput(f"the account {account_id} exists; `permille account show {account_id}`", "account_id")


def _own_sender(world: Onboarding, new: NewAccount) -> str:
    name = own_user(new.account_id)
    owner = world.accounts.owner_of(name)
    if owner:
        raise InvalidInput(
            f"the IAM user {name} is or was a sender of the account {owner}, and a name is never given again: take "
            "another id",
            "account_id",
        )
    if not covers(world.switchable, name):
        raise InvalidInput(
            f"the stack may switch only users named {world.switchable} (its parameter SenderUsers), so it could not "
            f"switch {name}: adopt a user of that name with --sender, or deploy with another SenderUsers",
            "sender",
        )
    return name


def prepare_identities(
    world: Onboarding,
    account_id: str,
    names: Sequence[str],
    now: datetime,
    undo: Undo,
    is_kept: Callable[[str], bool] = lambda _: False,
) -> tuple[dict[str, Sequence[str]], dict[str, str]]:
    """Makes our set each identity's default, so that mail without the header stays seen. An identity that SES does not
    know yet is made. Which set is replaced is told first, so that it can be put back. Returned are the tokens of those
    that were made, and the sets that were replaced. `is_kept`: those of which nothing is taken back after all."""
    tokens: dict[str, Sequence[str]] = {}
    identities, ours = world.identities, world.configuration_set
    sets = {name: identities.default_set(name) for name in names}
    former = {name: before for name, before in sets.items() if before not in (None, ours)}
    if former:
        told = tuple(FormerSet(identity=name, configuration_set=before or "") for name, before in former.items())
        world.timeline.append(entry(account_id, now, DefaultSetsReplaced(former=told)))

    def prepare(name: str, what: str, action: Callable[[], None]) -> None:
        undo.prepare(what, lambda: None if is_kept(name) else action())

    for name, before in sets.items():
        if before is None:
            prepare(name, f"the identity {name}", partial(identities.delete, name, ours))
            tokens[name] = identities.create(name, ours)
        elif before != ours:
            reset = partial(identities.set_default, name, before)
            prepare(name, f"the default configuration set of {name}", reset)
            identities.set_default(name, ours)
    return tokens, {name: before for name, before in former.items() if before}


class _Steps:
    """What changes something. `undo` takes it back."""

    def __init__(self, world: Onboarding, new: NewAccount, undo: Undo) -> None:
        self._world, self._new, self._undo = world, new, undo

    def add_row(self, account: Account, created: Entry) -> None:
        accounts, entries = self._world.accounts, self._world.timeline

        def remove() -> None:
            if entries.get(account.id, created.id):  # written together with the row: so it is this row
                accounts.remove(account)

        self._undo.prepare(f"the account {account.id}", remove)
        try:
            accounts.add(account, [created])
        except Conflict as conflict:
            owned = ", ".join(account.senders)
            raise InvalidInput(
                f"the account {account.id} was added just now, or {owned} is another account's", "account_id"
            ) from conflict

    def stop_forwarding(self, account: Account, now: datetime) -> Sequence[str]:
        """Owners get what Permille tells of feedback, and not SES's raw reports beside it. What has forwarded is told
        first, so that it can be put back."""
        identities = self._world.identities
        forwarding = tuple(name for name in self._new.identities if identities.forwards(name))
        if forwarding:
            self._world.timeline.append(entry(account.id, now, ForwardingStopped(identities=forwarding)))
        for name in forwarding:
            put_back = partial(identities.set_forwarding, name, on=True)
            self._undo.prepare(f"the feedback forwarding of {name}", put_back)
            identities.set_forwarding(name, on=False)
        return forwarding

    def make_sender(self, name: str) -> AccessKey:
        """An IAM user that may send through the account's identities and our configuration set alone, with a key. One
        that an interrupted try of this stack left behind is taken up: it had no row, so its keys were never shown."""
        users, mark = self._world.users, self._world.mark(self._new.account_id)
        self._undo.prepare(f"the IAM user {name}", partial(users.delete, name, mark))
        if not users.create(name, mark):
            raise InvalidInput(
                f"an IAM user {name} exists that this stack did not make: adopt it with --sender {name}", "sender"
            )
        users.allow(name, self._world.resources(self._new.identities))
        return users.create_key(name)
