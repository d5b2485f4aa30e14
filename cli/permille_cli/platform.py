"""`permille platform`: how the whole platform stands with SES."""

from rich.table import Table

from permille.desk_ports import SesRate
from permille.domain.ses_review import BOUNCES, COMPLAINTS, Lines, counted, denominators
from permille.domain.wording import local, rate
from permille.platform import Platform, platform
from permille.platform_shapes import platform as as_data
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, StackOption


def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show SES's rates of the whole AWS account, and the accounts with the most complaints."""
    found = platform(stack, stack.now())
    if as_json:
        emit_json(as_data(found))
        return
    _print_figures(found)
    out.print(denominators(found.days), soft_wrap=True)
    _print_contributors(found)


def _print_figures(found: Platform) -> None:
    if found.figures is None:
        out.print("What SES says of the AWS account cannot be known now.")
        return
    _print_rate("complaint rate", found.figures.complaint_rate, COMPLAINTS)
    _print_rate("bounce rate", found.figures.bounce_rate, BOUNCES)
    out.print(counted(found.figures.counted, found.days), soft_wrap=True)


def _print_rate(name: str, told: SesRate | None, lines: Lines) -> None:
    said = "none in the last days: SES tells one only while mail is sent"
    if told:
        said = f"{lines.said(told.share)}, {lines.level(told.share)} ({lines.bounds()}), as of {local(told.at)}"
    out.print(f"[bold]{name}[/] by SES: {said}", soft_wrap=True)


def _print_contributors(found: Platform) -> None:
    if not found.contributors:
        unknown = found.contributors is None
        out.print("Who has the most complaints cannot be known now." if unknown else "Nobody has complaints.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("account", "status", "complaints", "delivered", "per 1,000", "of all complaints"):
        table.add_column(heading, overflow="fold")
    for one in found.contributors:
        counts, share = one.verdict.counts, found.share(one)
        numbers = (f"{counts.complaints:,}", f"{counts.delivered:,}", rate(counts))
        table.add_row(one.account.id, one.account.status, *numbers, "" if share is None else f"{share} %")
    out.print(table)
