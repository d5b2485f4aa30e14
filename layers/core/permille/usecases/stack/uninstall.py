"""Taking Permille away: each identity of SES gets back what it was set to, so that its mail goes on once the stack, and
later its configuration set, are gone. Each step can be repeated, and what is done already is not planned again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from permille.domain.account.account import Account
from permille.domain.account.credential import Changes, changes
from permille.domain.sending.former import KINDS, former
from permille.domain.sending.iam_policy import POLICIES_SHOW, sending_policy, sends_through
from permille.domain.timeline.kinds.system import Uninstalled
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import InvalidInput, Unavailable
from permille.ports.accounts import CredentialSwitch
from permille.ports.identities import Identities
from permille.ports.operator import Functions
from permille.usecases.enforcement.switching import LOOKS, PAUSE
from permille.usecases.senders.onboard_services import OnboardServices

T = TypeVar("T")


class DeniedSenders(StrEnum):
    """What becomes of those who are in the deny group: they stay in it; they are taken out of it, and their keys stay
    Inactive; or they are, and the keys that Permille made Inactive are Active again."""

    STAY = "stay"
    OUT = "out"
    ON = "on"


@dataclass(frozen=True, slots=True)
class UninstallServices:
    """`enforce`: the function that would deny them again. `pause` sleeps for so many seconds."""

    onboarding: OnboardServices
    switch: CredentialSwitch
    functions: Functions
    enforce: str
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class RestoredIdentity:
    """What an identity is set to. `lost`: the set that was its default before, and that SES does not know any more.
    `forwards`: SES mails feedback about its mail to the sender again."""

    name: str
    default_set: str
    lost: str = ""
    forwards: bool = False


@dataclass(frozen=True, slots=True)
class UninstallPlan:
    """policies: what users that Permille made may send through, where they need more than they have
    narrow: by adopted users, the sets that they may not send through, and would have to
    users: who is in the deny group, or only has to be woken; with the keys that are made Active
    """

    identities: tuple[RestoredIdentity, ...]
    denied: DeniedSenders
    policies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    narrow: Mapping[str, frozenset[str]] = field(default_factory=dict)
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.identities or (self.users and self.denied is not DeniedSenders.STAY))


def plan(
    services: UninstallServices, names: Iterable[str], denied: DeniedSenders, *, former_sets: bool
) -> UninstallPlan:
    """`names`: of all identities that SES knows. Those are given back whose default is our set, whoever made it so.
    Without `former_sets` they get no default. Raises InvalidInput where a policy would be too long for IAM."""
    identities = tuple(_given_back(services, names, former_sets=former_sets))
    accounts = [account for account in services.onboarding.accounts.all() if not account.is_closed]
    policies, narrow = _policies(
        services, accounts, {one.name: one.default_set for one in identities if one.default_set}
    )
    return UninstallPlan(identities, denied, policies, narrow, _denied(services, accounts, denied))


def _given_back(services: UninstallServices, names: Iterable[str], *, former_sets: bool) -> Iterator[RestoredIdentity]:
    ses, ours = services.onboarding.identities, services.onboarding.configuration_set
    before = former(services.onboarding.timeline.of_kinds(KINDS))
    known = {"": True}
    for name in names:
        if ses.default_set(name) != ours:
            continue
        wanted = before.sets.get(name, "") if former_sets else ""
        if wanted not in known:
            known[wanted] = ses.has_set(wanted)
        there = known[wanted]
        yield RestoredIdentity(name, wanted if there else "", "" if there else wanted, name in before.forwarding)


def _policies(
    services: UninstallServices, accounts: Iterable[Account], sets: Mapping[str, str]
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """SES asks IAM for the configuration set too, also where it is the identity's default."""
    policies, narrow = dict[str, frozenset[str]](), dict[str, frozenset[str]]()
    users, ses = services.onboarding.users, services.onboarding.ses
    for account in accounts:
        needed = frozenset(f"{ses}:configuration-set/{sets[name]}" for name in account.identities if name in sets)
        for sender in account.senders if needed else ():
            own = users.allowed_resources(sender, services.onboarding.mark(account.id))
            if own is not None and needed - own:
                policies[sender] = own | needed
                sending_policy(policies[sender])
            elif own is None and (beyond := needed - _covered(services, sender, needed)):
                narrow[sender] = beyond
    return policies, narrow


def _covered(services: UninstallServices, sender: str, needed: frozenset[str]) -> frozenset[str]:
    users = services.onboarding.users
    if users.find(sender) is None:  # who is gone sends nothing
        return needed
    documents = [policy.document for policy in users.policies(sender, without=[services.onboarding.deny_group])]
    boundary = users.boundary(sender)
    bounds = [documents, [boundary.document]] if boundary else [documents]
    return frozenset(arn for arn in needed if all(sends_through(bound, arn) for bound in bounds))


def _denied(
    services: UninstallServices, accounts: Iterable[Account], denied: DeniedSenders
) -> dict[str, frozenset[str]]:
    users = dict.fromkeys(sorted(services.switch.denied_senders()), frozenset[str]())
    for account in accounts if denied is DeniedSenders.ON else ():
        for sender, deactivated in account.credential.deactivated.items():
            if keys := _to_be_woken(services, account, sender, deactivated):
                users[sender] = keys
    return users


def _to_be_woken(
    services: UninstallServices, account: Account, sender: str, deactivated: frozenset[str]
) -> frozenset[str]:
    if account.status.may_send or sender not in account.senders:
        return frozenset()
    state = services.switch.state_of(sender)
    return changes(state, account.may_reactivate(deactivated), may_send=True).wake if state else frozenset()


def apply(
    services: UninstallServices,
    planned: UninstallPlan,
    by: str,
    now: datetime,
    watched: Callable[[Iterable[RestoredIdentity]], Iterable[RestoredIdentity]] = iter,
) -> None:
    """Policies come before the sets that they are for. An identity's default set is put back last: as long as it is
    ours, the next plan has the identity. Raises InvalidInput, before anything is done, where an adopted user's policy
    is too narrow, and Unavailable where IAM still shows somebody in the deny group who left it."""
    _refuse_narrow(planned)
    _widen(services, planned.policies)
    for one in watched(planned.identities):
        _give_back(services.onboarding.identities, one)
    if planned.denied is not DeniedSenders.STAY and planned.users:
        _let_out(services, planned.users)
    if planned:
        facts = Uninstalled(
            given_back=len(planned.identities), denied=planned.denied.value, users=len(planned.users), by=by
        )
        services.onboarding.timeline.append(system_entry(now, facts))


def _widen(services: UninstallServices, policies: Mapping[str, frozenset[str]]) -> None:
    for sender, resources in policies.items():
        services.onboarding.users.allow(sender, resources)
    if policies:
        services.pause(POLICIES_SHOW)


def _give_back(identities: Identities, one: RestoredIdentity) -> None:
    if one.forwards:
        identities.set_forwarding(one.name, on=True)
    identities.set_default(one.name, one.default_set)


def _refuse_narrow(planned: UninstallPlan) -> None:
    if planned.narrow:
        users = "; ".join(f"{sender}: {', '.join(sorted(sets))}" for sender, sets in planned.narrow.items())
        raise InvalidInput(
            f"adopted users could not send through the configuration sets that their identities had before, and their "
            f"policies are yours: allow ses:SendRawEmail on these too ({users}), or give the identities back without a "
            "default set (--no-former-sets)"
        )


def _let_out(services: UninstallServices, users: Mapping[str, frozenset[str]]) -> None:
    """Enforce is stopped first: it would find the drift, and deny them again."""
    services.functions.stop(services.enforce)
    for name, keys in users.items():
        services.switch.apply(name, Changes(wake=keys, deny=False))
    for looked in range(LOOKS):
        if looked:
            services.pause(PAUSE)
        if not (left := services.switch.denied_senders() & users.keys()):
            return
    raise Unavailable(f"IAM still shows {', '.join(sorted(left))} in the deny group; try again in a minute")
