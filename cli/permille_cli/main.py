"""`permille`: wrong input is one clear line and exit 2, a failure one clear line and exit 1, never a traceback."""

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import typer
from typer.exceptions import Abort, TyperException

from permille.aws.client import service_call
from permille.domain.values.errors import InvalidInput, PermilleError
from permille.observability import logger
from permille_cli.commands import (
    account,
    breaker,
    complaint,
    doctor,
    feedback,
    import_stack,
    link,
    notify,
    platform,
    policy,
    provider,
    quarantine,
    review,
    route,
    sender,
    suppression,
    timeline,
    uninstall,
)
from permille_cli.local import local_commands
from permille_cli.local.demo import demo
from permille_cli.stack.stack import Stack

INTERRUPTED = 130  # 128 + SIGINT, which typer makes of it too

app = typer.Typer(
    name="permille",
    help="Keeps every sender of a platform under one spam complaint per thousand e-mails.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(account.app, name="account")
app.add_typer(review.app, name="review")
app.add_typer(link.app, name="link")
app.add_typer(provider.app, name="provider")
app.command(name="route")(route.show)
app.add_typer(policy.app, name="policy")
app.command(name="platform")(platform.show)
app.add_typer(breaker.app, name="breaker")
app.add_typer(sender.app, name="sender")
app.add_typer(complaint.app, name="complaint")
app.add_typer(suppression.app, name="suppression")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(feedback.app, name="feedback")
app.add_typer(notify.app, name="notify")
app.command(name="timeline")(timeline.show)
app.command(name="doctor")(doctor.doctor)
app.command()(import_stack.import_stack)
app.command(name="uninstall")(uninstall.uninstall)
local_commands.app.command(name="demo")(demo.run)
app.add_typer(local_commands.app, name="local")


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command; ends the process. Use cases log warnings only: stdout is for answers."""
    logger.setLevel("WARNING")
    sys.exit(status_of(arguments))


def status_of(arguments: Sequence[str] | None = None, *, stack: Stack | None = None) -> int:
    """Runs the command and returns its exit status. `stack`: a test's; by default the deployed one of --stack."""
    try:
        with service_call("asking AWS"):  # local/ calls AWS without an adapter
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


def _deployed(name: str) -> Stack:
    """Imported where a command needs it, since boto3 takes its time to import."""
    from permille_cli.stack.deployed import DeployedStack

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


def _of_option(field: str, message: str) -> str:
    """The message with the option or argument of the field in front; an account is named by the message itself."""
    if field == "complaint":
        return f"COMPLAINT: {message}"
    return message if field in ("", "account_id") else f"--{field.replace('_', '-')}: {message}"


def _say(status: int, what: str) -> int:
    if what.startswith("Usage:"):  # a group without its command: the help
        print(what, file=sys.stderr)  # noqa: T201
    elif what:
        print(f"permille: {' '.join(what.split())}", file=sys.stderr)  # noqa: T201 - the one line on stderr
    return status
