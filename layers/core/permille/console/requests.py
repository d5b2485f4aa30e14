"""A request as the function URL hands it over."""

import binascii
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aws_lambda_powertools.utilities.data_classes import LambdaFunctionUrlEvent

from permille.domain.values.errors import MalformedRequest

LONGEST_FORM = 20_000
MOST_FIELDS = 30
_TOKEN = re.compile(
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
)  # RFC 9110, 5.6.2: what a cookie's name is made of (RFC 6265, 4.1.1)
_USUAL_PORTS = {"http": ":80", "https": ":443"}


class Request:
    """Reads what it needs once, and trusts nothing of it."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = LambdaFunctionUrlEvent(dict(event))
        self.path = self._event.path
        self.method = self._event.http_method.upper()

    @property
    def id(self) -> str:
        """As AWS names it, and the log."""
        return str(self._event.request_context.request_id)

    @property
    def changes_something(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def header(self, name: str) -> str:
        return str(self._event.headers.get(name) or "")

    @property
    def origin(self) -> str:
        """What the browser has to name as where a form comes from: the address that was asked for."""
        scheme = self.header("x-forwarded-proto") or "https"
        return f"{scheme}://{self._event.request_context.domain_name}"

    @cached_property
    def cookies(self) -> dict[str, str]:
        """By name, each that was sent once. AWS has them in `cookies`; who asks a function URL otherwise (ministack,
        Powertools' tests) in the header. Browsers let no other host set a name that begins with `__Host-`. What only
        looks like one they let it set: so none but blanks and tabs (RFC 6265) are taken off, and of two nobody knows
        which is ours."""
        found: list[str] = self._event.get("cookies") or self.header("cookie").split(";")
        pairs = [one.strip(" \t").partition("=") for one in found]
        times = Counter(name for name, _, _ in pairs)
        return {name: value for name, _, value in pairs if times[name] == 1 and _TOKEN.fullmatch(name)}

    @property
    def size(self) -> int:
        """Of the body as it was sent, in characters."""
        return len(self._event.body or "")

    @property
    def body(self) -> str:
        """Decoded where AWS has encoded it. Raises ValueError, binascii.Error among them, where it is no text."""
        return self._event.decoded_body or ""

    @property
    def query(self) -> dict[str, str]:
        return dict(self._event.query_string_parameters or {})

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form; of several with one name the first. A new line is one sign, as the browser counts it
        where it bounds a text. Raises MalformedRequest."""
        if not self.header("content-type").lower().startswith("application/x-www-form-urlencoded"):
            raise MalformedRequest("this is no form")
        try:
            body = self.body
            if len(body) > LONGEST_FORM:
                raise MalformedRequest("the form is too long")
            pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (ValueError, binascii.Error) as error:
            raise MalformedRequest("the form cannot be read") from error
        return {name: value.replace("\r\n", "\n") for name, value in reversed(pairs)}


def origin_of(address: str) -> str:
    """The origin of a web address, as a browser writes it in `Origin`: scheme, host and port, in lower case and without
    the scheme's default port. Empty for an empty address."""
    parts = urlsplit(address.lower())
    host = parts.netloc.rpartition("@")[2].removesuffix(_USUAL_PORTS.get(parts.scheme, ""))
    return f"{parts.scheme}://{host}" if address else ""
