"""The month whose costs are asked for, as people enter it."""

from dataclasses import dataclass
from typing import Any

from permille.costs.price_list import DEFAULT_REGION, price_list
from permille.domain.people.validation import of_field
from permille.domain.values.errors import InvalidInput

MOST = 10**12
SEPARATORS = str.maketrans("", "", ",_ '\u00a0\u202f\u2019")


@dataclass(frozen=True, slots=True)
class Month:
    """The mail of a month. Raises InvalidInput for negative numbers, and for more complaints than e-mails.

    emails: e-mails that are delivered, one for each recipient.
    accounts: sending accounts, whether they send or not.
    """

    emails: int
    accounts: int
    complaints: int
    region: str = DEFAULT_REGION

    def __post_init__(self) -> None:
        for name in ("emails", "accounts", "complaints"):
            if not 0 <= getattr(self, name) <= MOST:
                raise InvalidInput(f"takes a whole number from 0 to {MOST:,}", name)
        if self.complaints > self.emails:
            raise InvalidInput("there cannot be more complaints than e-mails", "complaints")
        price_list(self.region)

    @property
    def monthly_mails(self) -> int:
        """How many owners get the monthly mail, at most: it goes to accounts with a complaint."""
        return min(self.accounts, self.complaints)


def number(text: str) -> int:
    """A whole number, with or without separators of thousands. Raises InvalidInput."""
    digits = text.translate(SEPARATORS)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(MOST))):
        raise InvalidInput(f"takes a whole number from 0 to {MOST:,}")
    return int(digits)


def month_of(emails: str, accounts: str, complaints: str, region: str) -> Month:
    """The month of a form. Without complaints there is one for each 1,000 e-mails, the most that the rules allow.

    Raises InvalidInput with every field that is wrong.
    """
    rules: dict[str, tuple[Any, str]] = {
        "emails": (number, emails),
        "accounts": (number, accounts),
        "complaints": (lambda text: number(text) if text.strip() else None, complaints),
        "region": (_with_prices, region),
    }
    valid: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, (rule, text) in rules.items():
        try:
            valid[name] = of_field(name, rule, text)
        except InvalidInput as error:
            wrong += error.errors
    if wrong:
        raise InvalidInput.of(wrong)
    if valid["complaints"] is None:
        valid["complaints"] = usual_complaints(valid["emails"])
    return Month(**valid)


def _with_prices(region: str) -> str:
    price_list(region)
    return region


def usual_complaints(emails: int) -> int:
    """One complaint for each 1,000 e-mails: as many as the default rules allow."""
    return emails // 1000
