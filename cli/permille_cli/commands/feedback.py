"""`permille feedback`: retries feedback that could not be counted."""

from typing import Annotated

import typer

from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, out, progress

app = Commands(
    help="""Retry feedback that could not be counted.

After a failure that lasted, such as a missing permission."""
)


@app.command()
def redrive(
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many, for example 1 as a test.")] = None,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Put the feedback dead letters back on the queue.

    A dead letter is feedback that failed too often, such as during an outage. Use it once the cause is gone. Each is
    counted once.

    Examples:
        permille feedback redrive --limit 1
        permille feedback redrive

    JSON fields: put_back
    """
    from permille.usecases.feedback.dead_letters import redrive_letters

    redriven = sum(
        1 for _ in progress(redrive_letters(stack.feedback_dead_letters, limit), "Putting dead letters back")
    )
    if as_json:
        emit_json({"put_back": redriven})
    else:
        out.print(f"{redriven:,} put back on the queue.")
