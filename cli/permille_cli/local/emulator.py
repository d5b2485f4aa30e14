"""The AWS of the embedded stack: ministack, with the few things it lacks. docs/embedded-stack.md says why.

It runs as a script of the tools' Python (`python -P emulator.py`), so it imports nothing of Permille.

- It listens on a free port of loopback and says which on the first line of its output.
- It ends when its standard input ends, so it cannot outlive whoever started it, however that one died.
- Sending by the SES API is authorized on the identity that is sent from, as AWS does.
- An identity keeps its default configuration set.
- A function URL is one of this host, and the function is told the address that was asked for; where IAM lets in, also
  whom, and under the id of its invocation.
- `aws:PrincipalArn` of a role's session is the role.
- Whoever sends the token of the environment variable PERMILLE_TOKEN in the header `x-permille-token` may ask:
  `GET /_permille/credential?access_key_id=`    the secret of an Active key and whose it is; or 404
  `GET /_permille/identity?address=`            the verified identity that mail from an address is sent as; or 404
  `POST /_permille/authorize {access_key_id, action, resources, context}`    what IAM says; 404 for no Active key
"""

# ruff: noqa: SLF001 - ministack offers no other way to its stores

import asyncio
import base64
import binascii
import json
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs

REGION = "us-east-1"
ACCOUNT = "000000000000"
STOPPING_SECONDS = 8
SENDING = ("SendEmail", "SendRawEmail")
Answer = tuple[int, dict[str, Any]]


def main() -> None:
    token = os.environ.pop("PERMILLE_TOKEN")
    gateway = socket.create_server(("127.0.0.1", 0))
    port = gateway.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)  # read when ministack is imported
    print(port, flush=True)  # noqa: T201 - to whoever started this
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asyncio.run(_serve(gateway, token))


async def _serve(gateway: socket.socket, token: str) -> None:
    from hypercorn.asyncio import serve  # type: ignore[import-not-found]
    from hypercorn.config import Config  # type: ignore[import-not-found]
    from ministack.app import app  # type: ignore[import-not-found]

    _authorize_sending_on_the_identity()
    _keep_default_configuration_sets()
    _serve_function_urls_here(gateway.getsockname()[1])
    _say_who_asks()
    _name_roles_as_principals()
    config = Config()
    config.bind = [f"fd://{gateway.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    await serve(_with_private_paths(app, token), config, shutdown_trigger=_end_of_input)


async def _end_of_input() -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def wait() -> None:
        while sys.stdin.buffer.read(1):
            pass
        threading.Timer(STOPPING_SECONDS, os._exit, [1]).start()  # where stopping gracefully hangs
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


# ---------------------------------------------------------------- private paths


def _with_private_paths(app: Any, token: str) -> Callable[..., Awaitable[None]]:
    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_permille/"):
            await app(scope, receive, send)
            return
        trusted = dict(scope["headers"]).get(b"x-permille-token") == token.encode()
        status, answer = _answer(scope, await _body(receive)) if trusted else (403, {})
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return wrapped


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _answer(scope: dict[str, Any], body: bytes) -> Answer:
    from ministack.core.responses import request_scope  # type: ignore[import-not-found]

    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    with request_scope(ACCOUNT, REGION):  # ministack's stores are kept by account and region
        match scope["method"], scope["path"]:
            case "GET", "/_permille/credential":
                return _credential(query.get("access_key_id", ""))
            case "GET", "/_permille/identity":
                return _identity(query.get("address", ""))
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
    for resource in resources if principal.policies is not None else ():  # root has no policies
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


# ---------------------------------------------------------------- identities


def _identity(address: str) -> Answer:
    from ministack.services import ses_v2  # type: ignore[import-not-found]

    name = _identity_of(address)
    if name is None:
        return 404, {}
    record = ses_v2._identities.get(name) or {}
    return 200, {
        "arn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}",
        "configuration_set": record.get("ConfigurationSetName"),
    }


def _identity_of(address: str) -> str | None:
    """The verified identity that `address` is sent as: itself, else its domain, else the nearest parent domain."""
    from ministack.services import ses, ses_v2

    verified = {name for name, kept in ses._identities.items() if kept.get("VerificationStatus") == "Success"}
    verified |= {name for name, kept in ses_v2._identities.items() if kept.get("VerifiedForSendingStatus")}
    domains = {name.lower(): name for name in verified if "@" not in name}
    labels = address.rpartition("@")[2].lower().split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return address if address in verified else next((domains[p] for p in parents if p in domains), None)


def _authorize_sending_on_the_identity() -> None:
    """AWS evaluates SES's sending actions on the identity's ARN (and on the configuration set's); ministack on `*`."""
    from ministack.core import iam_actions  # type: ignore[import-not-found]

    original = iam_actions.extract_resource_arn

    def with_identity(service: str, method: str, path: str, headers: dict[str, str], body: bytes,
                      query: dict[str, Any], region: str, account: str) -> str:  # fmt: skip
        sender = _sender(path, body, query) if service == "ses" else ""
        if sender:
            return f"arn:aws:ses:{region}:{account}:identity/{_identity_of(sender) or sender}"
        arn: str = original(service, method, path, headers, body, query, region, account)
        return arn

    iam_actions.extract_resource_arn = with_identity


def _sender(path: str, body: bytes, query: dict[str, Any]) -> str:
    """The bare address that an SES request sends from; empty where it sends nothing."""
    if path.rstrip("/") == "/v2/email/outbound-emails":
        request = json.loads(body or b"{}")
        named, raw = request.get("FromEmailAddress"), request.get("Content", {}).get("Raw", {}).get("Data")
    elif _only(query, "Action") in SENDING:
        named, raw = _only(query, "Source"), _only(query, "RawMessage.Data")
    else:
        return ""
    return parseaddr(named or _from_header(raw or ""))[1]


def _only(query: dict[str, Any], name: str) -> str:
    value = query.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def _from_header(data: str) -> str:
    try:
        return str(BytesHeaderParser().parsebytes(base64.b64decode(data)).get("From", ""))
    except binascii.Error:
        return ""  # no message at all: SES itself refuses it


def _keep_default_configuration_sets() -> None:
    """ministack forgets the configuration set that CreateEmailIdentity or its Put gives to an identity."""
    from ministack.services import ses_v2

    original = ses_v2.handle_request

    async def with_default_set(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        answer = await original(method, path, headers, body, query)
        named = _default_set(method, path, body)
        if named is None or named[0] not in ses_v2._identities:
            return answer
        identity, configuration_set = named
        ses_v2._identities[identity]["ConfigurationSetName"] = configuration_set
        return answer if method == "POST" else (200, {"Content-Type": "application/json"}, b"{}")

    ses_v2.handle_request = with_default_set


def _default_set(method: str, path: str, body: bytes) -> tuple[str, str | None] | None:
    """The identity to which an SES v2 request gives a default configuration set, and which; None takes it away."""
    resource = path.removeprefix("/v2/email/identities")
    if method == "PUT" and resource.endswith("/configuration-set"):
        return resource[1:].removesuffix("/configuration-set"), json.loads(body or b"{}").get("ConfigurationSetName")
    if method == "POST" and path == "/v2/email/identities":
        request = json.loads(body)
        return request["EmailIdentity"], request.get("ConfigurationSetName")
    return None


# ---------------------------------------------------------------- function URLs


def _serve_function_urls_here(port: int) -> None:
    """ministack names function URLs as AWS does, on.aws, where nobody finds them, and tells functions the same."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

    event_of, attributes_of = lambda_svc._build_function_url_event, provisioners._lambda_url_attributes

    def event(url_id: str, account: str, region: str, method: str, path: str, headers: dict[str, str],
              *rest: Any, **more: Any) -> Any:  # fmt: skip
        built = event_of(url_id, account, region, method, path, headers, *rest, **more)
        host = next((value for name, value in headers.items() if name.lower() == "host"), "")
        built["requestContext"]["domainName"] = host
        built["headers"] |= {"host": host, "x-forwarded-proto": "http", "x-forwarded-port": str(port)}
        return built

    def attributes(config: dict[str, Any]) -> Any:
        url = config["FunctionUrl"].removeprefix("https://")
        if config["AuthType"] == "AWS_IAM":  # no browser asks it, and not every program finds names under .localhost
            here = f"http://127.0.0.1:{port}/_aws/lambda-url/{url.partition('.')[0]}/"
        else:
            here = "http://" + url.replace(".on.aws/", f".localhost:{port}/")
        return attributes_of({**config, "FunctionUrl": here})

    lambda_svc._build_function_url_event = event
    provisioners._lambda_url_attributes = attributes


def _say_who_asks() -> None:
    """ministack checks who asks a function URL, and does not tell the function; nor is the request's id the one of the
    invocation, as it is on AWS."""
    from ministack.core.iam_evaluator import request_caller_arn
    from ministack.services import lambda_svc

    event_of, dispatch = lambda_svc._build_function_url_event, lambda_svc._execute_function_dispatch
    asked = ContextVar[dict[str, Any] | None]("asked", default=None)

    def event(*args: Any, **more: Any) -> Any:
        built, headers = event_of(*args, **more), args[5]
        if not more.get("anonymous"):
            built["requestContext"]["authorizer"] = {"iam": {"userArn": request_caller_arn(headers)}}
        asked.set(built)
        return built

    def execute(func: Any, config: Any, event: Any, request_id: str, started: float) -> Any:
        built = asked.get()
        if built is not None and event is built:
            request_id = built["requestContext"]["requestId"]
        return dispatch(func, config, event, request_id, started)

    lambda_svc._build_function_url_event = event
    lambda_svc._execute_function_dispatch = execute


def _name_roles_as_principals() -> None:
    """AWS compares `aws:PrincipalArn` with the role's ARN, ministack with that of the session."""
    from ministack.core import iam_evaluator

    original = iam_evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        found = original(key, context)
        if key.lower() == "aws:principalarn" and ":assumed-role/" in found:
            account, _, session = found.removeprefix("arn:aws:sts::").partition(":assumed-role/")
            return f"arn:aws:iam::{account}:role/{session.partition('/')[0]}"
        return found

    iam_evaluator._resolve_condition_key = resolved


if __name__ == "__main__":
    main()
