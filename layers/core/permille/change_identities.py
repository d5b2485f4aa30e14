"""An account's identities: what its own IAM user may send through, and whose default our configuration set is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from permille import decisions
from permille.changing import Changing, Decided
from permille.domain.account import Account
from permille.domain.commands import ChangeIdentities
from permille.domain.errors import DecisionRefused, InvalidInput
from permille.domain.iam_policy import allowed_resources, sending_policy
from permille.domain.status import Status
from permille.onboarding import own_user, prepare_identities
from permille.taking_back import taking_back

Prepared = tuple[Account, Mapping[str, Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Planned:
    """`asked`: whether any was named at all. `own`: the user that was made for the account, and what it may send
    through; None where the account sends by adopted ones alone, whose policies are their operator's."""

    asked: bool
    add: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    own: frozenset[str] | None


def plan(world: Changing, account: Account, add: Sequence[str], remove: Sequence[str]) -> Planned:
    """Raises InvalidInput where one is to come and go, none would remain, or there are too many for IAM."""
    if both := sorted({*add} & {*remove}):
        raise InvalidInput(f"{', '.join(both)} cannot be added and removed at once", "add_identity")
    if (add or remove) and account.status is Status.CLOSED:
        raise DecisionRefused(f"{account.id} is closed")
    own = _allowed(world, account)
    before = account.identities or _found(world, account, own)
    kept = [one for one in before if one not in remove]
    after = tuple(dict.fromkeys([*kept, *add]))
    if remove and not after:
        raise InvalidInput(f"{account.id} would have no identity to send from; add another one", "remove_identity")
    if own is not None and after != before:
        sending_policy(world.onboarding.resources(after))
    return Planned(bool(add or remove), tuple(dict.fromkeys(add)), before, after, own)


def apply(world: Changing, account: Account, planned: Planned, decided: Decided) -> Prepared:
    """Our set is the default of a new identity before anything may be sent through it; what may be sent through follows
    the row. The default of one that is removed stays ours: others may send from it too, and nothing goes unseen."""
    if not planned.asked:
        return account, {}, {}

    def is_kept(name: str) -> bool:
        row = world.accounts.get(account.id)
        return row is not None and name in row.identities

    with taking_back() as undo:
        at = account.after_last_decision(decided.at)
        tokens, replaced = prepare_identities(world.onboarding, account.id, planned.add, at, undo, is_kept)
        command = ChangeIdentities(before=planned.before, after=planned.after, reason=decided.reason, by=decided.by)
        account = decisions.apply(world, account.id, command, decided.at)
    wanted = world.onboarding.resources(planned.after)
    if planned.own is not None and planned.own != wanted:
        world.onboarding.users.allow(own_user(account.id), wanted)
    return account, tokens, replaced


def _allowed(world: Changing, account: Account) -> frozenset[str] | None:
    own = own_user(account.id)
    if own not in account.senders:
        return None
    return world.onboarding.users.allowed(own, world.onboarding.mark(account.id))


def _found(world: Changing, account: Account, own: frozenset[str] | None) -> tuple[str, ...]:
    """For rows that do not say it: those that its senders' policies name."""
    users, found = world.onboarding.users, {*(own or ())}
    for sender in account.senders:
        if own is None and users.find(sender):
            found.update(one for policy in users.policies(sender) for one in allowed_resources(policy.document))
    prefix = f"{world.onboarding.ses}:identity/"
    names = (arn.removeprefix(prefix) for arn in found if arn.startswith(prefix))
    return tuple(sorted(name for name in names if not {*name} & {*"*?$"}))
