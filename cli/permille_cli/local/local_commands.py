"""`permille local`: starts, inspects, drives and stops the embedded stack."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import Failed, InvalidInput
from permille.domain.values.status import Mode
from permille_cli.local.demo import demo
from permille_cli.local.directory import DIRECTORY, Directory, state_of
from permille_cli.local.running import HOURS
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, err, out

if TYPE_CHECKING:
    from permille_cli.local.running import Running
    from permille_cli.local.state import StateDirectory


app = Commands(
    help="""Run Permille on this computer, without an AWS account.

An emulated AWS with real SMTP, for trying Permille out and for developing it."""
)


NEXT = """\
Next:
  eval "$(permille local status --export)"    # this shell uses it instead of AWS
  permille account add good-bakery --owner-email bea@good-bakery.example --identity good-bakery.example
  permille link staff --name Anna             # the support desk, in a browser"""
NOT_RUNNING = "The embedded stack is not running: `permille local up` starts it."
MOST_HOURS = 8760  # a year
# Where no arithmetic of zones, days or tokens leaves what a datetime and a table can hold.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@app.callback()
def _in_our_errors(context: typer.Context) -> None:
    """AWS is called without an adapter here: its refusals become our errors all the same."""
    from permille.aws.client import service_call

    context.with_resource(service_call("asking AWS"))


@app.command()
def up(
    *,
    directory: Directory = DIRECTORY,
    hours: Annotated[float, typer.Option(help="Hours until the stack stops by itself.")] = HOURS,
    mode: Annotated[
        Mode, typer.Option(help="Whether broken rules disable accounts (enforce) or are reported only (monitor).")
    ] = Mode.ENFORCE,
    platform_name: Annotated[str, typer.Option(help="The platform's name, as owners know it.")] = "APWT",
    name: Annotated[str, typer.Option("--stack", help="Name of the CloudFormation stack.")] = "permille",
    for_containers: Annotated[
        bool, typer.Option("--for-containers", help="Let Docker containers use its AWS, with credentials.")
    ] = False,
    frame_origin: Annotated[
        str, typer.Option(metavar="ORIGIN", help="Origin whose pages may frame owners' reports: http://127.0.0.1:8010.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Start the embedded stack, and deploy Permille to it.

    An emulated AWS on this computer, with real SMTP on loopback; it takes about 15 seconds, and runs in the
    background. The first time, SAM CLI and the emulator are installed into your cache. `permille local status --export`
    gives a shell its credentials.

    Examples:
        permille local up
        permille local up --mode monitor --platform-name Shopfront

    JSON fields: running, stack, endpoint, containers_endpoint, region, aws_account_id, outputs, smtp (host,
    port, certificate), mail_folder
    """
    from permille_cli.local import stack
    from permille_cli.local.deployment import Deployment

    if not 0 < hours <= MOST_HOURS:  # nan neither
        raise InvalidInput(f"takes more than 0 and at most {MOST_HOURS}, not {hours:g}", "hours")
    deployment = Deployment(name, mode.value, platform_name, for_containers, frame_origin)
    description = stack.up(state_of(directory), deployment, hours)
    if description["containers_endpoint"]:
        err.print(f"Every container here reaches this AWS, at {description['containers_endpoint']}.")
    if as_json:
        emit_json({"running": True, **description})
    else:
        out.print(f"{_as_lines(description)}\n\n{NEXT}", markup=False, soft_wrap=True)


@app.command()
def down(*, directory: Directory = DIRECTORY, as_json: AsJson = False) -> None:
    """Stop the embedded stack, and delete all its data.

    Mails and accounts are gone. Without `down` it stops by itself after --hours.

    Example:
        permille local down

    JSON fields: stopped
    """
    from permille_cli.local import stack

    stopped = stack.down(state_of(directory))
    if as_json:
        emit_json({"stopped": stopped})
    else:
        typer.echo("Stopped." if stopped else "The embedded stack is not running.")


@app.command()
def status(
    *,
    directory: Directory = DIRECTORY,
    as_json: AsJson = False,
    export: Annotated[
        bool, typer.Option("--export", help="Print `export NAME=value` lines, with credentials; with --json an object.")
    ] = False,
) -> None:
    """Show whether the embedded stack runs, and where.

    Exits with 0 if it runs, and with 1 if not. --export lets the shell's commands use it instead of AWS; nothing else
    prints its credentials.

    Examples:
        permille local status
        eval "$(permille local status --export)"

    JSON fields: running, [stack], [endpoint], [containers_endpoint], [region], [aws_account_id], [outputs], [smtp
    (host, port, certificate)], [mail_folder]
    """
    from permille_cli.local import stack

    state = state_of(directory)
    description = stack.described(state)
    if description is None and as_json and not export:
        emit_json({"running": False})
        raise typer.Exit(1)
    if description is None:  # on stderr: a shell may be evaluating what is printed
        raise Failed(NOT_RUNNING)
    if export:
        _export(stack.environment(state), as_json=as_json)
    elif as_json:
        emit_json({"running": True, **description})
    else:
        typer.echo(_as_lines(description))


@app.command()
def tick(
    *,
    directory: Directory = DIRECTORY,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Pretend it is this time: ISO 8601, by default UTC.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the judging of accounts once, now or as if at another time.

    Otherwise it runs each minute. With --at you see what time brings, such as the end of a trial; mail is sent at that
    time until the next tick.

    Examples:
        permille local tick
        permille local tick --at 2026-12-31T00:10Z

    JSON fields: at, judged, entries_written, failed, left, swept
    """
    from permille_cli.local import schedule

    state = state_of(directory)
    instant = _instant(at)
    running, description = _running(state)
    time, result = schedule.tick(state, running, description["outputs"], instant)
    if as_json:
        emit_json(_tick_json(time, result))
        raise typer.Exit(1 if result["failed"] else 0)
    typer.echo(f"{time}  {_as_text(result)}")
    if result["failed"]:
        raise Failed(f"{_counted(result['failed'], 'account', 'accounts')} failed: see Enforce's log")


@app.command()
def env(
    *,
    directory: Directory = DIRECTORY,
    file: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print each function's environment as JSON.

    For `sam local invoke --env-vars`. SAM takes credentials from the shell. It is JSON without --json, too: an object
    for each function, with its variables.

    Example:
        permille local env --file env.json

    JSON fields: [file], [functions]
    """
    from permille_cli.local.containers import in_container
    from permille_cli.local.deployment import deployed_environment, logical_functions
    from permille_cli.local.files import write_private

    running, description = _running(state_of(directory))
    if running.containers_endpoint is None:
        raise Failed("containers cannot reach this stack: `permille local down`, and `up --for-containers`")
    variables = {
        logical: in_container(deployed_environment(running, name), running.endpoint, running.containers_endpoint)
        for logical, name in sorted(logical_functions(running, description["stack"]).items())
    }
    if file is None:
        emit_json(variables)
        return
    try:
        write_private(file, json.dumps(variables, indent=2) + "\n")
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}") from error
    if as_json:
        emit_json({"file": str(file), "functions": list(variables)})
    else:
        typer.echo(f"{file} has the environment of {_counted(len(variables), 'function', 'functions')}.")


app.command(name="demo")(demo.run)


def _export(environment: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        emit_json(environment)
        return
    for variable, value in environment.items():
        typer.echo(f"export {variable}={shlex.quote(value)}")


def _running(state: "StateDirectory") -> "tuple[Running, dict[str, Any]]":
    from permille_cli.local import stack

    running, description = state.running(), stack.described(state)
    if running is None or description is None:
        raise Failed(NOT_RUNNING)
    return running, description


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = inputs.instant(text, "at")
    if not EARLIEST <= instant <= LATEST:
        raise InvalidInput(f"takes a time from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}, not {text!r}", "at")
    return instant


def _as_lines(description: dict[str, Any]) -> str:
    smtp, containers = description["smtp"], description["containers_endpoint"]
    lines = f"Running.  AWS {description['endpoint']}  SMTP {smtp['host']}:{smtp['port']}\n"
    lines += f"Stack {description['stack']}, mails in {description['mail_folder']}"
    return f"{lines}\nEvery container here reaches AWS, at {containers}" if containers else lines


def _tick_json(time: str, result: dict[str, int]) -> dict[str, Any]:
    judged = {"judged": result["looked_at"], "entries_written": result["entries"]}
    rest = {name: result[name] for name in ("failed", "left", "swept")}
    return {"at": datetime.fromisoformat(time).isoformat(), **judged, **rest}


def _as_text(result: dict[str, int]) -> str:
    swept = f", swept {_counted(result['swept'], 'account', 'accounts')}" if result["swept"] else ""
    looked_at, entries = result["looked_at"], result["entries"]
    return f"judged {_counted(looked_at, 'account', 'accounts')}, wrote {_counted(entries, 'entry', 'entries')}{swept}"


def _counted(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"
