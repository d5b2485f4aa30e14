"""An account's identities in SES: our configuration set is their default, so that mail without the header is counted,
and SES mails no feedback about it to the sender beside."""

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
    """`records`: to be published, by identity that SES did not know before; none for an address. `replaced_sets`: the
    default sets that ours has replaced, by identity. `forwarding_stopped`: of which identities SES mailed feedback to
    the sender until then."""

    records: Mapping[str, Sequence[DnsRecord]]
    replaced_sets: Mapping[str, str]
    forwarding_stopped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class IdentityServices:
    """`rollback` takes back what was done, but of identities that `is_kept` tells are kept after all."""

    identities: Identities
    timeline: AllTimelines
    ours: str
    rollback: Rollback
    is_kept: Callable[[str], bool] = lambda _: False

    def use_our_set(self, account_id: str, names: Iterable[str], now: datetime) -> PreparedIdentities:
        """As each identity's default. An identity that SES does not know yet is made. What was the default is told
        first, so that it can be put back."""
        records: dict[str, Sequence[DnsRecord]] = {}
        sets = {name: self.identities.default_set(name) for name in names}
        former = {name: before for name, before in sets.items() if before not in (None, self.ours)}
        if former:
            told = tuple(FormerSet(identity=name, configuration_set=before or "") for name, before in former.items())
            self.timeline.append(entry(account_id, now, DefaultSetsReplaced(former=told)))
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
        """Owners get what Permille tells of feedback, and not SES's raw reports beside it. What has forwarded is told
        first, so that it can be put back."""
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


def identities_below(domains: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Which known identities are addresses or subdomains of the domains, and not named themselves, sorted: their mail
    goes by them, and not by the domain."""
    named = frozenset(domains)
    ends = tuple(f"{sign}{name}" for name in named if "@" not in name for sign in "@.")
    return tuple(sorted(name for name in {*known} - named if name.endswith(ends)))
