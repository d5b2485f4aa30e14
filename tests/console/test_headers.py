"""The headers of every response of both functions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY
from tests.support.desk_world import asking
from tests.support.fakes import Rows
from tests.support.function_url import ORIGIN, url_event
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.console.api import api_app
from permille.console.headers import HEADERS
from permille.console.proxy import Proxy
from permille.console.site import site_app
from permille.console.site.pages import STYLES, Pages
from permille.domain.login.links import LinkRole

REPORT, API = f"/report/{ACCOUNT}", f"/api/v1/accounts/{ACCOUNT}"
EXPECTED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "strict-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
NOBODY = "frame-ancestors 'none'"
PLATFORM_TOO = "frame-ancestors 'self' https://app.example"
FRAMED = ("/", "/guide", "/logged-out", "/report", "/monthly-mail", "/provider")
FILLED = {"<_id>": ACCOUNT, "<account_id>": ACCOUNT, "<_decision>": "exempt", r"<name>\.css": "style.css"}


def a_world() -> FakeWeb:
    return FakeWeb(Rows(accounts={ACCOUNT: asking()}))


def routes() -> Iterator[tuple[str, str]]:
    for resolver in (site_app.resolver(), api_app.resolver()):
        for route in resolver._static_routes + resolver._dynamic_routes:
            path = route.path
            for name, value in FILLED.items():
                path = path.replace(name, value)
            yield route.method, path


def visitor(world: FakeWeb, path: str) -> Visitor:
    if path.startswith("/report"):
        return world.owner()
    return world.platform() if path.startswith("/api") else world.staff()


def of_route(method: str, path: str) -> Answer:
    who = visitor(a_world(), path)
    if method == "POST":
        return who.sends(path, version="1", reason="So", day=str(TODAY), action="request")
    return who.get(path) if method == "GET" else who.call(method, path, "{}")


def kept(answer: Answer, **different: str) -> None:
    said = dict(answer.headers)
    policy = said["Content-Security-Policy"]
    assert {name: said.get(name) for name in EXPECTED} == {**EXPECTED, **different}
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert len({name.lower() for name in said}) == len(said)


@pytest.mark.parametrize(("method", "path"), sorted(set(routes())))
def test_each_route_has_the_headers(method: str, path: str) -> None:
    answer = of_route(method, path)

    assert answer.status < 500
    is_style = path.endswith(".css")
    kept(answer, **({"Cache-Control": "public, max-age=31536000, immutable"} if is_style else {}))


def test_no_other_headers_are_on_all_responses() -> None:
    assert HEADERS.keys() == {*EXPECTED, "Content-Security-Policy"}


def failing(path: str, error: Exception | None = None) -> Callable[[FakeWeb], Answer]:
    def answer(world: FakeWeb) -> Answer:
        asking = visitor(world, path)
        world.faults.fail("signer.verify", error=error)
        return asking.get(path)

    return answer


def bypassed(world: FakeWeb) -> Answer:
    world.console = replace(world.console, proxy=Proxy(("0" * 64,)))
    return Visitor(world).get("/")


ANSWERS: dict[str, tuple[Callable[[FakeWeb], Answer], int]] = {
    "a way in": (lambda world: Visitor(world).get(f"/enter?token={world.token(LinkRole.OWNER, ACCOUNT)}"), 303),
    "a way in for nobody": (lambda world: Visitor(world).get("/enter"), 401),
    "a form that leads to a page": (
        lambda world: world.owner().sends(f"{REPORT}/review", action="withdraw", read="x"),
        422,
    ),
    "a form of somebody else": (lambda world: world.owner().post(f"{REPORT}/review", {}), 403),
    "no page": (lambda world: Visitor(world).get("/nowhere"), 404),
    "another method of a page": (lambda world: Visitor(world).call("PUT", "/guide"), 404),
    "a page by HEAD": (lambda world: world.owner().call("HEAD", REPORT), 200),
    "a style that there is none of": (lambda world: Visitor(world).get("/x.css"), 404),
    "no page that can be shown": (failing(REPORT), 503),
    "a page that is broken": (failing(REPORT, RuntimeError("broken")), 500),
    "no answer of the API": (failing(API), 503),
    "a broken API": (failing(API, RuntimeError("broken")), 500),
    "past CloudFront": (bypassed, 403),
    "the API for nobody": (lambda world: Visitor(world).get(API), 401),
    "the API for owners": (lambda world: Visitor(world, token=world.token(LinkRole.OWNER, ACCOUNT)).get(API), 403),
    "no account": (lambda world: world.platform().get(f"{API}x"), 404),
    "no address of the API": (lambda world: Visitor(world).get("/api/nowhere"), 404),
    "another method of the API": (lambda world: world.platform().call("POST", API), 405),
    "no JSON": (lambda world: world.platform().call("PUT", f"{API}/review", "{"), 400),
    "another media type": (lambda world: world.platform().call("PUT", f"{API}/review", content_type="text/plain"), 415),
    "wrong values": (lambda world: world.platform().call("PUT", f"{API}/review", "{}"), 422),
    "the API by HEAD": (lambda world: world.platform().call("HEAD", API), 200),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_other_response_has_the_headers(name: str) -> None:
    make, status = ANSWERS[name]

    answer = make(a_world())

    assert answer.status == status
    kept(answer)


# ---------------------------------------------------------------- frames, and the cookies in them


@pytest.mark.parametrize(("method", "path"), sorted(set(routes())))
def test_owners_pages_alone_are_framed_and_by_the_named_origins_alone(method: str, path: str) -> None:
    answer = of_route(method, path)

    policy, is_page = answer.headers["Content-Security-Policy"], "text/html" in answer.headers["Content-Type"]
    [ancestors] = re.findall(r"frame-ancestors [^;]*", policy) or [""]
    if answer.status == 303:  # browsers may look at a redirect's, and it may lead to a page in a frame
        assert ancestors == ""
    else:
        framed = is_page and (path in FRAMED or path.startswith(("/report", "/enter")))
        assert ancestors == (PLATFORM_TOO if framed else NOBODY)


@pytest.mark.parametrize(
    ("origins", "audience", "same_site"),
    [
        ("https://app.example", LinkRole.OWNER, "SameSite=None; Partitioned"),
        ("", LinkRole.OWNER, "SameSite=Lax"),
        ("https://app.example", LinkRole.STAFF, "SameSite=Strict"),
        ("", LinkRole.STAFF, "SameSite=Strict"),
    ],
)
def test_a_cookie_is_sent_in_frames_only_where_somebody_may_frame_pages(
    origins: str, audience: LinkRole, same_site: str
) -> None:
    world = a_world()
    world.console = replace(world.console, pages=Pages(world.console.pages.brand, origins))
    token = world.token(audience, ACCOUNT if audience is LinkRole.OWNER else "Sam", NOW)

    form = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
    [cookie] = world.ask(url_event("POST", "/enter", form, f"token={token}")).cookies

    assert cookie.endswith(f"; HttpOnly; Secure; {same_site}")


def test_every_stylesheet_is_cached_by_browsers() -> None:
    for name in STYLES:
        assert "immutable" in a_world().ask(url_event("GET", f"/{name}.css")).headers["Cache-Control"]
