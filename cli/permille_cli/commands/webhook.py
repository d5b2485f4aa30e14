"""`permille webhook`: where events are posted, and how they are signed."""

from datetime import datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import Failed
from permille.domain.words.wording import capital, local
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, err, literal, out

if TYPE_CHECKING:
    from permille.domain.webhooks.endpoint import WebhookEndpoint
    from permille.usecases.notifications.webhook_setup import WebhookStatus

app = Commands(
    help="""Post events to the platform's HTTPS endpoint.

An event is the entry of a timeline, as on the event bus. Requests are signed by Standard Webhooks."""
)


@app.command(name="set")
def set_endpoint(
    url: Annotated[str, typer.Argument(metavar="URL", help="The endpoint: https://, at a public address.")],
    kind: Annotated[
        list[str] | None, typer.Option(help="Kind of entries to post, such as disabled; by default all. Repeatable.")
    ] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Post events to an endpoint from now on.

    The first time a signing secret is made, and printed once: give it to the endpoint. If a webhook is set, its URL
    and kinds are replaced and the secret stays. An endpoint that answered 410 Gone gets events again.

    In JSON, kinds is null for all kinds, and secret where it stays the same.

    Examples:
        permille webhook set https://app.example.com/hooks/permille
        permille webhook set https://app.example.com/hooks/permille --kind disabled --kind reinstated

    JSON fields: url, kinds, since, gone_at, secret
    """
    from permille.domain.webhooks.endpoint import check_url
    from permille.domain.webhooks.signature import NEW_KEY_LENGTH, SigningSecret
    from permille.usecases.notifications import webhook_setup

    new, kinds = SigningSecret(token_bytes(NEW_KEY_LENGTH)), dict.fromkeys(kind or [])
    address = check_url(url, local=stack.is_local)
    endpoint, secret = webhook_setup.set_webhook(
        stack.webhook_setup, address, list(kinds), new, stack.operator_arn(), stack.now()
    )
    if as_json:
        emit_json({**_endpoint_json(endpoint), "secret": secret.reveal() if secret else None})
    elif secret:
        err.print("The signing secret, which is not shown again:", soft_wrap=True, markup=False)
        out.print(secret.reveal(), soft_wrap=True, markup=False)
    else:
        out.print(f"Events are posted to {literal(endpoint.shown)}; the secret is the same.", soft_wrap=True)


@app.command()
def show(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show where events are posted.

    Neither secrets are shown nor the URL's query, which can hold one. An endpoint that answered 410 Gone gets nothing
    until `permille webhook set`.

    In JSON, url is null if none is set; secrets is how many sign now.

    Example:
        permille webhook show

    JSON fields: url, kinds, since, gone_at, secrets
    """
    from permille.usecases.notifications import webhook_setup

    status = webhook_setup.webhook_status(stack.webhook_setup)
    if as_json:
        emit_json(_status_json(status, stack.now()))
    elif status is None:
        out.print("No webhook is set.")
    else:
        _print(status, stack.now())


@app.command(name="rotate-secret")
def rotate_secret(
    grace: Annotated[
        float, typer.Option(help="Hours in which requests are signed with the old secret too; 0 to 168.")
    ] = 24,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Make a new signing secret, and print it once.

    Until the grace is over, requests have a signature by each secret. After a leak use --grace 0.

    Example:
        permille webhook rotate-secret --grace 48

    JSON fields: secret, former_until
    """
    from permille.domain.webhooks.signature import NEW_KEY_LENGTH, SigningSecret
    from permille.usecases.notifications import webhook_setup

    new, now = SigningSecret(token_bytes(NEW_KEY_LENGTH)), stack.now()
    rotated = webhook_setup.rotate_secret(stack.webhook_setup, new, grace, stack.operator_arn(), now)
    until = max((former.until for former in rotated.former), default=now)
    if as_json:
        emit_json({"secret": new.reveal(), "former_until": until.isoformat()})
    else:
        err.print(f"The old secret signs until {local(until)}. The new one:", soft_wrap=True, markup=False)
        out.print(new.reveal(), soft_wrap=True, markup=False)


@app.command()
def remove(*, yes: Yes = False, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Post no more events, and delete the secrets.

    Events that wait are dropped, so it asks for confirmation. The event bus and the timelines still have all of them.

    In JSON, removed is the URL, or null if none was set.

    Example:
        permille webhook remove

    JSON fields: removed
    """
    from permille.usecases.notifications import webhook_setup

    if endpoint := stack.webhook_setup.register.get():
        lost = f"events that wait for {endpoint.shown} would be dropped, and the signing secret deleted"
        confirm(lost, yes=yes, as_json=as_json)
    removed = webhook_setup.remove_webhook(stack.webhook_setup, stack.operator_arn(), stack.now())
    if as_json:
        emit_json({"removed": removed.shown if removed else None})
    else:
        out.print("The webhook is removed." if removed else "No webhook was set.")


@app.command(name="test")
def post_test(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Post a test event, and say what the endpoint answered.

    The event's kind is webhook_test; it is on no timeline. The stack's function posts it, as all events. Exits with 0
    if the endpoint took it, and with 1 if not.

    Example:
        permille webhook test

    JSON fields: works, http_status, failure, why
    """
    reply = stack.webhook_tester.test()
    if as_json:
        why = reply.sentence() if reply.failure else None
        works = {"works": reply.failure is None, "http_status": reply.status or None}
        emit_json({**works, "failure": reply.failure, "why": why})
        raise typer.Exit(1 if reply.failure else 0)
    if reply.failure:
        raise Failed(f"the test event was not taken: {reply.sentence()}")
    out.print(f"{capital(reply.sentence())}: it takes events.")


def _endpoint_json(endpoint: "WebhookEndpoint") -> dict[str, Any]:
    gone_at = endpoint.gone_at.isoformat() if endpoint.gone_at else None
    return {
        "url": endpoint.shown,
        "kinds": list(endpoint.kinds) or None,
        "since": endpoint.since.isoformat(),
        "gone_at": gone_at,
    }


def _status_json(status: "WebhookStatus | None", now: datetime) -> dict[str, Any]:
    if status is None:
        return {"url": None, "kinds": None, "since": None, "gone_at": None, "secrets": 0}
    return {**_endpoint_json(status.endpoint), "secrets": _secrets(status, now)}


def _secrets(status: "WebhookStatus", now: datetime) -> int:
    """How many secrets sign requests now."""
    return len(status.secrets.valid(now)) if status.secrets else 0


def _print(status: "WebhookStatus", now: datetime) -> None:
    endpoint, signing = status.endpoint, _secrets(status, now)
    out.print(f"Events are posted to [bold]{literal(endpoint.shown)}[/]", soft_wrap=True)
    out.print(f"since {local(endpoint.since)}: {', '.join(endpoint.kinds) or 'all kinds'}.", soft_wrap=True)
    if signing > 1:
        out.print(f"{signing} secrets sign each request: the former ones until their grace is over.", soft_wrap=True)
    if not signing:
        out.print("There is no signing secret, so nothing is posted: permille webhook rotate-secret.", soft_wrap=True)
    if endpoint.gone_at:
        out.print(
            f"It answered 410 Gone on {local(endpoint.gone_at)}, and gets nothing since. When it takes events again: "
            "permille webhook set URL, then permille notify redrive.",
            soft_wrap=True,
        )
