"""`permille uninstall`: restores SES's identities before the stack is deleted."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.sending.denied_senders import DeniedSenders
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

if TYPE_CHECKING:
    from permille.usecases.stack.uninstall_plan import RestoredIdentity, UninstallPlan

_DENIED = {
    DeniedSenders.STAY: "stay in it, with their keys Inactive; IAM keeps the group",
    DeniedSenders.OUT: "leave it; their keys stay Inactive, until somebody makes them Active by hand",
    DeniedSenders.ON: "leave it, and the keys that Permille made Inactive are Active again: they may send",
}


app = Commands()


@app.command()
def uninstall(
    denied: Annotated[
        DeniedSenders,
        typer.Option(help="Users in the deny group: stay in it, are taken out with keys Inactive, or may send again."),
    ] = DeniedSenders.STAY,
    *,
    no_former_sets: Annotated[
        bool, typer.Option("--no-former-sets", help="Leave identities without a default configuration set.")
    ] = False,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Prepare the deletion of the stack.

    Restores the former configuration sets of SES's identities, so that nobody's mail stops when the stack is deleted.
    Shows the plan, and asks for confirmation; with --json and without --yes it only shows the plan. From then on no
    mail is counted, and nobody is disabled. If the command was interrupted, repeat it.

    Example:
        permille uninstall

    JSON fields: identities, policies, too_narrow, denied, users, done
    """
    from permille.usecases.stack.uninstall import apply
    from permille.usecases.stack.uninstall_plan import plan

    services = stack.uninstalling
    names = progress(services.onboarding.identities.all(), "Reading identities")
    planned = plan(services, names, denied, former_sets=not no_former_sets)
    if not as_json:
        _print(stack, planned)
    elif not yes:
        emit_json({**_as_data(planned), "done": False})
        return
    if planned:
        confirm("from then on no mail is counted, and nobody is disabled", yes=yes, as_json=as_json)
        apply(
            services,
            planned,
            stack.operator_arn(),
            stack.now(),
            lambda identities: progress(identities, "Restoring identities"),
        )
    if as_json:
        emit_json({**_as_data(planned), "done": True})
    else:
        out.print("The identities are restored. Now remove the termination protection, if it is on:", soft_wrap=True)
        unprotect = "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name"
        out.print(
            f"  {unprotect} {literal(stack.name)}\n  sam delete --stack-name {literal(stack.name)}", soft_wrap=True
        )


def _as_data(planned: "UninstallPlan") -> dict[str, Any]:
    return {
        "identities": [
            {
                "identity": identity.name,
                "default_set": identity.default_set or None,
                "lost_set": identity.lost or None,
                "forwarding": identity.forwards,
            }
            for identity in planned.identities
        ],
        "policies": {name: sorted(resources) for name, resources in planned.policies.items()},
        "too_narrow": {name: sorted(sets) for name, sets in planned.narrow.items()},
        "denied": planned.denied.value,
        "users": list(planned.users),
    }


def _print(stack: Stack, planned: "UninstallPlan") -> None:
    group, ours = stack["DenyGroupName"], stack["ConfigurationSetName"]
    out.print(f"Identities whose default configuration set is {literal(ours)}: {len(planned.identities):,}")
    for identity in planned.identities:
        out.print(f"  {literal(_words(identity))}", soft_wrap=True)
    for name in planned.policies:
        out.print(f"The policy of {literal(name)} gets the set that its identities had before.", soft_wrap=True)
    for name, sets in planned.narrow.items():
        out.print(f"[red]{literal(name)} may not send through {literal(', '.join(sorted(sets)))}.[/]", soft_wrap=True)
    if planned.users:
        out.print(f"Users in {literal(group)}: {len(planned.users):,}. They {_DENIED[planned.denied]}.", soft_wrap=True)
        out.print(f"  {literal(', '.join(planned.users))}", soft_wrap=True)


def _words(identity: "RestoredIdentity") -> str:
    lost = f" ({identity.lost}, which it had before, is gone)" if identity.lost else ""
    forwards = "; SES mails feedback to the sender again" if identity.forwards else ""
    return f"{identity.name} gets {identity.default_set or 'no default set'}{lost}{forwards}"
