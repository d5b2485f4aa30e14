"""Whether SES itself drops mail to an address: its suppression list of the AWS account, beside that of an account."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from permille.domain.values.errors import Failed, ServiceError
from permille_cli.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class InSes:
    """`reasons`: why each spelling of an address is on the list, of those that are, as SES says it; `unknown`: why it
    could not be asked; `taken_off`: they were on it."""

    reasons: Mapping[str, str]
    unknown: str = ""
    taken_off: bool = False

    def as_data(self) -> dict[str, Any]:
        return {"reasons": dict(self.reasons), "taken_off": self.taken_off, "unknown": self.unknown or None}

    def as_text(self) -> str:
        if self.unknown:
            return f"Whether SES's own list has it is not known: {self.unknown}"
        if not self.reasons:
            return "It is not on SES's own list of the AWS account."
        if self.taken_off:
            return "It is taken off SES's own list of the AWS account, for the mail of all accounts."
        why = ", ".join(f"{address}: {reason}" for address, reason in self.reasons.items())
        return f"SES's own list of the AWS account has it ({why}): SES drops mail to it; --also-in-ses takes it off."


def in_ses(stack: Stack, typed: str, bare: str) -> InSes:
    """An address can be there as it was typed, or in its bare form. Where SES cannot be asked, that is told."""
    spellings = dict.fromkeys((bare, typed.strip())) if "<" not in typed else {bare: None}
    try:
        asked = {one: stack.ses_suppressions.reason(one) for one in spellings}
    except ServiceError as error:
        return InSes({}, unknown=str(error))
    return InSes({address: reason for address, reason in asked.items() if reason})


def taken_off_in_ses(stack: Stack, seen: InSes) -> InSes:
    """Raises Failed where SES could not be asked, or does not do it: the account's own list was seen to before."""
    try:
        if seen.unknown:
            raise Failed(seen.unknown)
        for address in seen.reasons:
            stack.ses_suppressions.remove(address)
    except (Failed, ServiceError) as error:
        raise Failed(
            f"the account's own list does not have the address any more, and SES's own may still: {error}; repeat the "
            "command"
        ) from error
    return replace(seen, taken_off=bool(seen.reasons))
