"""`permille import-stack`: a stack that is made anew takes up what a former one left behind."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille.usecases.stack.import_tables import choose_tables, prepare_tables
from permille_cli.stack import retained, template
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.output import AsJson, emit_json, literal, out

CHANGES = "take-up"  # the change set's name
TEMPLATE, RESOURCES = "import-template.json", "resources-to-import.json"


def import_stack(
    table: Annotated[
        list[str] | None,
        typer.Option(help="AccountsTable=NAME: take this one, as a restored one. Repeatable."),
    ] = None,
    directory: Annotated[Path, typer.Option(help="Where the two files are written.")] = Path(),
    *,
    only_tables: Annotated[
        bool, typer.Option("--only-tables", help="The configuration set and the deny group are gone.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Prepare the import of a former stack's tables, configuration set and deny group into a new stack of its name.

    Sets up each table as the template says (a restored one has no stream, no expiry, no recovery), and writes what
    CloudFormation imports by; then says how to import it. Without --table each is the one that the stack left behind.
    """
    if stack.exists():
        raise InvalidInput(
            f"the stack {stack.name} is there, and its tables are in use: take it away first (`permille "
            "uninstall`, `sam delete`)"
        )
    whole, folder = template.load(), _folder(directory)
    wanted = retained.tables(whole)
    chosen = choose_tables(stack.tables, stack.name, wanted, _given(table or []))
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
    out.print("Now import them, and deploy what is missing:")
    for command in commands:
        out.print(f"  {literal(command)}", soft_wrap=True)


def _folder(directory: Path) -> Path:
    if not directory.is_dir():
        raise InvalidInput(f"{directory} is no directory", "directory")
    return directory.resolve()


def _given(typed: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in typed]
    for one, (logical, _, name) in zip(typed, pairs, strict=True):
        if not logical or not name:
            raise InvalidInput(
                f"takes the name in the template and the table's, as in AccountsTable=NAME, not {one!r}", "table"
            )
    return {logical: name for logical, _, name in pairs}


def _fixed_names(stack: str, region: str) -> dict[str, str]:
    return {"ConfigurationSet": stack, "DenyGroup": f"{stack}-{region}-denied"}


def _write(path: Path, document: Any) -> None:
    try:
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
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
        "sam build && sam deploy",
    ]
