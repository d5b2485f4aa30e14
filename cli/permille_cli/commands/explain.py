"""`permille account explain`: a decision, word for word, with the numbers that it was made of."""

from datetime import datetime

from rich.markup import escape

from permille.code_version import code_version
from permille.domain.account.account import Account
from permille.domain.timeline.facts import Topic
from permille.domain.values.errors import ServiceError
from permille.schema.operator_schema import explanation_json
from permille.usecases.history import read_history
from permille.usecases.views.explain import Explanation, explanation_of
from permille.usecases.views.verdict import CurrentVerdict
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, out


def explain(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Explain why an account is as it is, word for word, with every number that was used."""
    told, platform = explained_of(stack, stack.account(account_id)), stack["PlatformName"]
    if as_json:
        emit_json(explanation_json(told, platform))
        return
    for number, line in enumerate(told.lines(platform)):
        out.print(f"[bold]{escape(line)}[/]" if number == 0 else escape(line), soft_wrap=True)


def explained_of(stack: Stack, account: Account) -> Explanation:
    now = account.after_last_decision(stack.now())
    known = read_history(stack.timeline, account.id, *Topic)
    return explanation_of(account, known.entries, _judged(stack, account, now), now, code_version())


def _judged(stack: Stack, account: Account, now: datetime) -> CurrentVerdict | None:
    """None where the account is off and the policy cannot be read: why it was disabled is told all the same."""
    try:
        return stack.verdict(account, now)
    except ServiceError:
        if account.may_send:
            raise
        return None
