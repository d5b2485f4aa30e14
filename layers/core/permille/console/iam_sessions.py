"""Authentication of requests to a function URL of `AuthType: AWS_IAM`: AWS has done it."""

from dataclasses import dataclass
from datetime import datetime

from permille.console.requests import Request
from permille.usecases.login.iam_caller import caller_of, principal_of


@dataclass(frozen=True, slots=True)
class IamSession:
    """The IAM identity that asks. `name`: its ARN, by which timelines name who decided."""

    name: str

    @property
    def sender(self) -> str:
        """Whose idempotency keys the requests have: the role's, whatever its session is called."""
        return principal_of(self.name)

    @property
    def fields(self) -> dict[str, str]:
        """What the access log says of it."""
        return {"audience": "iam", "principal": principal_of(self.name), "by": self.name, "account": ""}


@dataclass(frozen=True, slots=True)
class IamAuthenticator:
    """Authenticates the requests of one invocation. `invocation`: its id, as the Lambda runtime has it."""

    invocation: str

    def session(self, request: Request, now: datetime) -> IamSession:  # noqa: ARG002 - AWS has checked the time
        """Who asks. Raises NotGranted where AWS did not authenticate the request."""
        return IamSession(caller_of(request.event, self.invocation))
