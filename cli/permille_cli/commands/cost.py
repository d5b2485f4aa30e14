"""`permille cost`: what Permille costs a month at AWS's list prices."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.costs.price_list import DEFAULT_REGION
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, out

if TYPE_CHECKING:
    from permille.costs.bill import Bill, Line
    from permille.costs.month import Month

app = Commands()


@app.command()
def cost(
    emails: Annotated[int, typer.Option(help="E-mails a month, one for each recipient.")],
    accounts: Annotated[int, typer.Option(help="Sending accounts, whether they send or not.")],
    complaints: Annotated[
        int | None, typer.Option(help="Complaints a month; by default one for each 1,000 e-mails.")
    ] = None,
    region: Annotated[str, typer.Option(help="AWS Region whose prices are taken.")] = DEFAULT_REGION,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what Permille costs a month, line by line.

    AWS's list prices times counted units, without free tiers and discounts, beside what SES itself charges for the
    e-mails. It needs no stack and asks nobody; docs/cost.md says what is counted and assumed, and where each price
    is from. The desk's page Costs shows the same.

    Examples:
        permille cost --emails 1000000 --accounts 1000
        permille cost --emails 50000 --accounts 20 --complaints 10 --region eu-west-1

    JSON fields: region, emails, accounts, complaints, usd, idle_usd, usd_per_1000, ses_usd, lines (part, item, number,
    unit, usd, source, as_of)
    """
    from permille.costs.counted import counted
    from permille.costs.month import Month, usual_complaints
    from permille.costs.price_list import price_list
    from permille.costs.reckoning import bill_of

    month = Month(emails, accounts, usual_complaints(emails) if complaints is None else complaints, region)
    bill = bill_of(month, counted(), price_list(region))
    if as_json:
        emit_json(_as_data(month, bill))
    else:
        _print(month, bill)


def _as_data(month: "Month", bill: "Bill") -> dict[str, Any]:
    from permille.costs.bill import BillPart, total

    return {
        "region": month.region,
        "emails": month.emails,
        "accounts": month.accounts,
        "complaints": month.complaints,
        "usd": bill.usd,
        "idle_usd": total(bill.of(BillPart.STACK)),
        "usd_per_1000": bill.per_1000,
        "ses_usd": bill.ses.usd,
        "lines": [_line(line) for line in bill.lines],
    }


def _line(line: "Line") -> dict[str, Any]:
    price = line.price
    return {
        "part": line.part.name.lower(),
        "item": line.item,
        "number": line.number,
        "unit": price.unit,
        "usd": line.usd,
        "source": price.source,
        "as_of": price.as_of,
    }


def _print(month: "Month", bill: "Bill") -> None:
    from rich.table import Table

    from permille.costs.bill import BillPart, total
    from permille.costs.words import amount, dated, dollars, in_words

    table = Table(box=None, pad_edge=False)
    table.add_column(f"A month in {month.region}", overflow="fold")
    for heading in ("number", "$"):
        table.add_column(heading, justify="right", no_wrap=True)
    for part in BillPart:
        lines = bill.of(part)
        table.add_row(f"[bold]{part}[/]", "", f"[bold]{dollars(total(lines))}[/]")
        for line in lines:
            table.add_row(f"  {line.item}", amount(line.number), dollars(line.usd))
    table.add_row("[bold]Permille[/]", "", f"[bold]{dollars(bill.usd)}[/]")
    table.add_row(bill.ses.item, amount(bill.ses.number), dollars(bill.ses.usd))
    out.print(table)
    out.print(in_words(bill), soft_wrap=True)
    out.print(f"{dated(bill)} --json names the source of each.", soft_wrap=True)
