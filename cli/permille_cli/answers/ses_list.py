"""SES's own suppression list of the AWS account, which applies to the mail of all accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from permille.domain.values.errors import Failed, ServiceError
from permille_cli.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class InSes:
    """What SES's own list says of an address.

    reasons: SES's reason, by each spelling of the address that is on the list.
    unknown: why SES could not be asked; empty if it was.
    taken_off: whether the address was removed.
    """

    reasons: Mapping[str, str]
    unknown: str = ""
    taken_off: bool = False

    def as_data(self) -> dict[str, Any]:
        return {"reasons": dict(self.reasons), "taken_off": self.taken_off, "unknown": self.unknown or None}

    def as_text(self) -> str:
        if self.unknown:
            return f"Whether it is on SES's own list is unknown: {self.unknown}"
        if not self.reasons:
            return "It is not on SES's own list of the AWS account."
        if self.taken_off:
            return "It was removed from SES's own list, for all accounts."
        why = ", ".join(f"{address}: {reason}" for address, reason in self.reasons.items())
        return f"It is on SES's own list ({why}), so SES drops mail to it; --also-in-ses removes it."


def in_ses(stack: Stack, typed: str, bare: str) -> InSes:
    """Looks up an address as it was typed, and in its bare form. Raises nothing if SES cannot be asked."""
    spellings = dict.fromkeys((bare, typed.strip())) if "<" not in typed else {bare: None}
    try:
        reasons = {spelling: stack.ses_suppressions.reason(spelling) for spelling in spellings}
    except ServiceError as error:
        return InSes({}, unknown=str(error))
    return InSes({address: reason for address, reason in reasons.items() if reason})


def remove_in_ses(stack: Stack, seen: InSes) -> InSes:
    """Removes an address from SES's own list, after the account's list. Raises Failed if SES does not do it."""
    try:
        if seen.unknown:
            raise Failed(seen.unknown)
        for address in seen.reasons:
            stack.ses_suppressions.remove(address)
    except (Failed, ServiceError) as error:
        raise Failed(
            f"the address is off the account's list, but perhaps not off SES's own: {error}; repeat the command"
        ) from error
    return replace(seen, taken_off=bool(seen.reasons))
