"""Private paths for the SMTP endpoint, with the token of the environment variable PERMILLE_TOKEN in `x-permille-token`.

`GET /_permille/credential?access_key_id=`    the secret of an Active key and whose it is; or 404
`GET /_permille/identity?address=`            the verified identity that mail from an address is sent as; or 404
`POST /_permille/authorize {access_key_id, action, resources, context}`    what IAM says; 404 for no Active key.
    A recipient that is an identity is asked for too, as SES does in its sandbox
"""

import hmac
import json
from typing import Any
from urllib.parse import parse_qs

from permille_cli.local.emulator.asgi import Answer, App, Scope, send_answer
from permille_cli.local.emulator.identities import ACCOUNT, REGION, arn_of, identity, identity_of


def with_private_paths(app: App, token: str) -> App:
    """The application with the private paths in front."""

    async def wrapped(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_permille/"):
            await app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"x-permille-token", b"")
        trusted = hmac.compare_digest(sent, token.encode())
        await send_answer(send, _answer(scope, await _body(receive)) if trusted else (403, {}))

    return wrapped


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _answer(scope: Scope, body: bytes) -> Answer:
    from ministack.core.responses import request_scope  # type: ignore[import-not-found]

    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    with request_scope(ACCOUNT, REGION):  # ministack's stores are kept by account and region
        match scope["method"], scope["path"]:
            case "GET", "/_permille/credential":
                return _credential(query.get("access_key_id", ""))
            case "GET", "/_permille/identity":
                return identity(query.get("address", ""))
            case "POST", "/_permille/authorize":
                return _authorize(**json.loads(body))
    return 404, {}


def _credential(access_key_id: str) -> Answer:
    from ministack.core.iam_evaluator import (  # type: ignore[import-not-found]
        ResolvedCredential,
        resolve_credential,
    )

    credential = resolve_credential(access_key_id, ACCOUNT)
    if not isinstance(credential, ResolvedCredential) or credential.principal_type not in ("User", "Root"):
        return 404, {}  # SMTP knows no temporary credentials
    return 200, {
        "secret_access_key": credential.secret_access_key,
        "caller_identity": credential.principal_name or "root",
        "arn": credential.principal_arn,
    }


def _authorize(access_key_id: str, action: str, resources: list[str], context: dict[str, Any]) -> Answer:
    from ministack.core.iam_evaluator import AuthError, EvalContext, evaluate, resolve_principal

    principal = resolve_principal(access_key_id, ACCOUNT)
    if isinstance(principal, AuthError):
        return 404, {}
    keys = {name.lower(): value for name, value in context.items()}
    reached = [arn_of(name) for name in map(identity_of, keys.get("ses:recipients", [])) if name]
    for resource in [*resources, *reached] if principal.policies is not None else ():  # root has no policies
        request = EvalContext(
            principal_arn=principal.arn,
            principal_type=principal.type,
            principal_account=principal.account,
            action=action,
            resource_arn=resource,
            region=REGION,
            service_context=keys,
            principal_keys=principal.keys,
        )
        decision = evaluate(request, principal.policies, *principal.limits).decision
        if decision != "Allow":
            return 200, {"denied": {"arn": principal.arn, "resource": resource}}
    return 200, {"denied": None}
