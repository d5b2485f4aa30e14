"""`permille breaker`: the circuit breaker, which limits how many accounts the rules disable in an hour."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.rules.breaker import LARGEST_GRANT
from permille.domain.values.errors import InvalidInput, ServiceError
from permille.domain.values.tally import Tally
from permille.domain.words.wording import local, times, why_held
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import Until
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

if TYPE_CHECKING:
    from permille.domain.account.listed_account import ListedAccount
    from permille.domain.people.commands import Command
    from permille.domain.policy.policy import Policy

app = Commands(
    help="""Circuit breaker: limits automatic disablings per hour.

If the rules would disable more accounts in an hour than usual, something else may be wrong: the breaker opens, and
the further accounts are held until staff decide."""
)


@app.command()
def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show the breaker's state, and the held accounts.

    Whether it is open, how many disablings it allows in this hour, and which accounts wait for staff because of it,
    with their counts.

    Example:
        permille breaker show

    JSON fields: open, opened_at, hour, passed, bound, second_bound, active_accounts, held, last_reset, last_reset
    """
    data = _state(stack)
    if as_json:
        emit_json(data)
        return
    if data["open"]:
        out.print(f"[bold red]open[/] since {_in_utc(data['opened_at'])}: the rules disable nobody")
        out.print("Check the held accounts; then `permille breaker reset --reason TEXT [--allow N]`.", soft_wrap=True)
    else:
        out.print("[bold green]closed[/]")
    _print_state(data)
    if data["last_reset"]:
        last = data["last_reset"]
        by, why = literal(last["by"]), literal(last["reason"])
        out.print(f"last reset {_in_utc(last['at'])} by {by}: {why}", soft_wrap=True)


def _in_utc(at: str) -> str:
    return local(datetime.fromisoformat(at))


def _print_state(data: dict[str, Any]) -> None:
    bound = "the bound is unknown" if data["bound"] is None else f"the bound is {data['bound']:,}"
    hour = local(datetime.fromisoformat(data["hour"]).replace(tzinfo=UTC))
    out.print(f"disablings in the hour from {hour}: {data['passed']:,}; {bound}")
    if data["bound"] is not None and data["second_bound"] > data["bound"]:
        out.print(f"if the evidence is beyond doubt: up to {data['second_bound']:,}, even while it is open")
    for held in data["held"]:
        why = why_held(held["hold_reason"])
        out.print(f"  held: {held['account_id']}, {_counts(held)}, because {why}", soft_wrap=True)
    if data["held"]:
        decide = "Decide about them with `permille breaker release` or `exempt`: name accounts, or use --all."
        out.print(decide, soft_wrap=True)


def _counts(held: dict[str, Any]) -> str:
    complaints = times(held["complaints"], "complaint")
    return f"{complaints} in {held['delivered']:,} delivered, {held['bounces']:,} bounced"


@app.command()
def reset(
    reason: Annotated[str, typer.Option(help="Reason, recorded on the system timeline.")],
    allow: Annotated[
        int | None,
        typer.Option(
            min=0, max=LARGEST_GRANT, help="Further disablings to allow in this hour; by default the usual bound."
        ),
    ] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Close the breaker, so that the rules disable again.

    First check the held accounts: do they really send spam, or did something else go wrong? Held accounts are judged
    again by themselves. If the breaker is closed already, its bound of this hour is raised.

    Example:
        permille breaker reset --reason "They really send spam" --allow 20

    JSON fields: open, opened_at, hour, passed, bound, second_bound, active_accounts, held, last_reset, last_reset
    """
    from permille.domain.people.system_commands import ResetBreaker
    from permille.domain.rules.breaker import hour_of
    from permille.usecases.enforcement import breaker

    command, now = ResetBreaker(reason=reason, allow=allow, by=stack.operator_arn()), stack.now()
    was_open = stack.control.breaker(hour_of(now)).opened_at is not None
    more = breaker.reset(stack.control, stack.control, stack.policies, command, now)
    if as_json:
        emit_json(_state(stack))
    else:
        state = "is closed" if was_open else "was closed already"
        out.print(f"The breaker {state}; the rules may disable {more:,} more in this hour before it opens again.")


HeldIds = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids of held accounts.")]
AllHeld = Annotated[bool, typer.Option("--all", help="All held accounts.")]


@app.command()
def release(
    ids: HeldIds = None,
    *,
    reason: Annotated[str, typer.Option(help="Reason, recorded on the accounts' timelines.")],
    every: AllHeld = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Let held disablings happen.

    The named accounts are disabled within a minute. The breaker's state does not change.

    Examples:
        permille breaker release deals4u --reason "Spam"
        permille breaker release --all --reason "Spam"

    JSON fields: decided, refused
    """
    from permille.domain.people.staff_commands import ReleaseHold

    command = ReleaseHold(reason=reason, by=stack.operator_arn())
    _decide_each(stack, _named(stack, ids, every=every), command, "is disabled within a minute", as_json=as_json)


@app.command()
def exempt(
    ids: HeldIds = None,
    *,
    until: Until,
    reason: Annotated[str, typer.Option(help="Reason, recorded on the accounts' timelines.")],
    every: AllHeld = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Exempt held accounts from the rules until a date.

    For held accounts that are not to be disabled. The breaker's state does not change.

    Example:
        permille breaker exempt good-bakery --until 2026-12-31 --reason "A mistake of the mailbox provider"

    JSON fields: decided, refused
    """
    from permille.domain.people.staff_commands import Exempt

    command = Exempt(until=inputs.end(until), reason=reason, by=stack.operator_arn())
    _decide_each(stack, _named(stack, ids, every=every), command, "is exempt", as_json=as_json)


def _named(stack: Stack, ids: list[str] | None, *, every: bool) -> list[str]:
    from permille.usecases.enforcement.held_accounts import all_held

    if bool(ids) == every:
        raise InvalidInput("name accounts, or use --all" if not ids else "name accounts or use --all, not both")
    return ids or [account.id for account in all_held(stack.account_index)]


def _decide_each(stack: Stack, ids: list[str], command: "Command", done: str, *, as_json: bool) -> None:
    from permille.usecases.decisions.decisions import decide_each
    from permille_cli.answers import results

    decided = list(decide_each(stack, progress(ids, "Deciding about accounts"), command, stack.now()))
    if as_json:
        emit_json(results.as_data(decided))
    elif decided:
        results.show(decided, done)
    else:
        out.print("No account is held.")
    results.fail_where_refused(decided)


def _policy(stack: Stack) -> "Policy | None":
    """The policy in force; None if it cannot be read."""
    try:
        return stack.policies.current()
    except ServiceError:
        return None


def _held(account: "ListedAccount") -> dict[str, Any]:
    """With the counts of its last assessment."""
    counts = account.assessment or Tally()
    numbers = {name: getattr(counts, name) for name in ("delivered", "complaints", "bounces")}
    return {"account_id": account.id, "hold_reason": account.hold_reason, **numbers}


def _state(stack: Stack) -> dict[str, Any]:
    from permille.usecases.enforcement import breaker
    from permille.usecases.enforcement.held_accounts import all_held

    status = breaker.status(stack.control, stack.control, _policy(stack), stack.now())
    state = status.state
    held = [_held(account) for account in all_held(stack.account_index)]
    return {
        "open": state.opened_at is not None,
        "opened_at": state.opened_at.isoformat() if state.opened_at else None,
        "hour": status.hour,
        "passed": state.passed,
        "bound": status.bound,
        "second_bound": status.second_bound,
        "active_accounts": state.active_accounts,
        "held": held,
        "last_reset": status.last_reset,
    }
