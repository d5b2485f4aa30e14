"""An HTTP request, read from the event of a function URL."""

import binascii
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aws_lambda_powertools.utilities.data_classes import LambdaFunctionUrlEvent

from permille.domain.values.errors import MalformedRequest

LONGEST_FORM = 20_000  # characters
MOST_FIELDS = 130  # support's lists have one for each account of a page
_COOKIE_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 6265, 4.1.1: a token of RFC 9110, 5.6.2
_USUAL_PORTS = {"http": ":80", "https": ":443"}


class Request:
    """Parts of a request. Each is read on demand and checked, since anybody can send anything."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = LambdaFunctionUrlEvent(dict(event))
        self.path = self._event.path
        self.method = self._event.http_method.upper()

    @property
    def event(self) -> Mapping[str, Any]:
        """The event itself."""
        return self._event.raw_event

    @property
    def id(self) -> str:
        """The request id of AWS, which the log has too."""
        return str(self._event.request_context.request_id)

    @property
    def changes_something(self) -> bool:
        """Whether the method is anything but GET or HEAD."""
        return self.method not in ("GET", "HEAD")

    def header(self, name: str) -> str:
        """The header's value; empty where it was not sent. `name` in lower case."""
        return str(self._event.headers.get(name) or "")

    @property
    def origin(self) -> str:
        """The origin that a form of this host is sent from."""
        scheme = self.header("x-forwarded-proto") or "https"
        return f"{scheme}://{self._event.request_context.domain_name}"

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies by name, without those that were sent twice. AWS has them in `cookies`; ministack and Powertools'
        tests have them in the header.

        Browsers let no other host set a cookie whose name begins with `__Host-`, but they do let it set names that only
        look like that: so nothing but blanks and tabs (RFC 6265) is stripped. Of two cookies with one name nobody can
        tell which one is ours."""
        pairs_sent: list[str] = self._event.get("cookies") or self.header("cookie").split(";")
        pairs = [pair.strip(" \t").partition("=") for pair in pairs_sent]
        counts = Counter(name for name, _, _ in pairs)
        return {name: value for name, _, value in pairs if counts[name] == 1 and _COOKIE_NAME.fullmatch(name)}

    @property
    def size(self) -> int:
        """The length of the body as it was sent, in characters."""
        return len(self._event.body or "")

    @property
    def body(self) -> str:
        """The body as text. Raises ValueError (binascii.Error is one) where it cannot be decoded."""
        return self._event.decoded_body or ""

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of several with one name AWS joins the values by commas."""
        return dict(self._event.query_string_parameters or {})

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form; of several with one name the first. A line break is one character, as browsers count it
        for maxlength. Raises MalformedRequest."""
        if not self.header("content-type").lower().startswith("application/x-www-form-urlencoded"):
            raise MalformedRequest("the body is not a form")
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
