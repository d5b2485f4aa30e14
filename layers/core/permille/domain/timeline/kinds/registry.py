"""All kinds of entries: whoever reads a timeline imports this."""

from collections.abc import Mapping

from permille.domain.timeline.facts import KINDS as DECLARED
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds import (
    bounces,
    change,
    complaints,
    corrections,
    credential,
    owner_link,
    provider,
    review,
    staff,
    suppressions,
    system,
    trial,
    verdicts,
)
from permille.domain.timeline.timeline import entry_as_read

__all__ = ["KINDS", "entry_as_read"]

MODULES = (
    bounces,
    change,
    complaints,
    corrections,
    credential,
    owner_link,
    provider,
    review,
    staff,
    suppressions,
    system,
    trial,
    verdicts,
)
KINDS: Mapping[str, type[Facts]] = DECLARED
