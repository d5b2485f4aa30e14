"""What an identity of SES was set to before Permille took it up, as timelines tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from permille.domain.timeline.kinds.credential import DefaultSetsReplaced, ForwardingStopped
from permille.domain.timeline.timeline import Entry

KINDS = ("default_sets_replaced", "forwarding_stopped")


@dataclass(frozen=True, slots=True)
class Former:
    """`sets`: the default configuration set that was replaced last, by identity; empty where there was none.
    `forwarding`: those about which SES ever mailed feedback to the sender."""

    sets: Mapping[str, str]
    forwarding: frozenset[str]


def former(entries: Iterable[Entry]) -> Former:
    """`entries`: those of KINDS, of all accounts, in any order. Of `sets` what was told last counts: an identity can
    have been given back, and taken up again."""
    sets, forwarding = dict[str, str](), set[str]()
    for entry in sorted(entries, key=lambda one: (one.at, one.id)):
        match entry.facts:
            case DefaultSetsReplaced(former=replaced):
                sets |= {one.identity: one.configuration_set for one in replaced}
            case ForwardingStopped(identities=names):
                forwarding.update(names)
    return Former(sets, frozenset(forwarding))
