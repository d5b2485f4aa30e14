"""Changes an account's identities: what its own IAM user may send through, and whose default our configuration set
is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from permille.domain.account.account import Account
from permille.domain.people.staff_commands import ChangeIdentities
from permille.domain.sending.iam_policy import allowed_resources, sending_policy
from permille.domain.values.errors import DecisionRefused, InvalidInput
from permille.usecases.decisions import decisions
from permille.usecases.senders.change_services import ChangeContext, ChangeServices
from permille.usecases.senders.identities import PreparedIdentities, identities_below


@dataclass(frozen=True, slots=True)
class IdentityPlan:
    """What is to be done about identities.

    is_needed: whether any identity was named
    before, after: the account's identities
    own: the ARNs that the user created for the account may send through; None where it has adopted users only, whose
        policies are up to the operator
    below: identities below its new domains that are not its own
    """

    is_needed: bool
    add: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    own: frozenset[str] | None
    below: tuple[str, ...] = ()


def plan(services: ChangeServices, account: Account, add: Sequence[str], remove: Sequence[str]) -> IdentityPlan:
    """Raises InvalidInput where an identity is both added and removed, none would remain, or IAM cannot hold so many;
    and DecisionRefused where the account is closed."""
    if both := sorted({*add} & {*remove}):
        raise InvalidInput(f"{', '.join(both)} cannot be added and removed at once", "add_identity")
    if (add or remove) and account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")
    own = _allowed(services, account)
    before = account.identities or _found(services, account, own)
    kept = [one for one in before if one not in remove]
    after = tuple(dict.fromkeys([*kept, *add]))
    if remove and not after:
        raise InvalidInput(f"{account.id} would have no identity to send from; add another one", "remove_identity")
    if own is not None and after != before:
        sending_policy(services.onboarding.resources(after))
    others = identities_below(add, services.onboarding.identities.all()) if add else ()
    not_its_own = tuple(one for one in others if one not in after)
    return IdentityPlan(bool(add or remove), tuple(dict.fromkeys(add)), before, after, own, not_its_own)


def apply(
    services: ChangeServices, account: Account, planned: IdentityPlan, order: ChangeContext
) -> tuple[Account, PreparedIdentities]:
    """Makes our set the default of new identities, writes the row, and then lets the user send through them. A removed
    identity keeps our set as its default: others may send from it too, and all mail has to be seen."""
    if not planned.is_needed:
        return account, PreparedIdentities({}, {})

    def is_kept(name: str) -> bool:
        row = services.accounts.get(account.id)
        return row is not None and name in row.identities

    with services.onboarding.rollback() as rollback:
        preparing = services.onboarding.preparing(rollback, is_kept)
        prepared = preparing.use_our_set(account.id, planned.add, account.after_last_decision(order.at))
        command = ChangeIdentities(before=planned.before, after=planned.after, reason=order.reason, by=order.by)
        account = decisions.apply(services, account.id, command, order.at)
        stopped = preparing.stop_forwarding(account.id, planned.add, account.after_last_decision(order.at))
    wanted = services.onboarding.resources(planned.after)
    if planned.own is not None and planned.own != wanted:
        services.onboarding.users.set_boundary(account.own_sender)  # an earlier version made it without
        services.onboarding.users.allow(account.own_sender, wanted)
    return account, replace(prepared, forwarding_stopped=stopped)


def _allowed(services: ChangeServices, account: Account) -> frozenset[str] | None:
    own = account.own_sender
    if own not in account.senders:
        return None
    return services.onboarding.users.allowed_resources(own, services.onboarding.tag(account.id))


def _found(services: ChangeServices, account: Account, own: frozenset[str] | None) -> tuple[str, ...]:
    """For older rows, which have no identities: those that its senders' policies name."""
    users, found = services.onboarding.users, {*(own or ())}
    for sender in account.senders:
        if own is None and users.find(sender):
            found.update(one for policy in users.policies(sender) for one in allowed_resources(policy.document))
    prefix = f"{services.onboarding.ses}:identity/"
    return tuple(sorted(arn.removeprefix(prefix) for arn in found if arn.startswith(prefix)))
