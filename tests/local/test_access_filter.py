"""Who is let in to the emulator: whoever signs, to AWS's API; everybody, to function URLs and the health check."""

import asyncio
from typing import Any

import pytest

from permille_cli.local.emulator.access_filter import AccessFilter

PORT, CONTAINERS_PORT = 4566, 4577
DOOR = AccessFilter(PORT, f"172.17.0.1:{CONTAINERS_PORT}")
HERE, THERE = f"127.0.0.1:{PORT}", f"172.17.0.1:{CONTAINERS_PORT}"
ID = "0123456789abcdefghijklmnopqrstuv"  # as many characters as the ids of function URLs have
CONSOLE = f"{ID}.lambda-url.us-east-1.localhost:{PORT}"
PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA/20261123/us-east-1/s3/aws4_request&X-Amz-Signature=ab"
)
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261123/us-east-1/sqs/aws4_request"}
HEALTH = "/_ministack/health"


def request(method: str, host: str, path: str, headers: dict[str, str] | None = None, *, port: int = PORT) -> Any:
    path, _, query = path.partition("?")
    sent = [(name.encode(), value.encode()) for name, value in {"host": host, **(headers or {})}.items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": sent,
        "server": ("127.0.0.1", port),
    }


def incomplete() -> list[str]:
    """What a presigned URL is without one of its parts, or with one that is empty."""
    parts = PRESIGNED.split("&")
    without = ["&".join(other for other in parts if other != one) for one in parts]
    return without + [f"{rest}&{one.partition('=')[0]}=" for one, rest in zip(parts, without, strict=True)]


@pytest.mark.parametrize(
    "scope",
    [
        request("POST", HERE, "/", SIGNED),
        request("POST", f"localhost:{PORT}", "/", SIGNED),
        request("GET", HERE, f"/bucket/key?{PRESIGNED}"),
        request("GET", CONSOLE, "/enter?token=x"),
        request("POST", CONSOLE, "/review", {"origin": "https://somebody.example"}),  # the console's own to judge
        request("OPTIONS", CONSOLE, "/", {"origin": "https://somebody.example"}),  # so is this
        request("POST", HERE, "/_aws/lambda-url/abc123/links", SIGNED),  # a function that asks IAM
        request("GET", HERE, HEALTH),
        request("GET", THERE, HEALTH, port=CONTAINERS_PORT),
        request("POST", THERE, "/", SIGNED, port=CONTAINERS_PORT),
    ],
)
def test_who_is_let_in(scope: Any) -> None:
    assert DOOR.refusal(scope) is None


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        (request("POST", HERE, "/_ministack/reset"), "closed"),
        (request("POST", HERE, "/_ministack/reset", SIGNED), "closed"),
        (request("POST", HERE, "/_ministack/config", SIGNED), "closed"),
        (request("GET", HERE, "/_ministack/ses/messages", SIGNED), "closed"),
        (request("GET", HERE, "/_ministack/ses/messages?X-Amz-Signature=ab"), "closed"),
        (request("POST", HERE, "/_aws/lambda-url/abc123/links"), "not signed"),
        (request("POST", THERE, "/_aws/lambda-url/abc123/links", SIGNED, port=CONTAINERS_PORT), "closed"),
        (request("GET", CONSOLE, "/_ministack/ses/messages"), "closed"),
        (request("POST", HERE, HEALTH), "closed"),
        (request("POST", HERE, "/"), "not signed"),
        (request("POST", HERE, "/", {"origin": "https://evil.example"}), "not signed"),  # another site's form
        (request("OPTIONS", HERE, "/", {"origin": "https://evil.example"}), "no site"),
        (request("POST", HERE, "/", {"authorization": "Bearer token"}), "not signed"),
        (request("GET", HERE, "/.well-known/jwks.json"), "not signed"),
        (request("POST", "evil.example", "/", SIGNED), "not the name"),  # a name that was made to point here
        (request("POST", f"evil.example:{PORT}", "/", SIGNED), "not the name"),
        (request("GET", f"evil.example:{PORT}", HEALTH), "not the name"),
        (request("POST", f"api1.execute-api.localhost:{PORT}", "/", SIGNED), "not the name"),
        (request("GET", f"{ID}.lambda-url.us-east-1.localhost:80", "/"), "not the name"),
        (request("GET", f"{ID}.lambda-url.us-east-1.on.aws:{PORT}", "/"), "not the name"),
        (request("GET", CONSOLE, "/", port=CONTAINERS_PORT), "not the name"),
        # what ministack takes for no function URL would reach S3, which lets in whoever does not sign
        (request("PUT", f"x.lambda-url.us-east-1.localhost:{PORT}", "/bucket"), "not the name"),
        (request("PUT", CONSOLE.upper(), "/bucket"), "not the name"),
        (request("PUT", f"a{CONSOLE}", "/bucket"), "not the name"),
        (request("PUT", CONSOLE[1:], "/bucket"), "not the name"),
        (request("PUT", CONSOLE.replace("us-east-1", "US-EAST-1"), "/bucket"), "not the name"),
        *((request("GET", HERE, f"/bucket/key?{query}"), "not signed") for query in incomplete()),
        (request("GET", HERE, f"/bucket?{PRESIGNED.replace('SHA256', 'MD5')}"), "not signed"),
        (request("GET", HERE, f"/bucket?{PRESIGNED}&X-Amz-Algorithm=none"), "not signed"),
        # ministack lets every site ask, before it looks who signs
        (request("OPTIONS", HERE, "/", SIGNED), "no site"),
        (request("OPTIONS", HERE, f"/?{PRESIGNED}"), "no site"),
        (request("OPTIONS", HERE, f"/_aws/lambda-url/{ID}/links", SIGNED), "no site"),
        (request("OPTIONS", THERE, "/", SIGNED, port=CONTAINERS_PORT), "no site"),
        (request("POST", HERE, "/", SIGNED, port=CONTAINERS_PORT), "not the name"),
        (request("POST", THERE, "/", port=CONTAINERS_PORT), "not signed"),
        (request("POST", THERE, "/_ministack/reset", SIGNED, port=CONTAINERS_PORT), "closed"),
        (request("POST", "", "/", SIGNED), "not the name"),
    ],
)
def test_who_is_not(scope: Any, why: str) -> None:
    assert why in str(DOOR.refusal(scope))


def test_of_two_hosts_none_counts() -> None:
    scope = request("GET", HERE, HEALTH)
    scope["headers"].append((b"host", b"evil.example"))

    assert "not the name" in str(DOOR.refusal(scope))


@pytest.mark.parametrize("host", ["", f"172.17.0.1:{PORT}", f"host.docker.internal:{PORT}"])
def test_containers_may_not_ask_where_nobody_said_so(host: str) -> None:
    assert "not the name" in str(AccessFilter(PORT).refusal(request("POST", host, "/", SIGNED)))


def test_where_docker_leads_a_name_to_loopback_it_is_one_of_this_stack() -> None:
    access_filter = AccessFilter(PORT, f"host.docker.internal:{PORT}")

    assert access_filter.refusal(request("POST", f"host.docker.internal:{PORT}", "/", SIGNED)) is None


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (request("POST", HERE, "/", SIGNED), True),
        (request("POST", HERE, "/"), False),
        ({"type": "websocket", "headers": []}, False),
        ({"type": "lifespan"}, True),
    ],
)
def test_what_is_refused_does_not_reach_the_emulator(scope: Any, *, reached: bool) -> None:
    asked, answered = [], []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope)

    async def send(message: Any) -> None:
        answered.append(message.get("status"))

    asyncio.run(DOOR.wrap(app)(scope, None, send))

    assert bool(asked) is reached
    assert answered == ([403, None] if scope["type"] == "http" and not reached else [])
