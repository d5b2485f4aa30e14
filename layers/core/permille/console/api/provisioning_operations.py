"""What the operations of the provisioning API have in common."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from permille.console.api.openapi import MEANINGS, described
from permille.console.api.provisioning_context import ProvisioningServices
from permille.ports.iam_users import AccessKey
from permille.schema.onboarding_schema import SmtpJson, smtp_json

SIGV4 = "sigv4"
_MEANINGS = {
    status: MEANINGS[status]
    for status in (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
} | {
    HTTPStatus.BAD_REQUEST: "The body cannot be parsed.",
    HTTPStatus.FORBIDDEN: "IAM does not allow the caller to invoke the URL; AWS answers, and the body is AWS's.",
    HTTPStatus.CONFLICT: "The state of the account does not allow it, it has to be confirmed, or a request with this "
    "idempotency key still runs; `detail` says which.",
}
_OF_ACCOUNTS = _MEANINGS | {HTTPStatus.NOT_FOUND: MEANINGS[HTTPStatus.NOT_FOUND]}


def operation(
    name: str, summary: str, description: str, response: str, problems: Mapping[HTTPStatus, str] = _OF_ACCOUNTS
) -> dict[str, Any]:
    """Keyword arguments of a Powertools route about one account. `response` describes a 200."""
    return described(name, summary, description, response, problems, SIGV4)


def creation(name: str, summary: str, description: str, response: str) -> dict[str, Any]:
    """The same of a route about no account that exists."""
    return operation(name, summary, description, response, _MEANINGS)


def smtp_of(services: ProvisioningServices, key: AccessKey | None = None) -> SmtpJson:
    """The SMTP credential; without its password where there is no key."""
    return smtp_json(services.smtp_endpoint, services.onboarding.region, key)
