"""`permille deploy`: asks for what is to be decided, writes samconfig.toml, and deploys with SAM CLI."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.values.errors import ConfirmationNeeded, InvalidInput
from permille_cli.stack.stack import Stack
from permille_cli.terminal.confirmation import Yes
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, err, literal, out

if TYPE_CHECKING:
    from permille_cli.sam.parameters import Parameter
    from permille_cli.sam.samconfig import SamConfig
    from permille_cli.sam.suggestions import AwsLimits

app = Commands()

# In this order, besides those that have no default.
ASKED = ("EnforcementMode", "PlatformName", "MailFrom", "SupportContact", "BrandColour", "AlarmTopicArn", "StaffEmail",
         "LinkKeyAdministrators")  # fmt: skip
DECIDE = "No default: it is a decision."  # said in the template, to whom nothing is suggested
INTRODUCTION = (
    "What follows are the decisions that are not made yet. Enter takes the value in brackets. Nothing is deployed "
    "before you have seen the change set and said yes to it."
)
NEXT = """\
Next:
  permille doctor                     # is everything set up?
  permille link staff --name NAME     # the support desk, in a browser
  permille account add ID --owner-email E --identity DOMAIN"""


@app.command()
def deploy(
    context: typer.Context,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the template. Repeatable."),
    ] = None,
    config: Annotated[Path, typer.Option(metavar="FILE", help="File with the values.")] = Path("samconfig.toml"),
    name: Annotated[
        str, typer.Option("--stack", envvar="PERMILLE_STACK", metavar="NAME", help="Name of the CloudFormation stack.")
    ] = "",
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deploy Permille to your AWS account, or update it.

    It reads the account's limits, asks for each decision that is not in samconfig.toml yet, writes that file, builds,
    shows the change set, and asks before it is executed. The Region and the credentials are those of your AWS session.
    With --yes it asks nothing: for scripts, and for an update by the values of the file.

    After an upgrade of Permille run it again in the same folder.

    Examples:
        permille deploy
        permille deploy --yes --set EnforcementMode=enforce

    JSON fields: stack, region, values, limits (in_sandbox, ses_quota, iam_users, lambda_concurrency), outputs
    """
    from permille_cli.sam.deployer import deploy_with_sam
    from permille_cli.sam.parameters import parameters
    from permille_cli.sam.samconfig import SamConfig
    from permille_cli.sam.suggestions import suggested

    asking = not yes and not as_json and sys.stdin.isatty()
    if not yes and not asking:
        raise ConfirmationNeeded("there is no terminal to ask at; nothing was done: repeat the command with --yes")
    file, known = SamConfig(config), parameters()
    stack: Stack = context.obj(name or file.stack_name or "permille")
    _check_region(file, stack.region())
    given, limits = _given(known, values or []), _limits(stack)
    if asking:
        err.print(*map(literal, limits.as_lines()), "", INTRODUCTION, sep="\n", soft_wrap=True)
    chosen = _chosen(known, file, given, suggested(limits, stack.operator_arn()), asking=asking)
    _warn_of_sender(stack, chosen["MailFrom"])
    file.save(stack.name, stack.region(), chosen)
    if asking:
        err.print(f"The answers are in {literal(config)}.", soft_wrap=True)
    deploy_with_sam(config, stack.name, stack.region(), confirm=asking)
    _answer(stack, chosen, limits, as_json=as_json)


def _check_region(file: "SamConfig", region: str) -> None:
    if file.region and not file.is_new and file.region != region:
        raise InvalidInput(
            f"{file.path} is for {file.region}, and your AWS session is in {region}: set AWS_DEFAULT_REGION, or name "
            "another file",
            "config",
        )


def _limits(stack: Stack) -> "AwsLimits":
    from permille_cli.sam.suggestions import AwsLimits

    ses, functions, safeguards = stack.account_readers
    sending, users = ses.account(), safeguards.user_quota()
    concurrency = functions.concurrency(stack.real_now()).limit
    return AwsLimits(sending.production, sending.quota, users.used, users.quota, concurrency)


def _chosen(
    known: "dict[str, Parameter]",
    file: "SamConfig",
    given: dict[str, str],
    suggestions: dict[str, str],
    *,
    asking: bool,
) -> dict[str, str]:
    """The value of each parameter that is not the template's default: given, in the file, or asked for.

    Raises InvalidInput if a value is not valid, or missing where nobody can be asked."""
    before = {} if file.is_new else {name: value for name, value in file.values.items() if name in known}
    values = {name: known[name].check(value) for name, value in (before | given).items()}  # before anything is asked
    missing = [name for name in known if name not in values and (known[name].default is None or file.is_new)]
    if asking:
        questions = [name for name in (*ASKED, *known) if name in missing and _is_asked(known[name])]
        for name in dict.fromkeys(questions):
            values[name] = _ask(known[name], suggestions.get(name))
    elif undecided := [name for name in missing if known[name].default is None]:
        raise InvalidInput(f"these are decisions: {', '.join(f'{name}=...' for name in undecided)}", "set")
    if file.is_new and "IngestConcurrency" in suggestions:
        values.setdefault("IngestConcurrency", suggestions["IngestConcurrency"])
    return {name: known[name].check(value) for name, value in values.items()}


def _is_asked(parameter: "Parameter") -> bool:
    return parameter.default is None or parameter.name in ASKED


def _given(known: "dict[str, Parameter]", pairs: list[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in known:
            raise InvalidInput(f"takes NAME=VALUE with a parameter of the template, not {pair!r}", "set")
        values[name] = value
    return values


def _ask(parameter: "Parameter", suggestion: str | None) -> str:
    """Asks until the answer is valid."""
    default = suggestion if suggestion is not None else parameter.default
    described = parameter.description.replace(DECIDE, "").strip()
    err.print(f"\n[bold]{parameter.name}[/]: {literal(described)}", soft_wrap=True)
    question = parameter.name if default is None else f"{parameter.name} [{default or 'empty'}]"
    while True:
        answer: str = typer.prompt(question, default=default, show_default=False, err=True)
        try:
            return parameter.check(answer.strip())
        except InvalidInput as wrong:
            err.print(literal(wrong.messages), soft_wrap=True)


def _warn_of_sender(stack: Stack, mail_from: str) -> None:
    from permille_cli.sam.suggestions import is_verified

    if not is_verified(mail_from, list(stack.identities.all())):
        err.print(
            f"[yellow]SES has no identity for {literal(mail_from)}: owners get no mail until it is verified. "
            "`aws sesv2 create-email-identity --email-identity DOMAIN` begins that.[/]",
            soft_wrap=True,
        )


def _answer(stack: Stack, values: dict[str, str], limits: "AwsLimits", *, as_json: bool) -> None:
    if as_json:
        document = {"stack": stack.name, "region": stack.region(), "values": values, "limits": limits.as_data()}
        emit_json(document | {"outputs": dict(stack.outputs)})
        return
    out.print(f"The stack {stack.name} is deployed in {stack.region()}. Pages: {stack['ConsoleUrl']}", soft_wrap=True)
    out.print(NEXT, markup=False, soft_wrap=True)
