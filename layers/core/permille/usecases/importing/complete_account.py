"""Completes an account whose import was cut off. What is there already stays, or is made again with the same result."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.values.errors import DecisionRefused, InvalidInput
from permille.domain.values.status import Status
from permille.ports.iam_users import AccessKey
from permille.usecases.senders.add_account import prepare
from permille.usecases.senders.adoption import AdoptionRequest, check_adoption
from permille.usecases.senders.identities import PreparedIdentities
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.rollback import nothing_undone

StoredKey = Callable[[str], str]
KEYS_SHOW = 10.0  # seconds until IAM lists a key that the run before had just made; it shows changes after 3 to 4


def complete_account(
    services: OnboardServices, stored_key: StoredKey | None, account: Account, new: NewAccount, now: datetime
) -> tuple[AccessKey | None, PreparedIdentities]:
    """Does what the run before left undone, by the stored account, and returns its new key; None where it has adopted
    users, or its password is stored. Where this fails, the next run does it. Raises Conflict where another run came
    first, and DecisionRefused where a person has to look.

    stored_key: returns the access key whose password is stored for an account, empty where there is none; None where
        passwords can be stored nowhere
    """
    if account.status is not Status.ACTIVE:
        raise DecisionRefused(f"adding it was cut off, and it is {account.status} now: enable it first")
    _take_over(services, account, new.adding_run)
    adopts = bool(new.adopted) or account.own_sender not in account.senders  # an adopted one can have the same name
    taken_over = _taken_over(services, account, new) if adopts else ()
    with nothing_undone() as rollback:
        prepared = prepare(services, account, taken_over, now, rollback)
    return None if adopts else _key(services, stored_key, account), prepared


def _take_over(services: OnboardServices, account: Account, run: str) -> None:
    """Names the run in the account's row. A renewal that was cut off is forgotten: its keys are deleted here, and it
    would end one that is handed out."""
    renewal = account.renewal if account.renewal and account.renewal.new else None
    services.accounts.save(account, replace(account, adding_run=run, renewal=renewal), [])


def _taken_over(services: OnboardServices, account: Account, new: NewAccount) -> tuple[str, ...]:
    """The users that still have to leave the group of SES's console. They were checked when the row was added."""
    request = AdoptionRequest(
        account.senders,
        services.resources(account.identities),
        account.id,
        accept_risk=new.accept_risk,
        take_over=new.take_over,
    )
    return check_adoption(services.adoption, request).taken_over


def _key(services: OnboardServices, stored_key: StoredKey | None, account: Account) -> AccessKey | None:
    """A new key of the account's own user, in the place of one whose password nobody has. None where the password of a
    key is stored, or the credential was renewed since."""
    users, name = services.users, account.own_sender
    if stored_key is None:
        raise InvalidInput("it has a user of its own: say where its password goes, and import it again")
    if not users.create(name, services.tag(account.id)) and not users.has_tag(name, services.tag(account.id)):
        raise InvalidInput(f"an IAM user {name} exists that this stack did not create: close the account, and adopt it")
    users.set_boundary(name)
    users.allow(name, services.resources(account.identities))
    if account.renewal and account.renewal.new:
        return None
    services.pause(KEYS_SHOW)
    keys = users.keys(name)
    stored = stored_key(account.id)
    lost = [key for key in keys if key.id != stored]
    if used := [key.id for key in lost if key.used_at]:
        raise DecisionRefused(
            f"the key {', '.join(used)} of {name} was used, so that somebody has its password; nothing was deleted: "
            f"renew it with `permille account credential {account.id}`, and import again"
        )
    for key in lost:
        users.delete_key(name, key.id)
    return None if stored in [key.id for key in keys] else users.create_key(name)
