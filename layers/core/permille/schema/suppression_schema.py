"""The JSON shapes of suppressed addresses."""

from typing import Annotated

from typing_extensions import TypedDict

from permille.domain.sending.suppression import Detailed, Suppression, SuppressionReason
from permille.domain.words.wording import LONGEST_REASON, plain
from permille.schema.doc import Doc


class SuppressionJson(TypedDict):
    """An address to which the account must not send any more."""

    address: Annotated[str, Doc("The bare address: no display name, lower case, the domain in A-labels.")]
    since: Annotated[str, Doc("When the complaint or bounce was counted, or staff added the address.", "date-time")]
    entry_id: Annotated[
        str, Doc("For a complaint the id of its timeline entry; for a bounce its id in the list of bounces.")
    ]
    reason: Annotated[
        SuppressionReason,
        Doc("The recipient complained, a mail to the address bounced permanently, or staff added it."),
    ]


class DetailedSuppressionJson(SuppressionJson):
    """A suppressed address with the reason in words."""

    why: Annotated[str, Doc("What the recipient did, why the mail bounced, or staff's reason.")]


def suppression_json(suppression: Suppression) -> SuppressionJson:
    """A suppressed address."""
    return {
        "address": suppression.address,
        "since": suppression.since.isoformat(),
        "entry_id": suppression.entry_id,
        "reason": suppression.reason,
    }


def detailed_suppression_json(detailed: Detailed) -> DetailedSuppressionJson:
    """A suppressed address with its reason, cut to what staff may write."""
    return {**suppression_json(detailed.suppression), "why": plain(detailed.why, LONGEST_REASON)}
