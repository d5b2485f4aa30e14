"""Prepares an account's identities in SES: our configuration set becomes their default, so that mail without its header
is counted, and feedback forwarding is switched off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from permille.domain.timeline.kinds.credential import DefaultSetsReplaced, FormerSet, ForwardingStopped
from permille.domain.timeline.timeline import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from permille.ports.identities import DnsRecord, Identities
    from permille.ports.operator import AllTimelines
    from permille.usecases.senders.rollback import Rollback


@dataclass(frozen=True, slots=True)
class PreparedIdentities:
    """What was done to the identities.

    records: the DNS records to be published, by identity that SES did not know before; none for an address
    replaced_sets: the default configuration sets that ours replaced, by identity
    forwarding_stopped: the identities whose feedback forwarding was on
    """

    records: Mapping[str, Sequence[DnsRecord]]
    replaced_sets: Mapping[str, str]
    forwarding_stopped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class IdentityServices:
    """Prepares identities.

    ours: the name of the stack's configuration set
    rollback: undoes what was done
    is_kept: whether an identity is the account's after all, so that it is not undone
    """

    identities: Identities
    timeline: AllTimelines
    ours: str
    rollback: Rollback
    is_kept: Callable[[str], bool] = lambda _: False

    def use_our_set(self, account_id: str, names: Iterable[str], now: datetime) -> PreparedIdentities:
        """Makes our set the default of each identity, and creates the identities that SES does not know. The former
        defaults are written to the timeline first, so that they can be restored."""
        records: dict[str, Sequence[DnsRecord]] = {}
        sets = {name: self.identities.default_set(name) for name in names}
        former = {name: before for name, before in sets.items() if before not in (None, self.ours)}
        if former:
            replaced = tuple(
                FormerSet(identity=name, configuration_set=before or "") for name, before in former.items()
            )
            self.timeline.append(entry(account_id, now, DefaultSetsReplaced(former=replaced)))
        for name, before in sets.items():
            if before is None:
                self._prepare(name, f"the identity {name}", partial(self.identities.delete, name, self.ours))
                records[name] = self.identities.create(name, self.ours)
            elif before != self.ours:
                reset = partial(self.identities.set_default, name, before)
                self._prepare(name, f"the default configuration set of {name}", reset)
                self.identities.set_default(name, self.ours)
        return PreparedIdentities(records, {name: before for name, before in former.items() if before})

    def stop_forwarding(self, account_id: str, names: Iterable[str], now: datetime) -> Sequence[str]:
        """Switches feedback forwarding off, since Permille notifies owners. The identities that had it on are returned,
        and are written to the timeline first, so that it can be restored."""
        forwarding = tuple(name for name in names if self.identities.forwards(name))
        if forwarding:
            self.timeline.append(entry(account_id, now, ForwardingStopped(identities=forwarding)))
        for name in forwarding:
            put_back = partial(self.identities.set_forwarding, name, on=True)
            self._prepare(name, f"the feedback forwarding of {name}", put_back)
            self.identities.set_forwarding(name, on=False)
        return forwarding

    def _prepare(self, name: str, what: str, action: Callable[[], None]) -> None:
        self.rollback.register(what, lambda: None if self.is_kept(name) else action())


def identities_below(domains: Iterable[str], identities: Iterable[str]) -> tuple[str, ...]:
    """The identities that are addresses or subdomains of the domains, without the domains, sorted. Mail from them
    goes by their own identity, not by the domain's."""
    named = frozenset(domains)
    ends = tuple(f"{sign}{name}" for name in named if "@" not in name for sign in "@.")
    return tuple(sorted(name for name in {*identities} - named if name.endswith(ends)))
