"""`make cli`: writes docs/cli.md from the help of every command."""

from pathlib import Path
from typing import Any

import typer

from permille_cli.catalogue import CATALOGUE, all_commands
from permille_cli.main import app
from permille_cli.project import PROJECT

DOCUMENT = PROJECT / "docs" / "cli.md"
WIDTH = 80  # columns

INTRODUCTION = Path(__file__).with_suffix(".md")


def reference_text() -> str:
    """The document: every help text at 80 columns, by section."""
    contents = []
    for section, listed in CATALOGUE.items():
        names = ", ".join(f"[{one.name}](#permille-{one.name})" for one in listed)
        contents.append(f"- {section}: {names}")
    pages = [_section("", typer.main.get_command(app)), *(_section(*one) for one in all_commands())]
    return "\n".join([INTRODUCTION.read_text(encoding="utf-8"), "## Commands\n", *contents, "", "\n\n".join(pages), ""])


def help_of(words: str, command: Any) -> str:
    """The help of a command as a terminal of 80 columns shows it. `words`: its group's name and its own."""
    name = f"permille {words}".rstrip()
    context = typer.Context(command, info_name=name, terminal_width=WIDTH, help_option_names=["-h", "--help"])
    return str(command.get_help(context)).rstrip()


def _section(words: str, command: Any) -> str:
    level = "###" if " " in words else "##"
    return f"{level} `{f'permille {words}'.rstrip()}`\n\n```text\n{help_of(words, command)}\n```"


if __name__ == "__main__":
    DOCUMENT.write_text(reference_text(), encoding="utf-8")
