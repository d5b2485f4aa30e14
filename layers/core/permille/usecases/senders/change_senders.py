"""Changes an account's senders. A sender that is added to an account that is off is denied before the row names it; one
that is removed is switched off before the row drops it. So no mail can go out that the account may not send."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE, Changes, SenderState
from permille.domain.people import account_change
from permille.domain.people.staff_commands import ChangeSenders
from permille.domain.sending.iam_risk import AcceptedRisk
from permille.domain.values.errors import Conflict, DecisionRefused, InvalidInput, Unavailable
from permille.usecases.decisions import decisions
from permille.usecases.decisions.find_account import find_account
from permille.usecases.enforcement.switching import LOOKS, PAUSE
from permille.usecases.senders.adoption import AdoptedUsers, AdoptionRequest, check_adoption
from permille.usecases.senders.change_services import ChangeContext, ChangeServices
from permille.usecases.senders.rollback import Rollback, rollback_on_error


@dataclass(frozen=True, slots=True)
class SenderPlan:
    """What is to be done about senders.

    after: all senders of the changed account
    risks: the accepted risks of adopted users
    keyless: added users without an access key
    """

    add: tuple[str, ...]
    remove: tuple[str, ...]
    after: tuple[str, ...]
    risks: tuple[AcceptedRisk, ...] = ()
    keyless: tuple[str, ...] = ()


def plan(
    services: ChangeServices,
    account: Account,
    add: Sequence[str],
    remove: Sequence[str],
    allowed: Collection[str],
    *,
    accept_risk: str | None = None,
) -> SenderPlan:
    """Raises InvalidInput for a user that cannot be adopted or is not a sender of the account, or where no sender would
    remain; and DecisionRefused where the account is closed.

    allowed: the ARNs that the account may send through
    """
    adopted = _adopted(services, account, add, allowed, accept_risk=accept_risk)
    if both := sorted({*add, *adopted.names} & {*remove}):
        raise InvalidInput(f"{', '.join(both)} cannot be added and removed at once", "add_sender")
    removed = _removed(services, account, remove)
    after = (*(name for name in account.senders if name not in removed), *adopted.names)
    if not after:
        raise InvalidInput(f"{account.id} would have no sender; add another one with --add-sender", "remove_sender")
    if after != account.senders and account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")
    return SenderPlan(adopted.names, removed, after, adopted.risks, adopted.keyless)


def _adopted(
    services: ChangeServices,
    account: Account,
    names: Sequence[str],
    allowed: Collection[str],
    *,
    accept_risk: str | None,
) -> AdoptedUsers:
    """The users that are added; those that are senders already are left out."""
    new = [name for name in names if name not in account.senders]
    request = AdoptionRequest(new, allowed, account.id, accept_risk)
    adopted = check_adoption(services.onboarding.adoption, request)
    for name in adopted.names if account.may_send else ():
        _refuse_denied(services, name)
    new_names = tuple(name for name in adopted.names if name not in account.senders)
    return replace(adopted, names=new_names, keyless=tuple(name for name in adopted.keyless if name in new_names))


def _removed(services: ChangeServices, account: Account, names: Sequence[str]) -> tuple[str, ...]:
    """The users that are removed; those that were removed before are left out."""
    for name in names:
        if name not in account.senders and services.accounts.owner_of(name) != account.id:
            raise InvalidInput(f"{name} is no sender of {account.id}", "remove_sender")
    return tuple(dict.fromkeys(one for one in names if one in account.senders))


def has_key(services: ChangeServices, account: Account, senders: Sequence[str]) -> bool:
    """Whether one of the senders has a key that is Active, or that Permille deactivated."""
    states = {name: services.switch.state_of(name) for name in senders}
    deactivated = account.credential.deactivated
    return any(
        state and (state.with_status(ACTIVE) or deactivated.get(name, frozenset()) & {*state.keys})
        for name, state in states.items()
    )


def _refuse_denied(services: ChangeServices, name: str) -> None:
    state = services.switch.state_of(name)
    if state and state.denied:
        group = services.onboarding.deny_group
        raise InvalidInput(
            f"{name} is in the deny group, where somebody put it, or where it was when it was removed: take it out "
            f"(aws iam remove-user-from-group --group-name {group} --user-name {name}), make the keys Active that it "
            "is to send with, and try again",
            "add_sender",
        )


def add(services: ChangeServices, account_id: str, planned: SenderPlan, order: ChangeContext) -> Account:
    """Adds the senders. Of an account that is off they are denied first; Enforce deactivates their keys later."""
    names = planned.add
    command = ChangeSenders(add=names, risks=planned.risks, reason=order.reason, by=order.by)
    for _ in range(decisions.ATTEMPTS):
        account = find_account(services.accounts, account_id)
        outcome = account_change.senders(account, command, account.after_last_decision(order.at))
        try:
            with rollback_on_error() as rollback:
                for name in names:
                    if not account.may_send and name not in account.senders:
                        _deny(services, account_id, name, rollback)
                return services.accounts.save(account, outcome.account, outcome.entries)
        except Conflict:
            continue
    raise Unavailable(f"{account_id}: others kept writing; try again")


def _deny(services: ChangeServices, account_id: str, name: str, rollback: Rollback) -> None:
    """Denies a sender that is not denied yet. It is undone only where this run did it, and the row does not name the
    sender."""

    def undo() -> None:
        if name not in find_account(services.accounts, account_id).senders:
            services.switch.apply(name, Changes(deny=False))

    state = services.switch.state_of(name)
    if state and not state.denied:
        rollback.register(f"{name} in the deny group", undo)
        services.switch.apply(name, Changes(deny=True))
        _wait(services, [name], lambda state: state.denied)


def remove(services: ChangeServices, account_id: str, names: tuple[str, ...], order: ChangeContext) -> Account:
    """Removes the senders, under the account's lease, so that no other run activates their keys. The deactivated keys
    are written down first, so that enabling undoes a removal that was cut off."""
    command = ChangeSenders(remove=names, reason=order.reason, by=order.by)
    account = find_account(services.accounts, account_id)
    if not set(names) & set(account.senders):
        return account
    leased = _lease(services, account, names)
    try:
        _switch_off(services, names)
        decisions.apply(services, account_id, command, order.at)
    finally:
        after = services.leases.release_lease(leased, leased.credential)
    return after


def _lease(services: ChangeServices, account: Account, names: Sequence[str]) -> Account:
    for tried in range(LOOKS):
        if tried:
            services.pause(PAUSE)
            account = find_account(services.accounts, account.id)
        deactivated = dict(account.credential.deactivated)
        for name in names:
            state = services.switch.state_of(name)
            deactivated[name] = deactivated.get(name, frozenset()) | (
                state.with_status(ACTIVE) if state else frozenset()
            )
        try:
            return services.leases.acquire_lease(account, deactivated, services.clock())
        except Conflict:
            continue
    raise Unavailable(f"the credential of {account.id} is being switched just now; try again in a minute")


def _switch_off(services: ChangeServices, names: Sequence[str]) -> None:
    """Denies the senders and deactivates their keys. All are changed before any is waited for, so that the wait ends
    within the lease."""
    for name in names:
        if state := services.switch.state_of(name):
            services.switch.apply(name, Changes(deactivate=frozenset(state.keys), deny=True))
    _wait(services, names, lambda state: state.denied and not state.with_status(ACTIVE))


def _wait(services: ChangeServices, names: Sequence[str], is_so: Callable[[SenderState], bool]) -> None:
    """Waits until IAM shows it for all senders, at most LOOKS * PAUSE seconds."""
    left = list(names)
    for looked in range(LOOKS):
        if looked:
            services.pause(PAUSE)
        left = [name for name in left if (state := services.switch.state_of(name)) and not is_so(state)]
        if not left:
            return
    raise Unavailable(f"IAM does not show yet that {', '.join(left)} is off; try again in a minute")
