"""`permille policy`: shows, evaluates and changes the rules and their numbers."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput, InvalidPolicy
from permille.domain.values.status import Mode
from permille.domain.words.wording import times
from permille_cli.commands import policy_history, policy_judge
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

if TYPE_CHECKING:
    from permille.domain.policy.policy import Policy
    from permille.domain.rules.policy_preview import Preview

app = Commands(
    help="""Show, evaluate and change the rules.

A policy is the rules with their numbers, such as one complaint per 1,000 delivered in 45 days. `permille policy try`
shows what another one would change before it is set."""
)
app.command(name="judge")(policy_judge.judge_counts)

PolicyFile = Annotated[str, typer.Argument(metavar="FILE", help="File with a policy as JSON; - for standard input.")]


@app.command()
def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show the policy in force.

    Its rules with their numbers. To change it, save it with --json, edit it, and set it again.

    Examples:
        permille policy show
        permille policy show --json | jq .policy > policy.json

    JSON fields: parameter, is_set, policy
    """
    from permille.domain.policy.policy import DEFAULT
    from permille.domain.policy.policy_file import parse_policy, policy_data

    parameter, text = stack["PolicyParameterName"], stack.policies.text()
    try:
        policy = DEFAULT if text is None else parse_policy(text)
    except InvalidPolicy as wrong:
        raise InvalidInput(
            f"the policy in {parameter} is invalid, so no account is judged: {wrong}; set another one"
        ) from wrong
    if as_json:
        emit_json({"parameter": parameter, "is_set": text is not None, "policy": policy_data(policy)})
    else:
        unset = "" if text is not None else " is not set: the preset default is in force"
        out.print(f"[dim]{literal(parameter)}{unset}[/]")
        _print(policy)


@app.command()
def check(file: PolicyFile, *, as_json: AsJson = False) -> None:
    """Validate a policy, and show it completely.

    Prints every number of the policy, and warnings. It needs no AWS, and nothing is set.

    Example:
        permille policy check policy.json

    JSON fields: policy, warnings
    """
    from permille.domain.policy.policy_file import policy_data
    from permille.domain.policy.policy_warnings import warnings

    policy = inputs.policy(file)
    if as_json:
        emit_json({"policy": policy_data(policy), "warnings": warnings(policy)})
    else:
        _print(policy)
        _print_warnings(policy)


def _print_warnings(policy: "Policy") -> None:
    from permille.domain.policy.policy_warnings import warnings

    for warning in warnings(policy):
        out.print(f"[yellow]warning:[/] {literal(warning)}", soft_wrap=True)


def _print(policy: "Policy") -> None:
    from permille.domain.policy.policy_file import policy_data

    out.print(f"[bold]{literal(policy.id)}[/]")
    for name, value in policy_data(policy).items():
        if name != "id":
            out.print(f"  {name}: {literal(_as_text(value))}", soft_wrap=True)


def _as_text(value: Any) -> str:
    from permille.domain.words.policy_numbers import number_in_words

    if isinstance(value, dict):
        return ", ".join(f"{name} {number_in_words(number)}" for name, number in value.items())
    return number_in_words(value)


# ---------------------------------------------------------------- changing


@app.command(name="try")
def try_policy(file: PolicyFile, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show what a policy would change. Nothing is set.

    Which numbers differ from the policy in force, which accounts it would disable, and which it would keep, with the
    counts as of now. Before a stack in monitor mode is set to enforce, try the policy in force: it names the accounts
    that would be disabled.

    Example:
        permille policy try policy.json

    JSON fields: parameter, policy, warnings, preview (mode, judged, bound, exceeds_bound, would_disable, would_keep)
    """
    previewed = _preview(stack, inputs.policy(file))
    if as_json:
        emit_json(_as_data(stack, previewed))
    else:
        _print_previewed(previewed)


@app.command(name="set")
def set_policy(
    file: PolicyFile, *, yes: Yes = False, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Put a policy in force.

    First shows what it would change, as `permille policy try` does. Asks for confirmation if it would disable more
    accounts than the circuit breaker allows within an hour. It is in force within a minute, and in the history.

    Example:
        permille policy set policy.json

    JSON fields: parameter, policy, warnings, preview (mode, judged, bound, exceeds_bound, would_disable, would_keep)
    """
    text = inputs.policy_text(file)
    _set(stack, inputs.policy_of(file, text), text, yes=yes, as_json=as_json)


@app.command()
def revert(
    to: Annotated[
        str, typer.Option(metavar="ID", help="Id of an earlier policy; by default the one before the policy in force.")
    ] = "",
    *,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Put an earlier policy in force again, as `set` does.

    Without --to it takes the one before the policy in force.

    Examples:
        permille policy revert
        permille policy revert --to default

    JSON fields: parameter, policy, warnings, preview (mode, judged, bound, exceeds_bound, would_disable, would_keep)
    """
    from permille.domain.policy.policy_file import policy_data
    from permille.usecases.decisions import policy_change

    past = policy_change.policy_history(stack)
    policy = past.named(to) if to else past.before()
    _set(stack, policy, json.dumps(policy_data(policy), indent=2), yes=yes, as_json=as_json)


def _set(stack: Stack, policy: "Policy", text: str, *, yes: bool, as_json: bool) -> None:
    from permille.usecases.decisions import policy_change

    by, previewed = stack.operator_arn(), _preview(stack, policy)
    if not as_json:
        _print_previewed(previewed)
    if previewed.exceeds_bound:
        confirm(_unusual(previewed), yes=yes, as_json=as_json)
    policy_change.put_in_force(stack, previewed, text, by, stack.now())
    if as_json:
        emit_json(_as_data(stack, previewed))
    elif not previewed.is_in_force:
        out.print(
            "It is in force within a minute; in the minutes after, each account that has a complaint or a permanent "
            "bounce is judged by it.",
            soft_wrap=True,
        )


def _preview(stack: Stack, policy: "Policy") -> "Preview":
    from permille.usecases.decisions import policy_preview

    accounts = progress(stack.accounts.all(), "Judging accounts")
    return policy_preview.preview(stack, accounts, policy, Mode(stack["EnforcementMode"]), stack.now())


def _print_previewed(previewed: "Preview") -> None:
    from permille.domain.policy.policy_file import policy_data
    from permille.domain.words.policy_numbers import changed_numbers
    from permille_cli.answers.policy_preview import print_preview

    policy, present = previewed.candidate, previewed.present
    if present is None:
        _print(policy)
    else:
        out.print(f"[bold]{literal(policy.id)}[/]")
        for change in changed_numbers(policy_data(present), policy_data(policy)):
            out.print(f"  {literal(change)}", soft_wrap=True)
    _print_warnings(policy)
    print_preview(previewed)


def _as_data(stack: Stack, previewed: "Preview") -> dict[str, Any]:
    from permille.domain.policy.policy_file import policy_data
    from permille.domain.policy.policy_warnings import warnings
    from permille.schema.operator_schema import preview_json

    policy = previewed.candidate
    return {
        "parameter": stack["PolicyParameterName"],
        "policy": policy_data(policy),
        "warnings": warnings(policy),
        "preview": preview_json(previewed),
    }


def _unusual(previewed: "Preview") -> str:
    from permille.domain.rules.policy_preview import Effect

    count = times(len(previewed.of(Effect.WOULD_DISABLE)), "account")
    return f"{count} would be disabled, and the breaker allows {previewed.bound:,} within an hour"


app.command()(policy_history.history)
