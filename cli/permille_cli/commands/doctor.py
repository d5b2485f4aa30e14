"""`permille doctor`: checks how the stack is set up."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

if TYPE_CHECKING:
    from permille.usecases.doctor.examinations import Examination

UNHEALTHY = 1  # the exit status

app = Commands()


@app.command()
def doctor(
    check: Annotated[
        list[str] | None, typer.Option("--check", metavar="ID", help="Make this check only; can be repeated.")
    ] = None,
    *,
    list_checks: Annotated[bool, typer.Option("--list", help="List the checks, and make none.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Also list the checks that found nothing.")] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Check how the stack is set up.

    Follows feedback from SES to the accounts, and looks at identities, senders, functions, alarms and quotas. It
    changes nothing. Each finding says what is wrong, why it matters, and the command that mends it. The function
    Doctor makes most of the checks every three hours, for support's page System.

    The exit status is 0 if nothing is broken, and 1 if something is, or could not be checked.

    Example:
        permille doctor
        permille doctor --check subscription --check triggers

    JSON fields: checks (check, title, why, state, note, findings), [healthy, checked_at, code]
    """
    from permille.usecases.doctor.doctor import checkup, named
    from permille_cli.answers import checkup_answer

    examinations = named(check or [])
    if list_checks:
        if check:
            raise InvalidInput("use --list or --check, not both")
        _list(examinations, as_json=as_json)
        return
    made = checkup(stack.examining, examinations, stack.now(), progress)
    if as_json:
        emit_json(checkup_answer.as_data(made))
    else:
        checkup_answer.show(made, verbose=verbose)
    if not made.is_healthy:
        raise typer.Exit(UNHEALTHY)


def _list(examinations: "tuple[Examination, ...]", *, as_json: bool) -> None:
    if as_json:
        emit_json({"checks": [_as_data(one) for one in examinations]})
        return
    for one in examinations:
        alone = " (this command alone)" if one.by_command else ""
        out.print(f"[bold]{one.check.id}[/]: {literal(one.check.title)}{alone}", soft_wrap=True)


def _as_data(one: "Examination") -> dict[str, Any]:
    check = one.check
    return {
        "check": check.id,
        "title": check.title,
        "severity": check.severity.value,
        "why": check.why,
        "scheduled": not one.by_command,
    }
