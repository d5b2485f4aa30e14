"""`permille local demo`: two senders, one complaint more, a disabled account, and its second chance; with real mail."""

from permille_cli.local.demo import disabling, second_chance
from permille_cli.local.demo.demo_stack import BAKERY, DEALS, demo_stack
from permille_cli.terminal.output import AsJson, emit_json, err, out


def run(*, as_json: AsJson = False) -> None:
    """Run a demonstration with real mail on a temporary stack.

    A bad sender is disabled, a good one is not, and the bad one gets a second chance. It takes about a minute, and
    leaves nothing behind.

    Example:
        permille local demo

    JSON fields: answers, mails, second_chance
    """
    console = err if as_json else out
    with demo_stack(console) as demo:
        disabled = disabling.run(demo)
        returned = second_chance.run(demo)
        console.print(
            f"[green]Done:[/] {DEALS.account_id} lost its SMTP account {disabled.seconds:.1f} s after the second "
            f"complaint and earned it back; {BAKERY.account_id} kept its own."
        )
    if as_json:
        emit_json({"answers": disabled.answers, "mails": disabled.mails, "second_chance": returned.as_data()})
