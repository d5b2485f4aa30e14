"""`permille account explain`: a decision, word for word, with the numbers that it was made of."""

from rich.markup import escape

from permille.bootstrap import code_version
from permille.domain.account import Account
from permille.domain.timeline import BEGINNING
from permille.explain import Explained, explained
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.staff import AccountId


def explain(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Explain why an account is as it is, word for word, with every number that was used."""
    told = _explained(stack, stack.account(account_id))
    lines = told.lines(stack["PlatformName"])
    if as_json:
        emit_json(told.as_data() | {"lines": lines})
        return
    for number, line in enumerate(lines):
        out.print(f"[bold]{escape(line)}[/]" if number == 0 else escape(line), soft_wrap=True)


def _explained(stack: Stack, account: Account) -> Explained:
    now = account.after_last_decision(stack.now())
    judged = stack.verdict(account, now) if account.status.may_send else None
    return explained(account, stack.timeline.since(account.id, BEGINNING), judged, now, code_version())
