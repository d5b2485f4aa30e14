"""Carries out the plan of an uninstallation. Each step is idempotent."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from permille.domain.account.credential import Changes
from permille.domain.sending.denied_senders import DeniedSenders
from permille.domain.sending.iam_policy import POLICIES_SHOW
from permille.domain.timeline.kinds.system import Uninstalled
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import InvalidInput, Unavailable
from permille.ports.identities import Identities
from permille.usecases.enforcement.switching import LOOKS, PAUSE
from permille.usecases.stack.uninstall_plan import RestoredIdentity, UninstallPlan, UninstallServices


def apply(
    services: UninstallServices,
    planned: UninstallPlan,
    by: str,
    now: datetime,
    watched: Callable[[Iterable[RestoredIdentity]], Iterable[RestoredIdentity]] = iter,
) -> None:
    """Carries out the plan: policies first, then the identities that need them. The default of an identity is restored
    last: as long as it is ours, the next plan includes the identity. Raises InvalidInput, before anything is changed,
    where the policy of an adopted user is too narrow; and Unavailable where IAM still shows a removed user in the deny
    group.

    watched: iterates over the identities, and may show progress
    """
    _refuse_narrow(planned)
    _widen(services, planned.policies)
    for identity in watched(planned.identities):
        _restore(services.onboarding.identities, identity)
    if planned.denied is not DeniedSenders.STAY and planned.users:
        _release_denied(services, planned.users)
    if planned:
        facts = Uninstalled(
            given_back=len(planned.identities), denied=planned.denied.value, users=len(planned.users), by=by
        )
        services.onboarding.timeline.append(system_entry(now, facts))


def _widen(services: UninstallServices, policies: Mapping[str, frozenset[str]]) -> None:
    for sender, resources in policies.items():
        services.onboarding.users.remove_boundary(sender)  # which allows our configuration set alone
        services.onboarding.users.allow(sender, resources)
    if policies:
        services.pause(POLICIES_SHOW)


def _restore(identities: Identities, identity: RestoredIdentity) -> None:
    if identity.forwards:
        identities.set_forwarding(identity.name, on=True)
    identities.set_default(identity.name, identity.default_set)


def _refuse_narrow(planned: UninstallPlan) -> None:
    if planned.narrow:
        users = "; ".join(f"{sender}: {', '.join(sorted(sets))}" for sender, sets in planned.narrow.items())
        raise InvalidInput(
            f"adopted users could not send through the configuration sets that their identities had before, and their "
            f"policies are yours: allow ses:SendRawEmail on these too ({users}), or give the identities back without a "
            "default set (--no-former-sets)"
        )


def _release_denied(services: UninstallServices, users: Mapping[str, frozenset[str]]) -> None:
    """Removes users from the deny group. Enforce is stopped first: it would see drift, and deny them again."""
    services.functions.stop(services.enforce)
    for name, keys in users.items():
        services.switch.apply(name, Changes(activate=keys, deny=False))
    for looked in range(LOOKS):
        if looked:
            services.pause(PAUSE)
        if not (left := services.switch.denied_senders() & users.keys()):
            return
    raise Unavailable(f"IAM still shows {', '.join(sorted(left))} in the deny group; try again in a minute")
