"""`permille policy history`: the policies that were set."""

from typing import TYPE_CHECKING

from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.output import AsJson, emit_json, literal, out

if TYPE_CHECKING:
    from permille.domain.rules.policy_history import PolicyHistory


def history(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the policies that were set, newest first.

    When, by whom, and which numbers changed.

    Example:
        permille policy history

    JSON fields: parameter, in_force, is_recorded, entries (at, policy, replaced, rules, replaced_rules, by,
    sentence)
    """
    from rich.table import Column, Table
    from rich.text import Text

    from permille.domain.policy.policy_file import policy_data
    from permille.usecases.decisions import policy_change

    past = policy_change.policy_history(stack)
    if as_json:
        emit_json(
            {
                "parameter": stack["PolicyParameterName"],
                "in_force": policy_data(past.in_force) if past.in_force else None,
                "is_recorded": past.is_recorded,
                "entries": [
                    {"at": entry.at.isoformat(), **entry.data, "sentence": entry.sentence()} for entry in past.entries
                ],
            }
        )
        return
    out.print(_now(past, stack["PolicyParameterName"]), soft_wrap=True)
    if past.entries:
        table = Table("When (UTC)", "Policy", Column("What", overflow="fold"), box=None, pad_edge=False)
        for entry in past.entries:
            table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", Text(entry.facts.policy), Text(entry.sentence()))
        out.print(table)


def _now(past: "PolicyHistory", parameter: str) -> str:
    if past.in_force is None:
        invalid = f"The policy in {literal(parameter)} cannot be parsed, so no account is judged"
        return f"[red]{invalid}[/] (permille policy show)"
    now = f"[bold]{literal(past.in_force.id)}[/] is in force"
    if past.is_recorded:
        return now
    return f"{now}, [yellow]but not in the history[/]: it was set in another way, or a command was interrupted"
