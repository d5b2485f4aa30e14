"""The bill of a month: lines with their prices, beside what SES itself costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from permille.costs.price_list import Price


class BillPart(StrEnum):
    """What a line of the bill depends on."""

    STACK = "The stack, without mail"
    EMAILS = "E-mails"
    ACCOUNTS = "Accounts"
    COMPLAINTS = "Complaints"


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a bill: a number of units at a price."""

    part: BillPart
    item: str
    number: float
    price: Price

    @property
    def usd(self) -> float:
        """Dollars."""
        return self.number * self.price.usd / self.price.per


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's bill. `ses`: what SES charges for the same e-mails, which is not in the lines."""

    lines: Sequence[Line]
    ses: Line
    emails: int

    @property
    def usd(self) -> float:
        """The sum of all lines, in dollars."""
        return total(self.lines)

    @property
    def per_1000(self) -> float | None:
        """Dollars for each 1,000 e-mails; None without e-mails."""
        return self.usd / self.emails * 1000 if self.emails else None

    @property
    def share_of_ses(self) -> float | None:
        """Permille's costs divided by SES's; None without e-mails."""
        return self.usd / self.ses.usd if self.ses.usd else None

    def of(self, part: BillPart) -> list[Line]:
        """The lines of a part."""
        return [line for line in self.lines if line.part is part]


def total(lines: Iterable[Line]) -> float:
    """The sum of lines, in dollars."""
    return sum(line.usd for line in lines)
