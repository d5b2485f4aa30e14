"""The settings of SES identities before Permille managed them, by the entries of timelines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from permille.domain.timeline.kinds.credential import DefaultSetsReplaced, ForwardingStopped
from permille.domain.timeline.timeline import Entry

KINDS = ("default_sets_replaced", "forwarding_stopped")


@dataclass(frozen=True, slots=True)
class Former:
    """The former settings.

    sets: by identity, the default configuration set that was replaced last; empty where it had none
    forwarding: identities whose feedback SES had mailed to the sender
    """

    sets: Mapping[str, str]
    forwarding: frozenset[str]


def former(entries: Iterable[Entry]) -> Former:
    """`entries`: all of KINDS, of all accounts, in any order. The last entry about an identity counts: it can have been
    restored, and managed again."""
    sets, forwarding = dict[str, str](), set[str]()
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.id)):
        match entry.facts:
            case DefaultSetsReplaced(former=replaced):
                sets |= {former_set.identity: former_set.configuration_set for former_set in replaced}
            case ForwardingStopped(identities=names):
                forwarding.update(names)
    return Former(sets, frozenset(forwarding))
