"""The provisioning API's operations that create, change and close accounts."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body

from permille.console.api.parameters import AccountId, IdempotencyKey
from permille.console.api.provisioning_bodies import ChangeBody, CloseBody, NewAccountBody
from permille.console.api.provisioning_context import ProvisioningServices, context
from permille.console.api.provisioning_operations import creation, operation, smtp_of
from permille.console.api.repeated import answer_once
from permille.console.routing import new_router
from permille.ports.iam_users import AccessKey
from permille.schema.onboarding_schema import (
    ChangedAccountJson,
    ClosedAccountJson,
    CreatedAccountJson,
    differences,
    prepared_json,
)
from permille.usecases.provisioning.close_account import close_account
from permille.usecases.provisioning.create_account import (
    RUN,
    CreatedAccount,
    create_account,
    hand_over,
    hand_over_again,
)
from permille.usecases.senders import change
from permille.usecases.senders.change import ChangedAccount, ChangePlan
from permille.usecases.senders.shared_identities import refuse_unusual

router = new_router()


@router.post(
    "/accounts",
    **creation(
        "createAccount",
        "Create an account",
        "Makes the account with an IAM user of its own, prepares its identities in Amazon SES, and returns the SMTP "
        "password, once. If the request was cut off, repeat it: what is missing is made. Under its key a repeated "
        "request gets the same answer with a null password: then renew the credential.",
        "The account, its SMTP credential, and the DNS records to publish.",
    ),
)
def create(request: Annotated[NewAccountBody, Body()], idempotency_key: IdempotencyKey = None) -> CreatedAccountJson:
    """Creates an account."""
    ctx, run, keys = context(router), f"{RUN}{context(router).request.id}", list[AccessKey | None]()
    new = request.new_account(ctx.caller.name, run)

    def action() -> dict[str, Any]:
        created = create_account(ctx.services.onboarding, new, ctx.now, confirmed=request.confirmed)
        keys.append(created.added.key)
        return {"run": run, "answer": _created_json(ctx.services, created)}

    onboarding = ctx.services.onboarding
    stored = answer_once(ctx, ctx.services.answers, idempotency_key, action)
    if keys:
        hand_over(onboarding, new.account_id, run, *keys)
    else:
        hand_over_again(onboarding.accounts, new.account_id, stored["run"])
    kept: CreatedAccountJson = stored["answer"]
    return {**kept, "smtp": smtp_of(ctx.services, *keys)}


def _created_json(services: ProvisioningServices, created: CreatedAccount) -> CreatedAccountJson:
    """Without the password."""
    added = created.added
    return {
        "account_id": added.account.id,
        "sender": added.account.senders[0],
        "smtp": smtp_of(services),
        "in_sandbox": added.findings.in_sandbox,
        **prepared_json(added.prepared, added.findings.below, created.shared),
    }


@router.patch(
    "/accounts/<account_id>",
    **operation(
        "changeAccount",
        "Change an account",
        "Changes its owner, time zone or identities. A new address of the owner gets a new link by mail, and earlier "
        "links become invalid. Idempotent.",
        "What was changed; empty where all was so already.",
    ),
)
def change_account(
    account_id: AccountId, request: Annotated[ChangeBody, Body()], idempotency_key: IdempotencyKey = None
) -> ChangedAccountJson:
    """Changes an account."""
    ctx = context(router)
    services = ctx.services.changing

    def action() -> ChangedAccountJson:
        wanted = request.change(account_id, ctx.caller.name)
        planned = change.plan(services, wanted)
        refuse_unusual(planned.shared, confirmed=request.confirmed)
        return _changed_json(change.apply(services, wanted, planned, ctx.now), planned)

    return answer_once(ctx, ctx.services.answers, idempotency_key, action)


def _changed_json(changed: ChangedAccount, planned: ChangePlan) -> ChangedAccountJson:
    parts = differences(changed.before, changed.account, planned.identities.before)
    return {
        "account_id": changed.account.id,
        "changed": {name: {"before": before, "after": after} for name, before, after in parts},
        "in_sync": changed.account.in_sync,
        **prepared_json(changed.prepared, planned.identities.below, planned.shared),
    }


@router.post(
    "/accounts/<account_id>/close",
    **operation(
        "closeAccount",
        "Close an account",
        "For good: it can never be enabled again, and its id is never given again. Its IAM user is deleted, its "
        "history stays, and the owner is mailed the reason. Has to be confirmed. Idempotent.",
        "The closed account.",
    ),
)
def close(
    account_id: AccountId, request: Annotated[CloseBody, Body()], idempotency_key: IdempotencyKey = None
) -> ClosedAccountJson:
    """Closes an account."""
    ctx = context(router)

    def action() -> ClosedAccountJson:
        command = request.command(ctx.caller.name)
        closed = close_account(ctx.services.changing, account_id, command, ctx.now, confirmed=request.confirmed)
        return {
            "account_id": closed.account.id,
            "status": closed.account.status,
            "deleted_senders": list(closed.users.gone),
            "kept_senders": list(closed.users.kept),
        }

    return answer_once(ctx, ctx.services.answers, idempotency_key, action)
