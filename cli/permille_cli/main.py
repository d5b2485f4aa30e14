"""`permille`: wrong input is one clear line and exit 2, a failure one clear line and exit 1, never a traceback."""

import gc
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import Abort, TyperException

from permille.code_version import code_version
from permille.domain.values.errors import InvalidInput, PermilleError
from permille_cli.catalogue import Root

if TYPE_CHECKING:
    from permille_cli.stack.stack import Stack

INTERRUPTED = 130  # 128 + SIGINT, which typer makes of it too
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
    status = status_of(arguments)
    gc.freeze()
    sys.exit(status)


def status_of(arguments: Sequence[str] | None = None, *, stack: "Stack | None" = None) -> int:
    """Runs the command and returns its exit status. `stack`: a test's; by default the deployed one of --stack."""
    try:
        find = _deployed if stack is None else lambda _: stack
        status = int(_command()(arguments, standalone_mode=False, obj=find) or 0)
        return status if status != INTERRUPTED else _say(status, "interrupted")
    except PermilleError as error:
        return _say(error.exit_code, _message(error))
    except TyperException as wrong:
        return _say(2, wrong.format_message().replace("Value error, ", ""))  # pydantic's prefix, for programmers
    except OSError as failure:
        return _say(1, str(failure))
    except (Abort, KeyboardInterrupt):
        return _say(INTERRUPTED, "interrupted")


def _deployed(name: str) -> "Stack":
    """Imported where a command needs it: boto3 takes its time."""
    from permille_cli.stack.deployed import DeployedStack, log_warnings_only

    log_warnings_only()
    return DeployedStack(name)


@cache
def _command() -> Any:
    """The tree of commands. Cached: typer builds it again for each call."""
    return typer.main.get_command(app)


def _message(error: PermilleError) -> str:
    """The error as one line. Names the options that invalid input is in."""
    if not isinstance(error, InvalidInput):
        return str(error)
    return "; ".join(_of_option(field, message) for field, message in error.errors)


_ARGUMENTS = ("complaint", "url")


def _of_option(field: str, message: str) -> str:
    """The message with the option or argument of the field in front; an account is named by the message itself."""
    if field in _ARGUMENTS:
        return f"{field.upper()}: {message}"
    return message if field in ("", "account_id") else f"--{field.replace('_', '-')}: {message}"


def _say(status: int, what: str) -> int:
    if what.startswith("Usage:"):  # a group without its command: the help
        print(what, file=sys.stderr)  # noqa: T201
    elif what:
        print(f"permille: {' '.join(what.split())}", file=sys.stderr)  # noqa: T201 - the one line on stderr
    return status
