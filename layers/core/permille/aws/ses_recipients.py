"""The recipients that SES's events name."""

import json
from collections.abc import Sequence

from permille.addresses.mailbox import canonical_address
from permille.aws.ses_fields import Json
from permille.domain.feedback.recipients import NOBODY, Recipients


def destination_of(mail: Json) -> Recipients | None:
    """The recipients of the mail; None where the event does not list them."""
    listed = mail.get("destination")
    return recipients_of(listed) if isinstance(listed, list) else None


def listed_recipients(listed: object) -> Recipients:
    """Those of a list of objects with an `emailAddress` each. Public captures without the list exist."""
    if not isinstance(listed, list):
        return NOBODY
    return recipients_of([item.get("emailAddress", item) if isinstance(item, dict) else item for item in listed])


def recipients_of(listed: Sequence[object]) -> Recipients:
    """Those of a list of addresses; what is no address is kept as unreadable."""
    readable: dict[str, None] = {}
    unreadable: list[str] = []
    for item in listed:
        address = canonical_address(item) if isinstance(item, str) else None
        if address:
            readable[address] = None
        else:
            unreadable.append(item if isinstance(item, str) else json.dumps(item, sort_keys=True))
    return Recipients(tuple(readable), tuple(unreadable))
