"""`permille`: wrong input is one clear line and exit 2, a failure one clear line and exit 1, never a traceback."""

import gc
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import Abort

from permille.code_version import code_version
from permille_cli.catalogue import Root
from permille_cli.terminal.errors import INTERRUPTED, REPORTED, as_data, as_text, exit_status

if TYPE_CHECKING:
    from permille_cli.stack.stack import Stack

EPILOG = """
`permille COMMAND -h` tells more, with examples. Every command takes --json. docs/cli.md has all help in one file.

Exit status: 0 done, 1 tried and failed, 2 invalid input (nothing was done), 130 interrupted.
"""

app = typer.Typer(
    name="permille",
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    epilog=EPILOG,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's
    if wanted:
        typer.echo(f"permille {code_version()}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_show_version,
            help="Show the version, with the digest of the rules' code that decision records name, and exit.",
        ),
    ] = False,
) -> None:
    """Keeps every sender of a platform under one spam complaint per thousand e-mails.

    Permille counts the complaints that Amazon SES reports for each account, disables the SMTP credential of an
    account that breaks the rules, and leads it back by a trial.
    """


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command; ends the process. What is imported is no garbage: to look through it again and again,
    and once more at the end, takes a quarter of a short command's time."""
    gc.set_threshold(100_000)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BytesIO())  # a scheduler may start it without
    status = status_of(arguments)
    gc.freeze()
    sys.exit(status)


def status_of(arguments: Sequence[str] | None = None, *, stack: "Stack | None" = None) -> int:
    """Runs the command and returns its exit status. `stack`: a test's; by default the deployed one of --stack."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        find = _deployed if stack is None else lambda _: stack
        status = int(_command()(typed, standalone_mode=False, obj=find) or 0)
        _flush()
        return status if status != INTERRUPTED else _report(Abort(), as_json=False)  # the command has answered
    except REPORTED as error:
        return _report(error, as_json="--json" in typed)


def _deployed(name: str) -> "Stack":
    """Imported where a command needs it: boto3 takes its time."""
    from permille_cli.stack.deployed import DeployedStack, log_warnings_only

    log_warnings_only()
    return DeployedStack(name)


@cache
def _command() -> Any:
    """The tree of commands. Cached: typer builds it again for each call."""
    return typer.main.get_command(app)


def _report(error: BaseException, *, as_json: bool) -> int:
    """Says what is wrong on stderr, and with --json in a document on stdout. Returns the exit status."""
    if text := as_text(error):
        print(text if text.startswith("Usage:") else f"permille: {text}", file=sys.stderr)  # noqa: T201
    with suppress(OSError):  # stdout may be what failed
        if as_json:
            from permille_cli.terminal.output import emit_json

            emit_json(as_data(error))
        _flush()
    return exit_status(error)


def _flush() -> None:
    """Writes what is left of the answer. Where that fails, Python does not try it once more when the process ends."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
