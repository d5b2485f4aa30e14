"""Plans the uninstallation: each identity of SES gets its former default configuration set back, so that its mail goes
on when the stack, and later our configuration set, are deleted. What is done already is not planned again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from permille.domain.account.account import Account
from permille.domain.account.credential import changes
from permille.domain.sending.denied_senders import DeniedSenders
from permille.domain.sending.former import KINDS, former
from permille.domain.sending.iam_policy import sending_policy, sends_through
from permille.ports.accounts import CredentialSwitch
from permille.ports.operator import Functions
from permille.usecases.senders.onboard_services import OnboardServices


@dataclass(frozen=True, slots=True)
class UninstallServices:
    """The dependencies of uninstalling.

    enforce: the name of the function Enforce, which would deny senders again
    pause: sleeps for so many seconds
    """

    onboarding: OnboardServices
    switch: CredentialSwitch
    functions: Functions
    enforce: str
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class RestoredIdentity:
    """What an identity gets back.

    name: the identity
    default_set: its former default configuration set; empty: none
    lost: its former default, where SES no longer knows that set
    forwards: whether feedback forwarding is switched on again
    """

    name: str
    default_set: str
    lost: str = ""
    forwards: bool = False


@dataclass(frozen=True, slots=True)
class UninstallPlan:
    """What an uninstallation would do; falsy where there is nothing to do.

    identities: those whose default is our configuration set
    denied: what becomes of denied senders
    policies: for each user that Permille created and that needs more rights, the ARNs that it may then send through
    narrow: for each adopted user whose policy is too narrow, the configuration sets that it would need
    users: for each user in the deny group, or with deactivated keys, the keys that are activated
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
    """Plans without changing anything. Raises InvalidInput where a policy would be too long for IAM.

    names: all identities that SES knows; those whose default is our configuration set are restored
    former_sets: whether they get their former default back; else they get none
    """
    identities = tuple(_restored(services, names, former_sets=former_sets))
    accounts = [account for account in services.onboarding.accounts.all() if not account.is_closed]
    policies, narrow = _policies(
        services, accounts, {identity.name: identity.default_set for identity in identities if identity.default_set}
    )
    return UninstallPlan(identities, denied, policies, narrow, _denied(services, accounts, denied))


def _restored(services: UninstallServices, names: Iterable[str], *, former_sets: bool) -> Iterator[RestoredIdentity]:
    ses, ours = services.onboarding.identities, services.onboarding.configuration_set
    before = former(services.onboarding.timeline.of_kinds(KINDS))
    exists = {"": True}
    for name in names:
        if ses.default_set(name) != ours:
            continue
        wanted = before.sets.get(name, "") if former_sets else ""
        if wanted not in exists:
            exists[wanted] = ses.has_set(wanted)
        default_set, lost = (wanted, "") if exists[wanted] else ("", wanted)
        yield RestoredIdentity(name, default_set, lost, name in before.forwarding)


def _policies(
    services: UninstallServices, accounts: Iterable[Account], sets: Mapping[str, str]
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """The policies of users after the change: SES asks IAM for the configuration set, also where it is the default of
    the identity. Returns what users of ours get, and what adopted users lack."""
    policies, narrow = dict[str, frozenset[str]](), dict[str, frozenset[str]]()
    users, ses = services.onboarding.users, services.onboarding.ses
    for account in accounts:
        needed = frozenset(f"{ses}:configuration-set/{sets[name]}" for name in account.identities if name in sets)
        for sender in account.senders if needed else ():
            own = users.allowed_resources(sender, services.onboarding.tag(account.id))
            if own is not None and needed - own:
                policies[sender] = own | needed
                sending_policy(policies[sender])
            elif own is None and (beyond := needed - _covered(services, sender, needed)):
                narrow[sender] = beyond
    return policies, narrow


def _covered(services: UninstallServices, sender: str, needed: frozenset[str]) -> frozenset[str]:
    users = services.onboarding.users
    if users.find(sender) is None:  # a user that no longer exists sends nothing
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
            if keys := _keys_to_activate(services, account, sender, deactivated):
                users[sender] = keys
    return users


def _keys_to_activate(
    services: UninstallServices, account: Account, sender: str, deactivated: frozenset[str]
) -> frozenset[str]:
    if account.status.may_send or sender not in account.senders:
        return frozenset()
    state = services.switch.state_of(sender)
    return changes(state, account.may_reactivate(deactivated), may_send=True).activate if state else frozenset()
