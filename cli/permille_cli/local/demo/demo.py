"""`permille local demo`: two senders, one complaint more, a disabled account, and its second chance; with real mail."""

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from permille_cli.local.directory import DIRECTORY, Directory, state_of
from permille_cli.terminal.output import AsJson, emit_json, err, out

if TYPE_CHECKING:
    from permille_cli.local.demo.demo_stack import DemoStack


DEFAULT = state_of(DIRECTORY)
LINKS_LAST = timedelta(hours=8)  # as long as the stack does


def run(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the stack with its data running, and print links to its pages.")
    ] = False,
    directory: Directory = DIRECTORY,
    as_json: AsJson = False,
) -> None:
    """Run a demonstration with real mail on a stack of its own.

    A bad sender is disabled, a good one is not, and the bad one gets a second chance. It takes about a minute, and
    leaves nothing behind; with --keep the stack runs on until `permille local down`, or for 8 hours.

    Examples:
        permille local demo
        permille local demo --keep

    JSON fields: answers, mail_subjects, second_chance (on_the_day, after_it, two_days_later, mail_subjects), [links
    (desk, good-bakery, pushy-deals)]
    """
    from permille_cli.local.demo import disabling, second_chance
    from permille_cli.local.demo.demo_stack import BAKERY, DEALS, demo_stack

    console = (err if as_json else out).console
    with demo_stack(console, kept=state_of(directory) if keep else None) as demo:
        disabled = disabling.run(demo)
        returned = second_chance.run(demo)
        console.print(
            f"[green]Done:[/] {DEALS.account_id} lost its SMTP account {disabled.seconds:.1f} s after the second "
            f"complaint and earned it back; {BAKERY.account_id} kept its own."
        )
        links = _links(demo) if keep else {}
        if keep and not as_json:
            _print_kept(demo, links)
    if as_json:
        answer = {
            "answers": disabled.answers,
            "mail_subjects": disabled.mail_subjects,
            "second_chance": returned.as_data(),
        }
        emit_json(answer | ({"links": links} if keep else {}))


def _links(demo: "DemoStack") -> dict[str, str]:
    """A login link to the desk, and one to each owner's report."""
    from permille_cli.commands.link import owner_link, staff_link
    from permille_cli.local.demo.demo_stack import BAKERY, DEALS

    reports = {one.account_id: owner_link(demo.stack, one.account_id, LINKS_LAST) for one in (BAKERY, DEALS)}
    return {"desk": staff_link(demo.stack, "Anna", LINKS_LAST), **reports}


def _print_kept(demo: "DemoStack", links: dict[str, str]) -> None:
    console, directory = demo.console, f" --dir {shlex.quote(str(demo.state.path))}" if demo.state != DEFAULT else ""
    console.rule("[bold]The stack runs on")
    for name, link in links.items():
        console.print(f"{name}: {link}", markup=False, soft_wrap=True)
    console.print(
        "\nIts clock is ahead, where the demonstration left it, and these links are of that time."
        f'\n\nNext:\n  eval "$(permille local status{directory} --export)"\n  permille account list\n'
        f"  permille local down{directory}",
        markup=False,
        soft_wrap=True,
    )
