"""`permille platform`: the reputation of the whole AWS account with SES."""

from typing import TYPE_CHECKING

from permille.domain.words.wording import local, rate
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, out

if TYPE_CHECKING:
    from permille.domain.policy.ses_review import Harm, Lines
    from permille.ports.desk import SesRate
    from permille.usecases.views.platform import Platform, Ranking

app = Commands()


@app.command()
def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show the platform's reputation with SES.

    The complaint and bounce rates of the whole AWS account, by which SES judges it, and the accounts that contribute
    most to them.

    Example:
        permille platform

    JSON fields: window_days, ses (complaint_rate, bounce_rate, counted), most_complaints, most_bounces
    """
    from permille.domain.policy.ses_review import Harm, denominators
    from permille.schema.platform_schema import platform_json
    from permille.usecases.views.platform import platform

    reputation = platform(stack, stack.now())
    if as_json:
        emit_json(platform_json(reputation))
        return
    _print_figures(reputation)
    out.print(denominators(reputation.days), soft_wrap=True)
    _print_ranking(Harm.COMPLAINTS, reputation.complaints)
    _print_ranking(Harm.BOUNCES, reputation.bounces)


def _print_figures(reputation: "Platform") -> None:
    from permille.domain.policy.ses_review import BOUNCES, COMPLAINTS, counted

    if reputation.figures is None:
        out.print("SES's rates of the AWS account are unknown at the moment.")
        return
    _print_rate("complaint rate", reputation.figures.complaint_rate, COMPLAINTS)
    _print_rate("bounce rate", reputation.figures.bounce_rate, BOUNCES)
    out.print(counted(reputation.figures.counted, reputation.days), soft_wrap=True)


def _print_rate(name: str, reported: "SesRate | None", lines: "Lines") -> None:
    value = "none yet: SES has one while mail is sent"
    if reported:
        value = f"{lines.in_words(reported.share)}, {lines.level(reported.share)}, as of {local(reported.at)}"
    out.print(f"[bold]{name}[/] by SES: {value}. {lines.bounds()}.", soft_wrap=True)


def _print_ranking(harm: "Harm", ranking: "Ranking | None") -> None:
    from rich.table import Table

    from permille.domain.policy.ses_review import Harm, bounce_percent
    from permille_cli.terminal.tables import whole

    if ranking is None or not ranking.contributors:
        out.print(f"Who has the most {harm} is unknown at the moment." if ranking is None else f"Nobody has {harm}.")
        return
    table = Table(f"most {harm}", "status", harm, "delivered", "rate", "of all", box=None, pad_edge=False)
    for contributor in ranking.contributors:
        counts, share = contributor.verdict.counts, ranking.share(contributor)
        itself = f"{bounce_percent(counts)} %" if harm is Harm.BOUNCES else rate(counts) and f"{rate(counts)} per 1,000"
        numbers = (f"{ranking.number(contributor):,}", f"{counts.delivered:,}", itself)
        table.add_row(
            contributor.account.id, contributor.account.status, *numbers, "" if share is None else f"{share} %"
        )
    out.print(whole(table), crop=False)
