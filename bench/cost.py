"""`make cost`: writes costs/counted.json, and docs/cost.md from cost.md in this folder, the units and the prices."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.counted_units import counted_document

from permille.costs.bill import Bill, BillPart, Line, total
from permille.costs.counted import COUNTED, Units, units_from
from permille.costs.month import Month, usual_complaints
from permille.costs.price_list import DEFAULT_REGION, price_list, price_lists, regions
from permille.costs.reckoning import VCPU, bill_of, of_emails, of_stack
from permille_cli.project import PROJECT

DOCUMENT = PROJECT / "docs" / "cost.md"
TEXT = Path(__file__).with_suffix(".md")
MILLION = 1_000_000
MONTHS = ((100_000, 100), (1_000_000, 1_000), (10_000_000, 3_000))  # e-mails and accounts, with the usual complaints


def counted_text() -> str:
    """What costs/counted.json has to hold."""
    return json.dumps(counted_document(), indent=2) + "\n"


def cost_text() -> str:
    """What docs/cost.md has to hold."""
    units, at = units_from(counted_document()), price_list(DEFAULT_REGION)
    stack, full, small = bills()
    (unbilled,) = (line.usd for line in full if line.item.endswith("put there by SNS"))
    return TEXT.read_text(encoding="utf-8").format(
        rest=total(stack),
        full=total(full),
        small=total(small),
        ses=MILLION * at["ses_email"].usd / at["ses_email"].per,
        at_rest=_table(stack),
        million=_side_by_side(full, small),
        unbilled=unbilled,
        months=_months(units),
        regions=_regions(units),
        complaint=total(month_of_a_million(units).of(BillPart.COMPLAINTS)) / usual_complaints(MILLION),
        writes=units.complaint.write_units,
        region=DEFAULT_REGION,
        prices=_listed(),
        vcpu=VCPU,
    )


def bills() -> tuple[list[Line], list[Line], list[Line]]:
    """The lines of a month without mail, and of a million deliveries in full batches and in small ones."""
    units, at = units_from(counted_document()), price_list(DEFAULT_REGION)
    full, small = (of_emails(MILLION, each, units, at) for each in (units.full, units.small))
    return of_stack(units, at), full, small


def month_of_a_million(units: Units, region: str = DEFAULT_REGION) -> Bill:
    """The bill of a million e-mails of 1,000 accounts, with as many complaints as the default rules allow."""
    return bill_of(Month(MILLION, 1_000, usual_complaints(MILLION), region), units, price_list(region))


def _table(lines: Sequence[Line]) -> str:
    rows = [f"| {line.item} | {_number(line.number)} | {line.usd:.2f} |" for line in lines]
    return "\n".join(["| item | number | $ |", "|---|---|---|", *rows, f"| **sum** | | **{total(lines):.2f}** |"])


def _number(number: float) -> str:
    return f"{number:,.2f}" if number < 1 else f"{number:,.0f}"


def _side_by_side(full: Sequence[Line], small: Sequence[Line]) -> str:
    pairs = zip(full, small, strict=True)
    rows = [f"| {one.item} | {one.usd:.2f} | {other.usd:.2f} |" for one, other in pairs]
    head = ["| item | full batches, $ | small batches, $ |", "|---|---|---|"]
    return "\n".join([*head, *rows, f"| **sum** | **{total(full):.2f}** | **{total(small):.2f}** |"])


def _months(units: Units) -> str:
    rows = list(_month_rows(units))
    return "\n".join(
        ["| e-mails | accounts | complaints | $ | of it idle | SES, $ |", "|---|---|---|---|---|---|", *rows]
    )


def _month_rows(units: Units) -> Iterable[str]:
    for emails, accounts in MONTHS:
        month = Month(emails, accounts, usual_complaints(emails))
        bill = bill_of(month, units, price_list(month.region))
        numbers = f"{emails:,} | {accounts:,} | {month.complaints:,}"
        yield f"| {numbers} | {bill.usd:.2f} | {total(bill.of(BillPart.STACK)):.2f} | {bill.ses.usd:,.0f} |"


def _regions(units: Units) -> str:
    bills_by_region = {region: month_of_a_million(units, region) for region in regions()}
    rows = [
        f"| {region} | {total(bill.of(BillPart.STACK)):.2f} | {bill.usd:.2f} |"
        for region, bill in bills_by_region.items()
    ]
    return "\n".join(["| Region | without mail, $ | a million e-mails, $ |", "|---|---|---|", *rows])


def _listed() -> str:
    rows = [
        f"| {region} | {price.unit} | {price.usd:g} for {price.per:,.0f} | {price.source} | {price.as_of} |"
        for region, prices in price_lists().items()
        for price in prices.values()
    ]
    return "\n".join(["| Region | unit | $ | source | as of |", "|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    COUNTED.write_text(counted_text(), encoding="utf-8")
    DOCUMENT.write_text(cost_text(), encoding="utf-8")
