"""Asks Permille's JSON API. The other integration points take this client."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class Refused(Exception):
    """The API refused a request, or gave no answer. Its text is for people; `fields`: what is wrong with each field."""

    def __init__(self, detail: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.fields = fields or {}


@dataclass(frozen=True, slots=True)
class AccountApi:
    """The API for one account. `base` and `token`: as `permille link platform` printed them."""

    base: str
    token: str
    account_id: str

    def get(self, path: str, **query: str) -> Any:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def rows(self, path: str) -> Iterator[dict[str, Any]]:
        """All rows of a list, page by page."""
        after: dict[str, str] | None = {}
        while after is not None:
            page = self.get(path, **after)
            yield from page[path.rpartition("/")[2]]
            after = {"after": page["next"]} if page["next"] else None

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url = f"{self.base}/accounts/{quote(self.account_id)}{path}"
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(url, data, headers, method=method), timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise _refused(error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Refused("The reputation service does not answer. Try again in a minute.") from error


def _refused(error: HTTPError) -> Refused:
    """From its problem details (RFC 9457), if it has any."""
    try:
        problem = json.load(error)
        fields = {one["field"].removeprefix("body."): one["message"] for one in problem.get("errors", [])}
        return Refused(problem["detail"], fields)
    except (ValueError, LookupError, AttributeError, OSError):
        return Refused(f"The reputation service answered {error.code}. Try again in a minute.")
