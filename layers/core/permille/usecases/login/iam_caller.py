"""Who calls a function's URL of `AuthType: AWS_IAM`.

AWS authenticates each request, and names the caller in the event. Somebody who invokes the function directly could
forge that; but not the request id, which equals the id of the invocation:
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, `requestContext.requestId`.
"""

from collections.abc import Mapping
from typing import Any

from permille.domain.values.errors import NotGranted


def caller_of(event: Mapping[str, Any], invocation: str) -> str:
    """The ARN of the IAM identity that asks. Raises NotGranted where AWS did not authenticate it. `invocation`: the id
    of this invocation, as the Lambda runtime has it."""
    context = event.get("requestContext") or {}
    by = (((context.get("authorizer") or {}).get("iam")) or {}).get("userArn")
    if not by or context.get("requestId") != invocation:
        raise NotGranted("call the URL of the function: AWS authenticates callers there only")
    return str(by)


def principal_of(arn: str) -> str:
    """The IAM user or role of a caller. The name of a role's session is left out, since it differs between the
    instances of one program."""
    head, role, rest = arn.partition(":assumed-role/")
    return f"{head}{role}{rest.partition('/')[0]}"
