"""`permille account explain`: why an account has its status, with the numbers of the decision."""

from datetime import datetime
from typing import TYPE_CHECKING

from permille.code_version import code_version
from permille.domain.values.errors import ServiceError
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, out

if TYPE_CHECKING:
    from permille.domain.account.account import Account
    from permille.usecases.views.explain import Explanation
    from permille.usecases.views.verdict import CurrentVerdict


def explain(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Explain an account's status, with all numbers used.

    Which decision led to it, by which rule, how it would be judged now, and what the way back is: a request for a
    review, or a trial with its day and what decides it. It changes nothing.

    Example:
        permille account explain deals4u

    JSON fields: account_id, status, decided, first_disabled, review, trial, now, kept_now, lines
    """
    from rich.markup import escape

    from permille.schema.operator_schema import explanation_json

    explanation, platform = read_explanation(stack, stack.account(account_id)), stack["PlatformName"]
    if as_json:
        emit_json(explanation_json(explanation, platform))
        return
    for number, line in enumerate([*explanation.lines(platform), *explanation.way_back]):
        out.print(f"[bold]{escape(line)}[/]" if number == 0 else escape(line), soft_wrap=True)


def read_explanation(stack: Stack, account: "Account") -> "Explanation":
    """The explanation of the account's status, by its timeline and the policy in force."""
    from permille.usecases.history import OF_DECISIONS, read_history
    from permille.usecases.views.explain import explanation_of

    now = account.after_last_decision(stack.now())
    past = read_history(stack.timeline, account.id, *OF_DECISIONS)
    return explanation_of(account, past.entries, _current_verdict(stack, account, now), now, code_version())


def _current_verdict(stack: Stack, account: "Account", now: datetime) -> "CurrentVerdict | None":
    """The verdict now; None if the policy cannot be read and the account may not send anyway."""
    try:
        return stack.verdict(account, now)
    except ServiceError:
        if account.may_send:
            raise
        return None
