"""The provisioning API of host platforms: accounts are created, changed and closed by code. AWS authenticates its
callers."""

from functools import partial

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver
from aws_lambda_powertools.event_handler.openapi.models import APIKey

from permille.console.api import provisioning_routes, provisioning_secret_routes
from permille.console.api.json_api import JsonApi, openapi_text_of, resolver_of
from permille.console.api.openapi import Head, document
from permille.console.api.provisioning_fields import field_of
from permille.console.api.provisioning_operations import SIGV4

PREFIX = "/provisioning/v1"
DESCRIPTION = """Creates, changes and closes the sending accounts of a host platform's customers. Requests are signed
with AWS Signature Version 4 for the service `lambda`, in the stack's Region, by an IAM identity that may invoke the
function's URL (`lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` on the function Provisioning). Timelines name
that identity. Errors are problem details (RFC 9457). Instants are ISO 8601 in UTC. New fields may be added within a
version."""
_SIGNATURE = APIKey.model_validate(
    {
        "name": "Authorization",
        "in": "header",
        "description": "AWS Signature Version 4: the headers Authorization, X-Amz-Date and, with temporary "
        "credentials, X-Amz-Security-Token.",
    }
)
_FROM_AWS = {"schema": {"type": "object"}, "example": {"Message": "Forbidden"}}
_HEAD = Head(
    title="Permille: provisioning",
    description=DESCRIPTION,
    server="The stack's output ProvisioningUrl.",
    security={SIGV4: _SIGNATURE},
    examples="provisioning_examples.json",
)


def _document(app: LambdaFunctionUrlResolver) -> dict[str, object]:
    """The OpenAPI document. Tools know by AWS's extension that the header is a signature. AWS refuses a caller before
    the function runs, in its own words."""
    found = document(app, _HEAD)
    found["components"]["securitySchemes"][SIGV4]["x-amazon-apigateway-authtype"] = "awsSigv4"
    for operations in found["paths"].values():
        for operation in operations.values():
            operation["responses"]["403"]["content"]["application/json"] = _FROM_AWS
    return found


_ROUTERS = (provisioning_routes.router, provisioning_secret_routes.router)
API = JsonApi("provisioning", PREFIX, _ROUTERS, describe=_document, renamed=field_of)
answer = API.app.answer
resolver = partial(resolver_of, API)
openapi_text = partial(openapi_text_of, API)
