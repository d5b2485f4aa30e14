"""The whole story with real mail: two senders, one complaint more, what becomes of them, and the way back."""

from permille_cli.local.demo import disabling, second_chance
from permille_cli.local.demo.scene import BAKERY, DEALS, playing
from permille_cli.terminal.output import AsJson, emit_json, err, out


def tell(*, as_json: AsJson = False) -> None:
    """Tell the whole story with real mail: a bad sender loses its SMTP account, a good one keeps it, and there is a
    second chance."""
    console = err if as_json else out
    with playing(console) as scene:
        first = disabling.act(scene)
        second = second_chance.act(scene)
        console.print(
            f"[green]Done:[/] {DEALS.account_id} lost its SMTP account {first.seconds:.1f} s after the second "
            f"complaint and earned it back; {BAKERY.account_id} kept its own."
        )
    if as_json:
        emit_json({"answers": first.answers, "mails": first.mails, "second_chance": second.as_data()})
