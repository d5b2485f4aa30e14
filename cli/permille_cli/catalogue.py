"""The commands in the order of `permille --help`. A command's module is imported when the command is used."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from typer.core import TyperCommand
from typer.exceptions import Abort

from permille_cli.terminal.manual import CommandGroup, built


@dataclass(frozen=True, slots=True)
class Listed:
    """A command or a group. Its module declares it as `app`, and its summary there is the same."""

    name: str
    module: str
    summary: str


CATALOGUE: dict[str, tuple[Listed, ...]] = {
    "Every day": (
        Listed("account", "commands.account", "Manage sending accounts."),
        Listed("review", "commands.review", "Handle requests to enable a disabled account."),
        Listed("timeline", "commands.timeline", "Show an account's timeline, or the system timeline."),
        Listed("route", "commands.route", "Show whether an account may send now, and through what."),
        Listed("complaint", "commands.complaint", "List and void the complaints about an account's mail."),
        Listed("suppression", "commands.suppression", "Manage an account's suppression list."),
        Listed("platform", "commands.platform", "Show the platform's reputation with SES."),
    ),
    "Setting up": (
        Listed("import", "commands.import_accounts", "Add many accounts from a CSV file."),
        Listed("policy", "commands.policy", "Show, evaluate and change the rules."),
        Listed("link", "commands.link", "Make and revoke login links and API tokens."),
        Listed("webhook", "commands.webhook", "Post events to the platform's HTTPS endpoint."),
        Listed("sender", "commands.sender", "Manage senders that belong to no account."),
        Listed("provider", "commands.provider", "Manage the third-party SMTP providers of accounts."),
    ),
    "Trying policies": (
        Listed("simulate", "commands.simulate", "Write the feedback of a simulated platform to a file."),
        Listed("backtest", "commands.backtest", "Show what policies would have decided on archived feedback."),
    ),
    "When something is wrong": (
        Listed("doctor", "commands.doctor", "Check how the stack is set up."),
        Listed("breaker", "commands.breaker", "Circuit breaker: limits automatic disablings per hour."),
        Listed("quarantine", "commands.quarantine", "Inspect, replay and delete quarantined feedback."),
        Listed("feedback", "commands.feedback", "Retry feedback that could not be counted."),
        Listed("notify", "commands.notify", "Send the notifications that were not delivered."),
    ),
    "The stack": (
        Listed("deploy", "commands.deploy", "Deploy Permille to your AWS account, or update it."),
        Listed("local", "local.local_commands", "Run Permille on this computer, without an AWS account."),
        Listed("cost", "commands.cost", "Show what Permille costs a month, line by line."),
        Listed("import-stack", "commands.import_stack", "Prepare the import of a deleted stack's resources."),
        Listed("uninstall", "commands.uninstall", "Prepare the deletion of the stack."),
    ),
}


LISTED = {one.name: one for section in CATALOGUE.values() for one in section}


class Root(CommandGroup):
    """The command itself. Lists and completion take the catalogue; a command that is used is imported."""

    def __init__(self, **attributes: Any) -> None:
        listed = {name: TyperCommand(name, help=one.summary) for name, one in LISTED.items()}
        super().__init__(**{**attributes, "commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named, imported."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and imported(str(name)), rest

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. Of an interrupt typer would make an exit status, which a command can have too."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise Abort from interrupt

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands by section, their summaries below each other."""
        width = max(map(len, LISTED))
        for section, listed in CATALOGUE.items():
            with formatter.section(section):
                formatter.write_dl([(one.name.ljust(width), one.summary) for one in listed])


def imported(name: str) -> Any:
    """The command or group of that name in the catalogue."""
    command = built(import_module(f"permille_cli.{LISTED[name].module}").app)
    command.name = name
    return command


def all_commands() -> Iterator[tuple[str, Any]]:
    """Every group and command, imported, with its words: `account`, `account add` and so on, in their order."""
    for name in LISTED:
        yield from _with_subcommands(name, imported(name))


def _with_subcommands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _with_subcommands(f"{words} {name}", below)
