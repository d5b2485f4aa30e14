"""The endpoint of the webhook: one URL of the host platform."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from permille.domain.values.errors import InvalidInput

LONGEST_URL: Final = 2000


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where events are posted.

    kinds: of the entries that are posted; empty for all
    since: when a webhook was first set; it was not removed since
    gone_at: when it answered 410 Gone; nothing is posted until the endpoint is set again. None while it takes events
    """

    url: str
    kinds: tuple[str, ...]
    since: datetime
    gone_at: datetime | None = None

    @property
    def shown(self) -> str:
        """The URL without its query, which can hold a password: for timelines."""
        return urlunsplit(urlsplit(self.url)._replace(query=""))

    def takes(self, kind: str) -> bool:
        """Whether entries of this kind are posted."""
        return not self.kinds or kind in self.kinds

    def changed(self, url: str, kinds: Collection[str]) -> "WebhookEndpoint":
        """The endpoint as it is set again. It takes events again if it was gone."""
        return replace(self, url=url, kinds=tuple(sorted(kinds)), gone_at=None)


def check_url(text: str, *, local: bool) -> str:
    """The URL as it is. Raises InvalidInput where it is none that events can be posted to.

    local: allows plain HTTP, for an endpoint on the computer of the embedded stack
    """
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > LONGEST_URL:
        raise InvalidInput(f"takes a URL of up to {LONGEST_URL:,} ASCII characters without spaces", "url")
    parts = _parts(text)
    if parts.scheme not in (("https", "http") if local else ("https",)):
        raise InvalidInput(f"takes a URL that begins with https://, not {parts.scheme or text}", "url")
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise InvalidInput("takes a URL with a host, without user name and without fragment (#)", "url")
    return text


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # is parsed when it is read
    except ValueError as error:
        raise InvalidInput(f"is no URL: {error}", "url") from error
    return parts
