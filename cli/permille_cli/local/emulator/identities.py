"""SES identities: sending is authorized on them, and each has a default configuration set."""

# ruff: noqa: SLF001 - ministack offers no other way to its stores

import base64
import binascii
import json
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any

from permille_cli.local.emulator.asgi import Answer

REGION = "us-east-1"
ACCOUNT = "000000000000"
SENDING = ("SendEmail", "SendRawEmail")


def identity(address: str) -> Answer:
    """The answer of the private path: the identity of an address and its default set."""
    from ministack.services import ses_v2  # type: ignore[import-not-found]

    name = identity_of(address)
    if name is None:
        return 404, {}
    record = ses_v2._identities.get(name) or {}
    return 200, {
        "arn": arn_of(name),
        "configuration_set": record.get("ConfigurationSetName"),
    }


def arn_of(name: str) -> str:
    """The ARN of an identity."""
    return f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}"


def identity_of(address: str) -> str | None:
    """The verified identity of `address`: itself, else its domain, else the nearest parent domain."""
    from ministack.services import ses, ses_v2

    verified = {name for name, stored in ses._identities.items() if stored.get("VerificationStatus") == "Success"}
    verified |= {name for name, stored in ses_v2._identities.items() if stored.get("VerifiedForSendingStatus")}
    domains = {name.lower(): name for name in verified if "@" not in name}
    labels = address.rpartition("@")[2].lower().split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return address if address in verified else next((domains[p] for p in parents if p in domains), None)


def authorize_sending_on_the_identity() -> None:
    """AWS evaluates SES's sending actions on the identity's ARN (and on the configuration set's), with the sender as
    condition keys; ministack on `*`, and with none. It takes the ARN, and then authorizes, without waiting between."""
    from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-not-found]

    original, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce
    sent_from = [""]

    def with_identity(service: str, method: str, path: str, headers: dict[str, str], body: bytes,
                      query: dict[str, Any], region: str, account: str) -> str:  # fmt: skip
        sent_from[0] = sender = _sender(path, body, query) if service == "ses" else ""
        if sender:
            return arn_of(identity_of(sender) or sender)
        arn: str = original(service, method, path, headers, body, query, region, account)
        return arn

    def with_sender(*arguments: Any, service_context: dict[str, Any] | None = None, **more: Any) -> Any:
        sender = {"ses:FromAddress": sent_from[0], "ses:FeedbackAddress": sent_from[0]} if sent_from[0] else {}
        return enforce(*arguments, service_context={**(service_context or {}), **sender}, **more)

    iam_actions.extract_resource_arn = with_identity
    iam_evaluator.enforce = with_sender


def _sender(path: str, body: bytes, query: dict[str, Any]) -> str:
    """The bare address that an SES request sends from; empty if it sends nothing."""
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


def keep_default_configuration_sets() -> None:
    """ministack does not store the configuration set that CreateEmailIdentity or its Put sets."""
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
    """The identity to which an SES v2 request gives a default configuration set, and which; None removes it."""
    resource = path.removeprefix("/v2/email/identities")
    if method == "PUT" and resource.endswith("/configuration-set"):
        return resource[1:].removesuffix("/configuration-set"), json.loads(body or b"{}").get("ConfigurationSetName")
    if method == "POST" and path == "/v2/email/identities":
        request = json.loads(body)
        return request["EmailIdentity"], request.get("ConfigurationSetName")
    return None
