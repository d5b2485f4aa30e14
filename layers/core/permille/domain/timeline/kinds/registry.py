"""All kinds of entries. Whoever reads a timeline imports this module, which imports and so declares each of them."""

from permille.domain.timeline.facts import KINDS
from permille.domain.timeline.kinds import (
    access,
    alert,
    bounces,
    change,
    complaints,
    corrections,
    credential,
    decision_record,
    monthly,
    note,
    owner_contact,
    provider,
    quarantine,
    review,
    review_day,
    staff,
    suppressions,
    system,
    trial,
    trial_outcome,
    verdicts,
    webhook,
)
from permille.domain.timeline.timeline import entry_as_read

__all__ = ["KINDS", "MODULES", "entry_as_read"]

MODULES = (
    access,
    alert,
    bounces,
    change,
    complaints,
    corrections,
    credential,
    decision_record,
    monthly,
    note,
    owner_contact,
    provider,
    quarantine,
    review,
    review_day,
    staff,
    suppressions,
    system,
    trial,
    trial_outcome,
    verdicts,
    webhook,
)
