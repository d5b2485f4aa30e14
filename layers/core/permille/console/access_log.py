"""The access log: one line for each response, with who was authenticated, by whose link, for which account and route.
It has nothing from query or body."""

import re
from dataclasses import dataclass

from permille.console.iam_sessions import IamSession
from permille.console.requests import Request
from permille.console.sessions import Session
from permille.domain.values.account_id import ACCOUNT_ID
from permille.observability import emit

_PREFIXES = "/report|/desk/accounts|/api/v1/accounts|/provisioning/v1/accounts"
_PATH_OF_ACCOUNT = re.compile(rf"({_PREFIXES})/([^/]*)(.*)", re.DOTALL)
_NO_ROUTE = (404, 405)


@dataclass(frozen=True, slots=True)
class Target:
    """What a path is about. `route`: the path without the account's id; `account`: empty where it names none."""

    route: str
    account: str = ""

    @classmethod
    def of(cls, path: str) -> "Target":
        """Parses a path."""
        match = _PATH_OF_ACCOUNT.fullmatch(path)
        if not match or not ACCOUNT_ID.fullmatch(match[2]):
            return cls(path)
        return cls(f"{match[1]}/<account>{match[3]}", match[2])


def write(request: Request, method: str, session: Session | IamSession | None, status: int) -> None:
    """Writes the line of a response. `method`: as it was sent, also where it is HEAD."""
    emit("request.answered", request=request.id, method=method, status=status, **_fields(request, session, status))


def _fields(request: Request, session: Session | IamSession | None, status: int) -> dict[str, str]:
    """Empty without a session. A path without a route can have any text in it, and is left out."""
    if session is None:
        return {}
    target = Target.of(request.path)
    return {
        **session.fields,
        "account": session.fields["account"] or target.account,
        "route": "" if status in _NO_ROUTE else target.route,
    }
