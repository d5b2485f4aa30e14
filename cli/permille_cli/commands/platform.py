"""`permille platform`: how the whole platform stands with SES."""

from rich.table import Table

from permille.domain.policy.ses_review import BOUNCES, COMPLAINTS, Harm, Lines, bounce_percent, counted, denominators
from permille.domain.words.wording import local, rate
from permille.ports.desk import SesRate
from permille.schema.platform_schema import platform_json
from permille.usecases.views.platform import Platform, Ranking, platform
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.output import AsJson, emit_json, out


def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show SES's rates of the whole AWS account, and the accounts with the most complaints and bounces."""
    found = platform(stack, stack.now())
    if as_json:
        emit_json(platform_json(found))
        return
    _print_figures(found)
    out.print(denominators(found.days), soft_wrap=True)
    _print_ranking(Harm.COMPLAINTS, found.complaints)
    _print_ranking(Harm.BOUNCES, found.bounces)


def _print_figures(found: Platform) -> None:
    if found.figures is None:
        out.print("What SES says of the AWS account is not known now.")
        return
    _print_rate("complaint rate", found.figures.complaint_rate, COMPLAINTS)
    _print_rate("bounce rate", found.figures.bounce_rate, BOUNCES)
    out.print(counted(found.figures.counted, found.days), soft_wrap=True)


def _print_rate(name: str, told: SesRate | None, lines: Lines) -> None:
    said = "none told, as while no mail is sent"
    if told:
        said = f"{lines.in_words(told.share)}, {lines.level(told.share)}, as of {local(told.at)}"
    out.print(f"[bold]{name}[/] by SES: {said}. {lines.bounds()}.", soft_wrap=True)


def _print_ranking(harm: Harm, ranking: Ranking | None) -> None:
    if ranking is None or not ranking.contributors:
        out.print(f"Who has the most {harm} is not known now." if ranking is None else f"Nobody has {harm}.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in (f"most {harm}", "status", harm, "delivered", "rate", "of all"):
        table.add_column(heading, overflow="fold")
    for one in ranking.contributors:
        counts, share = one.verdict.counts, ranking.share(one)
        itself = f"{bounce_percent(counts)} %" if harm is Harm.BOUNCES else rate(counts) and f"{rate(counts)} per 1,000"
        numbers = (f"{ranking.number(one):,}", f"{counts.delivered:,}", itself)
        table.add_row(one.account.id, one.account.status, *numbers, "" if share is None else f"{share} %")
    out.print(table)
