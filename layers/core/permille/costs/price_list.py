"""AWS's list prices by Region, each with its source and date (prices.csv)."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from permille.domain.values.errors import InvalidInput

PRICES = Path(__file__).with_name("prices.csv")
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Price:
    """A list price.

    usd: dollars for `per` units.
    per: how many units that buys.
    unit: the name of the unit.
    source: the page with the price.
    as_of: the month of the source.
    """

    usd: float
    per: float
    unit: str
    source: str
    as_of: str

    @property
    def page(self) -> str:
        """The address in `source`."""
        return self.source.partition(" ")[0]

    @property
    def remark(self) -> str:
        """What `source` says after the address, with a blank before it."""
        return self.source.removeprefix(self.page)


PriceList = Mapping[str, Price]  # by what is paid for


@cache
def price_lists() -> Mapping[str, PriceList]:
    """The prices by Region, in the order of the file."""
    lists: dict[str, dict[str, Price]] = {}
    with PRICES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            price = Price(float(row["usd"]), float(row["per"]), row["unit"], row["source"], row["as_of"])
            lists.setdefault(row["region"], {})[row["what"]] = price
    return lists


def regions() -> Sequence[str]:
    """The Regions that have prices."""
    return list(price_lists())


def price_list(region: str) -> PriceList:
    """The prices of a Region. Raises InvalidInput for one that has none."""
    try:
        return price_lists()[region]
    except KeyError:
        known = ", ".join(regions())
        message = f"there are no prices of {region!r}; there are those of {known}"
        raise InvalidInput(message, "region") from None
