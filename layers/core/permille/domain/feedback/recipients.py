"""Lists of recipients, as reports of SES name them."""

from dataclasses import dataclass

AT_THE_SIMULATOR = "@simulator.amazonses.com"


@dataclass(frozen=True, slots=True)
class Recipients:
    """A list of recipients.

    readable: addresses in their bare form, each once
    unreadable: whatever else is listed, as it is written
    """

    readable: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """How many there are, unreadable ones included."""
        return len(self.readable) + len(self.unreadable)

    @property
    def only(self) -> str:
        """The address where the list has one recipient, who can be read; else empty."""
        return self.readable[0] if self.readable and self.number == 1 else ""

    @property
    def real(self) -> list[str]:
        """The addresses that are not at SES's mailbox simulator, whose mail never counts."""
        return [address for address in self.readable if not address.endswith(AT_THE_SIMULATOR)]

    @property
    def are_simulated(self) -> bool:
        """Whether there are recipients, and each is an address at SES's mailbox simulator."""
        return bool(self.readable) and not self.unreadable and not self.real


NOBODY = Recipients()
