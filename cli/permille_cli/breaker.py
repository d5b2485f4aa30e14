"""`permille breaker`: what keeps the rules from taking a whole platform down."""

from typing import Annotated, Any

import typer

from permille import breaker
from permille.domain.breaker import LARGEST_GRANT, hour_of
from permille.domain.errors import ServiceError
from permille.domain.policy import Policy
from permille.domain.status import Held
from permille.domain.system_commands import ResetBreaker
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, Stack, StackOption

app = typer.Typer(
    help="What keeps the rules from taking a whole platform down.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show whether the breaker is open, how many may still pass in this hour, and who is held."""
    data = _state(stack)
    if as_json:
        emit_json(data)
        return
    if data["open"]:
        out.print(f"[bold red]open[/] since {data['opened_at']}: the rules disable nobody")
        out.print("Look at the accounts that it holds; then `permille breaker reset --reason TEXT [--allow N]`.")
    else:
        out.print("[bold green]closed[/]")
    bound = "an unknown number of" if data["bound"] is None else f"{data['bound']:,}"
    out.print(f"in the hour {data['hour']} UTC {data['passed']:,} of {bound} disablings have passed")
    for account_id in data["held"]:
        out.print(f"  held: {account_id}")
    if data["last_reset"]:
        last = data["last_reset"]
        out.print(f"last reset {last['at']} by {last['by']}: {last['reason']}", markup=False, soft_wrap=True)


@app.command()
def reset(
    reason: Annotated[str, typer.Option(help="Why it is right to go on.")],
    allow: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_GRANT, help="So many more may pass in this hour; else as many as usual."),
    ] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Close the breaker again. What it held is taken up by itself. One that is closed lets as many more pass."""
    command, now = ResetBreaker(reason=reason, allow=allow, by=stack.caller()), stack.now()
    was_open = stack.control.breaker(hour_of(now)).opened_at is not None
    more = breaker.reset(stack.control, stack.control, stack.policies, command, now)
    if as_json:
        emit_json(_state(stack))
    else:
        said = "The breaker is closed" if was_open else "The breaker was closed already"
        out.print(f"{said}; {more:,} more may be disabled by the rules in this hour before it opens again.")


def _policy(stack: Stack) -> Policy | None:
    """None where it cannot be read."""
    try:
        return stack.policies.current()
    except ServiceError:
        return None


def _state(stack: Stack) -> dict[str, Any]:
    found = breaker.status(stack.control, stack.control, _policy(stack), stack.now())
    state = found.state
    held = sorted(account.id for account in stack.accounts.all() if account.held is Held.BREAKER)
    return {
        "open": state.opened_at is not None,
        "opened_at": state.opened_at.isoformat() if state.opened_at else None,
        "hour": found.hour,
        "passed": state.passed,
        "bound": found.bound,
        "active_accounts": state.active_accounts,
        "held": held,
        "last_reset": found.last_reset,
    }
