"""The deployed pages and API, asked by HTTP. Names under .localhost are this host, which not every resolver knows."""

from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from tests.stack.conftest import Stack


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Web:
    """A browser without a screen, which keeps cookies; or a program, with a `token`."""

    stack: Stack
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Of the pages."""
        return self.stack.outputs["ConsoleUrl"].rstrip("/")

    @property
    def api(self) -> str:
        return self.stack.outputs["ApiUrl"].rstrip("/")

    def follows(self, link: str) -> Page:
        """Opens a link, and the page that it leads to. Staff say that it is they."""
        entered = self.get(link.removeprefix(self.origin))
        if entered.status == 200:
            entered = self.sends("/enter", token=link.partition("token=")[2])
        assert entered.status == 303, entered.body
        return self.get(entered.headers["location"])

    def get(self, path: str) -> Page:
        return self.ask("GET", path)

    def sends(self, path: str, **fields: str) -> Page:
        """Sends a form as a browser does; the answer leads to a page, or says what is wrong."""
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": self.origin}
        return self.ask("POST", path, headers, urlencode(fields))

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: str = "") -> Page:
        address = urlsplit(self.api if path.startswith("/api/") else self.origin)
        sent = {"host": address.netloc, **(headers or {})}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        connection = HTTPConnection("127.0.0.1", address.port or 80, timeout=30)
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    kept, _, content = value.partition(";")[0].partition("=")
                    self.cookies[kept] = content
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, found, answer.read().decode())
        finally:
            connection.close()
