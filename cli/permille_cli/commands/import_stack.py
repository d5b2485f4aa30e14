"""`permille import-stack`: a new stack imports what a deleted one left behind."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out
from permille_cli.terminal.whole_file import write_whole

CHANGES = "take-up"  # the change set's name
TEMPLATE, RESOURCES = "import-template.json", "resources-to-import.json"


app = Commands()


@app.command()
def import_stack(
    table: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE=NAME", help="Import this table, for example a restored one. Repeatable."),
    ] = None,
    directory: Annotated[Path, typer.Option(metavar="DIR", help="Directory for the two files.")] = Path(),
    *,
    only_tables: Annotated[
        bool,
        typer.Option("--only-tables", help="Import tables only: the configuration set and the deny group are gone."),
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Prepare the import of a deleted stack's resources.

    A new stack of the same name imports the tables, the configuration set and the deny group. The command sets up each
    table as the template says (a restored table has no stream, expiry or recovery), writes the two files that
    CloudFormation needs, and prints the commands to run. Without --table it takes the tables that the deleted stack
    left behind.

    Examples:
        permille import-stack
        permille import-stack --table AccountsTable=permille-restored

    JSON fields: tables, commands
    """
    from permille.usecases.stack.import_tables import choose_tables, prepare_tables
    from permille_cli.stack import retained, template

    if stack.exists():
        raise InvalidInput(
            f"the stack {stack.name} exists, and its tables are in use: delete it first (`permille "
            "uninstall`, `sam delete`)"
        )
    whole, folder = template.load(), _folder(directory)
    wanted = retained.tables(whole)
    chosen = choose_tables(stack.tables, stack.name, wanted, _named_tables(table or []))
    lacked = prepare_tables(stack.tables, chosen, wanted)
    names = chosen if only_tables else chosen | _fixed_names(stack.name, stack.region())
    _write(folder / TEMPLATE, retained.import_template(whole, names))
    _write(folder / RESOURCES, retained.resources_to_import(whole, names))
    commands = _commands(stack.name, folder)
    if as_json:
        set_up = {logical: {"name": name, "set_up": lacked[logical].names()} for logical, name in chosen.items()}
        emit_json({"tables": set_up, "commands": commands})
        return
    for logical, name in chosen.items():
        noted = f" (set up: {', '.join(lacked[logical].names())})" if lacked[logical] else ""
        out.print(f"{logical} is {literal(name)}{noted}", soft_wrap=True)
    out.print("These commands import them, and deploy the rest:")
    for command in commands:
        out.print(f"  {literal(command)}", soft_wrap=True)


def _folder(directory: Path) -> Path:
    if not directory.is_dir():
        raise InvalidInput(f"{directory} is not a directory", "directory")
    return directory.resolve()


def _named_tables(options: Sequence[str]) -> dict[str, str]:
    pairs = [option.partition("=") for option in options]
    for option, (logical, _, name) in zip(options, pairs, strict=True):
        if not logical or not name:
            raise InvalidInput(
                f"takes the name in the template and the name of the table, such as AccountsTable=NAME, not {option!r}",
                "table",
            )
    return {logical: name for logical, _, name in pairs}


def _fixed_names(stack: str, region: str) -> dict[str, str]:
    return {"ConfigurationSet": stack, "DenyGroup": f"{stack}-{region}-denied"}


def _write(path: Path, document: Any) -> None:
    try:
        write_whole(path, json.dumps(document, indent=2) + "\n")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}", "directory") from error


def _commands(stack: str, folder: Path) -> list[str]:
    about = f"--stack-name {stack} --change-set-name {CHANGES}"
    files = f"--template-body file://{folder / TEMPLATE} --resources-to-import file://{folder / RESOURCES}"
    kind = "--change-set-type IMPORT --capabilities CAPABILITY_NAMED_IAM"
    return [
        f"aws cloudformation create-change-set {about} {kind} {files}",
        f"aws cloudformation wait change-set-create-complete {about}",
        f"aws cloudformation execute-change-set {about}",
        f"aws cloudformation wait stack-import-complete --stack-name {stack}",
        "permille deploy",
    ]
