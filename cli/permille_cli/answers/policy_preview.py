"""Prints what a policy would change."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from permille.domain.rules.policy_preview import Affected, Effect, Preview
from permille.domain.values.status import Mode
from permille.domain.words.wording import plain, rate, times
from permille_cli.terminal.output import literal, out

MOST_ROWS = 10  # of an effect

_WOULD: Mapping[Effect, str] = {
    Effect.WOULD_DISABLE: "would be disabled",
    Effect.WOULD_END_TRIAL: "would fail the trial",
    Effect.EXEMPT: "would break a rule, and stay enabled: exempt",
    Effect.WOULD_KEEP: "would be kept, contrary to the policy in force",
    Effect.WOULD_HAVE_KEPT: "would not have been disabled; support can enable them, a policy cannot",
}


def print_preview(previewed: Preview) -> None:
    """Prints a table for each effect, with at most MOST_ROWS accounts."""
    out.print(_compared_with(previewed), soft_wrap=True)
    for effect in Effect:
        if accounts := previewed.of(effect):
            _print_group(effect, accounts)
    if previewed.mode is Mode.MONITOR:
        out.print("The mode is monitor: no account is disabled.")


def _compared_with(previewed: Preview) -> str:
    judged = times(previewed.judged, "account")
    if previewed.is_in_force:
        none = "" if previewed.affected else " none would be disabled"
        return f"It is in force already, so no account is judged again. By the current counts of {judged}:{none}"
    present = previewed.present
    in_force = f"the policy in force, {literal(present.id)}" if present else "a policy that cannot be parsed"
    nothing = "" if previewed.affected else " nothing changes"
    return f"Compared with {in_force}, by the current counts of {judged}:{nothing}"


def _print_group(effect: Effect, accounts: Sequence[Affected]) -> None:
    out.print(
        f"[bold]{times(len(accounts), 'account')} {_WOULD[effect]}[/]{_of_which(effect, accounts)}", soft_wrap=True
    )
    table = Table(box=None, pad_edge=False)
    for name in ("Account", "Owner", "Rule"):
        table.add_column(name, overflow="fold", no_wrap=name == "Rule")
    for name in ("Complaints", "Delivered", "Per 1,000", "Bounces"):
        table.add_column(name, justify="right", no_wrap=True)
    for affected in accounts[:MOST_ROWS]:
        table.add_row(*_row(affected))
    out.print(table)
    if len(accounts) > MOST_ROWS:
        out.print(f"... and {len(accounts) - MOST_ROWS:,} more; --json names all")


def _row(affected: Affected) -> Iterator[Text]:
    account, counts = affected.account, affected.broken.counts
    yield from (
        Text(account.id),
        Text(plain(account.owner_name or account.owner_email)),
        Text(affected.broken.rule or ""),
    )
    yield from (Text(f"{counts.complaints:,}"), Text(f"{counts.delivered:,}"))
    yield from (Text(rate(counts)), Text(f"{counts.bounces:,}"))


def _of_which(effect: Effect, accounts: Sequence[Affected]) -> str:
    """How many would be disabled by the policy in force too: those are not news."""
    already = sum(affected.breaks_present for affected in accounts)
    return f", {already:,} of them by the policy in force too" if already and effect is Effect.WOULD_DISABLE else ""
