"""Amounts and sentences about a bill, for people."""

from permille.costs.bill import Bill
from permille.costs.price_list import Price


def dollars(usd: float) -> str:
    """Dollars with cents; what is less than half a cent is `<0.01`, so that it does not look free."""
    return "<0.01" if 0 < usd < 0.005 else f"{usd:,.2f}"


def amount(number: float) -> str:
    """A number of units."""
    return f"{number:,.2f}" if 0 < number < 10 and number != int(number) else f"{number:,.0f}"


def in_words(bill: Bill) -> str:
    """One sentence: for each 1,000 e-mails, and beside SES."""
    if bill.per_1000 is None or bill.share_of_ses is None:
        return "Without e-mails SES costs nothing; this is what an idle stack costs."
    share = f"{bill.share_of_ses:.0%} of" if bill.share_of_ses < 10 else f"{bill.share_of_ses:,.0f} times"
    return f"That is ${bill.per_1000:,.4f} for each 1,000 e-mails: {share} what SES itself charges for them."


def dated(bill: Bill) -> str:
    """Of which months the prices are."""
    months = sorted({line.price.as_of for line in bill.lines})
    return f"List prices as of {months[0]} to {months[-1]}, without free tiers and discounts."


def price(of: Price) -> str:
    """A price as it is quoted: `$0.625 for 1,000,000`, `$0.10 each`."""
    cents = f"{of.usd:.2f}"
    usd = cents if float(cents) == of.usd else f"{of.usd:.10f}".rstrip("0")
    return f"${usd} each" if of.per == 1 else f"${usd} for {of.per:,.0f}"
