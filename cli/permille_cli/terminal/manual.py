"""Help that reads like a manual page. A command's docstring is its page.

The first line is the summary of lists; then what the command does, when to use it and what it changes; then
`Example:` or `Examples:` with indented command lines, and `JSON fields:` with the names that --json prints, those
in square brackets only in some answers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, TypeVar

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from permille_cli.terminal.coercion import TakesAsTyped

F = TypeVar("F", bound=Callable[..., Any])

_EXAMPLES, _FIELDS = re.compile(r"Examples?:"), re.compile(r"JSON fields:\s*")
WIDTH = 78  # of a help text, as typer has it on a terminal of 80 columns


@dataclass(frozen=True, slots=True)
class ManualPage:
    """The parts of a docstring. `examples`: command lines, as they are typed; `fields`: as they are written."""

    text: str
    examples: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0]


def page_of(docstring: str) -> ManualPage:
    """The page that a docstring describes."""
    text, examples, fields = [], [], []
    for paragraph in cleandoc(docstring).split("\n\n"):
        if _EXAMPLES.match(paragraph):
            examples += [line.strip() for line in paragraph.splitlines()[1:]]
        elif _FIELDS.match(paragraph):
            fields += re.findall(r"(?:\([^)]*\)|[^,(])+", " ".join(_FIELDS.sub("", paragraph).split()))
        else:
            text.append(paragraph)
    return ManualPage("\n\n".join(text), tuple(examples), tuple(field.strip() for field in fields))


class Manual(TakesAsTyped, TyperCommand):
    """A command whose help is its docstring's page, with the examples after the options."""

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.page = page_of(self.help or "")
        self.help = self.page.text
        for param in self.params:
            if param.metavar is None:
                param.metavar = _metavar(param)

    def get_short_help_str(self, limit: int = 0) -> str:
        """The summary, which shells show beside the name; never cut."""
        return summary_of(self)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The usage line's parts: required options by name, then [OPTIONS], then the arguments."""
        needed = [param for param in self.params if isinstance(param, TyperOption) and param.required]
        options = [f"{param.opts[0]} {param.metavar}" for param in needed]
        arguments = [_argument(param) for param in self.params if isinstance(param, TyperArgument)]
        return [*arguments, *options, "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The sections of arguments and options."""
        shown = [(param, record) for param in self.get_params(ctx) if (record := param.get_help_record(ctx))]
        arguments = [(_argument(param), said) for param, (_, said) in shown if isinstance(param, TyperArgument)]
        for heading, rows in (
            ("Arguments", [(name, said.replace("  [required]", "")) for name, said in arguments]),
            ("Options", [record for param, record in shown if not isinstance(param, TyperArgument)]),
        ):
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The sections of examples and of --json."""
        if self.page.examples:
            with formatter.section("Example" if len(self.page.examples) == 1 else "Examples"):
                formatter.write_text("\b\n" + "\n".join(map(_broken, self.page.examples)))
        if self.page.fields:
            with formatter.section("JSON fields"):
                formatter.write_text(", ".join(self.page.fields))


class CommandGroup(TakesAsTyped, TyperGroup):
    """A group of commands; it lists them with their summaries."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands with their summaries, which are never cut."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary_of(command)) for name, command in self.commands.items()])


class Commands(typer.Typer):
    """Commands of one subject: a group with `help`, or a single command without."""

    def __init__(self, help: str | None = None, **options: Any) -> None:  # noqa: A002 - typer's name
        super().__init__(
            help=help, cls=CommandGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None, **options
        )
        self.is_group = help is not None

    def command(self, name: str | None = None, **options: Any) -> Callable[[F], F]:
        """Registers a function as a command; its docstring is the page."""
        return super().command(name, cls=Manual, **options)


def built(commands: Commands) -> Any:
    """The group, or the single command, that was declared."""
    return typer.main.get_group(commands) if commands.is_group else typer.main.get_command(commands)


def summary_of(command: Any) -> str:
    """The first line of a command's or group's help."""
    return str(command.help or "").partition("\n")[0]


def _broken(line: str) -> str:
    """The command line; a long one is broken before options, as a shell takes it."""
    first, *options = line.split(" --")
    lines = [first]
    for option in options:
        if len(f"{lines[-1]} --{option} \\") > WIDTH - 2:
            lines[-1] += " \\"
            lines.append(f"   --{option}")
        else:
            lines[-1] += f" --{option}"
    return "\n".join(lines)


def _argument(argument: TyperArgument) -> str:
    name = f"{argument.metavar}{'...' if argument.nargs != 1 else ''}"
    return name if argument.required else f"[{name}]"


def _metavar(param: Any) -> str | None:
    """What the option takes: its choices, N for a number, or the last word of its name. None: typer needs none."""
    described = param.type_descriptor
    if isinstance(param, TyperOption) and param.is_flag:
        return None
    if described.is_choice:
        return "|".join(str(choice.value) for choice in described.choices)
    return "N" if described.annotation is int else param.name.rpartition("_")[2].upper()
