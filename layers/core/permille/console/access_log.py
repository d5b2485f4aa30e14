"""One line for each request that is answered: who was let in, by whose link, to which account, by which route. Nothing
of what was sent is in it."""

import re
from dataclasses import dataclass

from permille.console.requests import Request
from permille.console.sessions import Session
from permille.domain.values.account_id import ACCOUNT_ID
from permille.observability import emit

_OF_AN_ACCOUNT = re.compile(r"(/report|/desk/accounts|/api/v1/accounts)/([^/]*)(.*)", re.DOTALL)
_NOTHING_THERE = (404, 405)


@dataclass(frozen=True, slots=True)
class Place:
    """What an address is about. `route`: without the account's id."""

    route: str
    account: str = ""

    @classmethod
    def of(cls, path: str) -> "Place":
        found = _OF_AN_ACCOUNT.fullmatch(path)
        if not found or not ACCOUNT_ID.fullmatch(found[2]):
            return cls(path)
        return cls(f"{found[1]}/<account>{found[3]}", found[2])


def write(request: Request, method: str, session: Session | None, status: int) -> None:
    """`method`: as it was asked with."""
    emit("request.answered", request=request.id, method=method, status=status, **_who(request, session, status))


def _who(request: Request, session: Session | None, status: int) -> dict[str, str]:
    """Nothing where nobody was let in. An address at which there is nothing may say anything, and is left out."""
    if session is None:
        return {}
    place = Place.of(request.path)
    return {
        "audience": session.claims.audience,
        "principal": session.claims.subject,
        "by": session.claims.by,
        "account": session.account.id if session.account else place.account,
        "route": "" if status in _NOTHING_THERE else place.route,
    }
