"""The provisioning API's operations whose answers are secrets: owners' links, and new SMTP credentials. What must not
be stored is put into the answer after the rest of it was kept for repeated requests."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from permille.console.api.parameters import AccountId, IdempotencyKey
from permille.console.api.provisioning_bodies import CredentialBody, LinkBody
from permille.console.api.provisioning_context import context
from permille.console.api.provisioning_operations import operation, smtp_of
from permille.console.api.repeated import answer_once
from permille.console.routing import new_router
from permille.domain.login.links import Claims, LinkRole
from permille.ports.iam_users import AccessKey
from permille.schema.onboarding_schema import OwnerLinkJson, RenewedCredentialJson
from permille.usecases.decisions.find_account import find_account
from permille.usecases.login.owner_links import claim_owner_link, owner_link
from permille.usecases.senders.renew_credential import renew_credential

router = new_router()


@router.post(
    "/accounts/<account_id>/owner-links",
    **operation(
        "createOwnerLink",
        "Create a login link for the owner",
        "Opens the owner's report, also in a frame of your pages (FrameOrigins). Whoever has the link has access: make "
        "it when it is needed, and store it nowhere. Each is on the system timeline.",
        "The link.",
    ),
)
def create_owner_link(
    account_id: AccountId, request: Annotated[LinkBody, Body()], idempotency_key: IdempotencyKey = None
) -> OwnerLinkJson:
    """Makes a link. Only its times are kept for repeated requests: the link is signed again."""
    ctx = context(router)
    services = ctx.services.links

    def action() -> dict[str, str]:
        account = find_account(ctx.services.onboarding.accounts, account_id)
        claims = claim_owner_link(services, account, request.lasts, ctx.caller.name, ctx.now)
        return {"issued_at": claims.issued_at.isoformat(), "expires_at": claims.expires_at.isoformat()}

    stored = answer_once(ctx, ctx.services.answers, idempotency_key, action)
    issued_at, expires_at = (datetime.fromisoformat(stored[name]) for name in ("issued_at", "expires_at"))
    link = owner_link(services, Claims(LinkRole.OWNER, account_id, issued_at, expires_at))
    return {"link": link, "expires_at": stored["expires_at"]}


@router.post(
    "/accounts/<account_id>/credential",
    **operation(
        "renewCredential",
        "Renew the SMTP credential",
        "For a password that was lost, or seen by somebody. The new one is returned once; the old one stops "
        "working at once, or after `grace_hours`. The owner is mailed that it was renewed, without the password. If "
        "the answer to a renewal was lost, send `lost`.",
        "The new credential.",
    ),
)
def renew(
    account_id: AccountId, request: Annotated[CredentialBody, Body()], idempotency_key: IdempotencyKey = None
) -> RenewedCredentialJson:
    """Renews the credential."""
    ctx, keys = context(router), list[AccessKey]()

    def action() -> RenewedCredentialJson:
        renewed = renew_credential(ctx.services.renewing, account_id, request.renew(ctx.caller.name), ctx.now)
        keys.append(renewed.key)
        account = renewed.account
        until = account.old_key_works_until(account.after_last_decision(ctx.now))
        return {
            "account_id": account.id,
            "status": account.status,
            "smtp": smtp_of(ctx.services),
            "old_credential_works_until": until.isoformat() if until else None,
        }

    stored = answer_once(ctx, ctx.services.answers, idempotency_key, action)
    answer: RenewedCredentialJson = {**stored, "smtp": smtp_of(ctx.services, *keys)}
    return answer
