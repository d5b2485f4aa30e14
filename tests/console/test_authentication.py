"""Authentication of pages and API. An error page does not show whether an account exists."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver
from tests.support.builders import ACCOUNT, NOW, an_account
from tests.support.function_url import ORIGIN, url_event
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.console.api import api_app
from permille.console.sessions import PROTECTED_API, PROTECTED_PAGES, role_of
from permille.console.site import site_app
from permille.domain.login import tokens
from permille.domain.login.links import LONGEST_LIFETIME, LinkRole
from permille.domain.login.revocation import Register
from permille.usecases.login.access import ENTER, NEW_LINK, make_token

OTHER = "florist"
CLOSED = "This link does not open anything any more"
OUT = "You are not logged in on this device"
OFF_DUTY = "ask the operator of Permille for a new one (permille link staff)"
FORBIDDEN = "This page is not yours to open"


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb()
    world.rows.accounts[OTHER] = an_account(OTHER)
    return world


def test_a_link_redirects_to_an_address_without_the_token(world: FakeWeb) -> None:
    visitor = Visitor(world)

    entered = visitor.get(f"/enter?token={world.token(LinkRole.OWNER, ACCOUNT)}")

    assert (entered.status, entered.headers["Location"]) == (303, f"/report/{ACCOUNT}")
    [cookie] = entered.cookies
    assert cookie.startswith(f"__Host-owner-{ACCOUNT}=")
    assert cookie.endswith("; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=None; Partitioned")
    assert visitor.get(entered.headers["Location"]).status == 200


@pytest.mark.parametrize(
    "path", [f"/report/{ACCOUNT}", f"/report/{ACCOUNT}/report.csv", "/guide", "/nowhere", f"/report/{OTHER}"]
)
def test_head_is_get_without_the_body(world: FakeWeb, path: str) -> None:
    owner = world.owner()

    asked, got = owner.call("HEAD", path), owner.get(path)

    assert (asked.status, dict(asked.headers), asked.body) == (got.status, dict(got.headers), "")
    assert got.body


def test_head_of_a_link_sets_no_cookie(world: FakeWeb) -> None:
    visitor = Visitor(world)

    looked = visitor.call("HEAD", f"/enter?token={world.token(LinkRole.OWNER, ACCOUNT)}")

    assert (looked.status, looked.cookies, looked.body) == (303, [], "")
    assert visitor.get(f"/report/{ACCOUNT}").status == 401


def test_staffs_cookie_is_sent_to_no_page_that_another_site_frames_or_links_to(world: FakeWeb) -> None:
    entered = Visitor(world).post(ENTER, {"token": world.token(LinkRole.STAFF, "Sam")})

    assert entered.headers["Location"] == "/desk"
    [cookie] = entered.cookies
    assert cookie.endswith("; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict")


@pytest.mark.parametrize(
    ("path", "like", "told"),
    [
        ("/report/nobody", f"/report/{ACCOUNT}", OUT),
        ("/report/", f"/report/{ACCOUNT}", OUT),
        (f"/report/{ACCOUNT}/year", f"/report/{ACCOUNT}", OUT),
        ("/desk/accounts/x", "/desk", OFF_DUTY),
        ("/desk/nothing", "/desk", OFF_DUTY),
    ],
)
def test_without_a_session_every_page_is_refused_in_the_same_way(
    world: FakeWeb, path: str, like: str, told: str
) -> None:
    answer = Visitor(world).get(path)

    assert answer.status == 401
    assert answer.body == Visitor(world).get(like).body
    assert told in answer.body


@pytest.mark.parametrize("how", ["out", "revoked", "over"])
def test_staff_without_a_session_read_whom_to_ask(world: FakeWeb, how: str) -> None:
    sam, link = world.staff("Sam"), f"/enter?token={world.token(LinkRole.STAFF, 'Sam')}"
    match how:
        case "out":
            sam.sends("/desk/logout")
        case "revoked":
            world.rows.link_registers[LinkRole.STAFF, "Sam"] = Register(of_name=NOW)
        case _:
            world.now = NOW + timedelta(hours=13)

    told = [sam.get("/desk")] if how == "out" else [sam.get("/desk"), sam.get(link), enters(sam, link)]

    for answer in told:
        assert (answer.status, OFF_DUTY in answer.body, "mail" in answer.body) == (401, True, False)


def enters(visitor: Visitor, link: str) -> Answer:
    return visitor.post(ENTER, {"token": link.partition("token=")[2]})


def test_error_pages_for_staff_mention_no_mails(world: FakeWeb) -> None:
    sam = world.staff("Sam")

    for answer, status in ((sam.get("/desk/nothing"), 404), (sam.post("/desk/logout", {}), 403)):
        assert answer.status == status
        assert "mail" not in answer.body


def test_after_logging_out_an_owner_is_asked_to_open_the_link_again(world: FakeWeb) -> None:
    owner = world.owner()
    owner.sends(f"/report/{ACCOUNT}/logout")

    answer = owner.get(f"/report/{ACCOUNT}")

    assert (answer.status, OUT in answer.body, CLOSED in answer.body) == (401, True, False)


def test_a_link_does_not_open_another_account(world: FakeWeb) -> None:
    owner = world.owner()
    owner.cookies[f"__Host-owner-{OTHER}"] = owner.cookies[f"__Host-owner-{ACCOUNT}"]

    answer = owner.get(f"/report/{OTHER}")

    assert (answer.status, FORBIDDEN in answer.body) == (403, True)


def test_pages_of_two_accounts_can_be_open_at_once(world: FakeWeb) -> None:
    both = world.owner().follows(f"/enter?token={world.token(LinkRole.OWNER, OTHER)}")

    assert [both.get(f"/report/{one}").status for one in (ACCOUNT, OTHER)] == [200, 200]


def test_an_expired_link_is_refused(world: FakeWeb) -> None:
    owner = world.owner()
    world.now = NOW + timedelta(days=7)

    assert owner.get(f"/report/{ACCOUNT}").status == 401


def test_a_revoked_link_is_refused(world: FakeWeb) -> None:
    owner, staff, platform = world.owner(), world.staff(), world.platform()
    world.rows.accounts[ACCOUNT] = replace(world.rows.accounts[ACCOUNT], links_valid_since=NOW)
    world.rows.link_registers[LinkRole.STAFF, ""] = Register(of_all=NOW)

    assert owner.get(f"/report/{ACCOUNT}").status == 401
    assert staff.get("/desk").status == 401
    world.rows.link_registers[LinkRole.PLATFORM, "crm"] = Register(of_name=NOW)
    assert platform.get(f"/api/v1/accounts/{ACCOUNT}").status == 401


def test_a_link_to_a_deleted_account_is_refused(world: FakeWeb) -> None:
    owner = world.owner()
    del world.rows.accounts[ACCOUNT]

    assert owner.get(f"/report/{ACCOUNT}").status == 401


def test_a_forged_token_is_refused(world: FakeWeb) -> None:
    token = world.token(LinkRole.OWNER, ACCOUNT)
    forged = token[:-1] + ("A" if token[-1] != "A" else "Q")

    assert Visitor(world).get(f"/enter?token={forged}").status == 401


@pytest.mark.parametrize("audience", LinkRole)
@pytest.mark.parametrize("path", [f"/report/{ACCOUNT}", "/desk", f"/api/v1/accounts/{ACCOUNT}"])
def test_each_protected_path_is_for_its_own_audience(world: FakeWeb, audience: LinkRole, path: str) -> None:
    """However the token of another gets into the place where theirs belongs."""
    wanted = role_of(path, {**PROTECTED_PAGES, **PROTECTED_API})
    token = world.token(audience, ACCOUNT if audience is LinkRole.OWNER else "sam")
    cookies = {f"__Host-owner-{ACCOUNT}": token, "__Host-staff": token}

    answer = Visitor(world, token=token, cookies=cookies).get(path)

    assert (answer.status in (401, 403)) is (audience is not wanted), answer.body


def test_a_platforms_token_opens_no_page(world: FakeWeb) -> None:
    assert Visitor(world).get(f"/enter?token={world.token(LinkRole.PLATFORM, 'crm')}").status == 403


# ---------------------------------------------------------------- every audience at every path, whatever is wrong


WRONG = {
    "expired": lambda made: replace(made, expires_at=NOW),
    "from the future": lambda made: replace(made, issued_at=NOW + timedelta(hours=1)),
    "longer than it may": lambda made: replace(
        made, expires_at=NOW + LONGEST_LIFETIME[made.role] + timedelta(seconds=1)
    ),
    "for no time": lambda made: replace(made, issued_at=NOW, expires_at=NOW),
    "revoked": lambda made: made,
    "of a name that nobody knows": lambda made: replace(made, subject="nobody"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("audience", LinkRole)
@pytest.mark.parametrize("path", [f"/report/{ACCOUNT}", "/report/nobody", "/desk", f"/api/v1/accounts/{ACCOUNT}"])
def test_invalid_claims_are_refused_although_they_are_signed(
    world: FakeWeb, audience: LinkRole, path: str, wrong: str
) -> None:
    made = tokens.read(world.token(audience, ACCOUNT if audience is LinkRole.OWNER else "sam"))[0]
    token = make_token(world.signer, WRONG[wrong](made))
    if wrong == "revoked":
        world.rows.accounts[ACCOUNT] = replace(world.rows.accounts[ACCOUNT], links_valid_since=NOW)
        world.rows.link_registers[audience, ""] = Register(of_all=NOW)
    cookies = {f"__Host-owner-{ACCOUNT}": token, "__Host-owner-nobody": token, "__Host-staff": token}

    assert Visitor(world, token=token, cookies=cookies).get(path).status in (401, 403)
    assert Visitor(world).get(f"/enter?token={token}").status in (401, 403)


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize("path", [f"/report/{ACCOUNT}", "/desk"])
@pytest.mark.parametrize("origin", ["", "null", "https://evil.example", "http://console.example", f"{ORIGIN}:8443"])
def test_a_form_from_another_origin_changes_nothing(world: FakeWeb, path: str, origin: str) -> None:
    visitor = world.owner() if path.startswith("/report") else world.staff()
    csrf = visitor.csrf(path)

    assert visitor.post(path, {"csrf": csrf}, origin=origin).status == 403


@pytest.mark.parametrize("path", [f"/report/{ACCOUNT}", "/desk"])
def test_a_form_without_the_csrf_token_changes_nothing(world: FakeWeb, path: str) -> None:
    visitor = world.owner() if path.startswith("/report") else world.staff()
    others = world.staff("Pat").csrf("/desk") if path == "/desk" else world.owner(OTHER).csrf(f"/report/{OTHER}")

    for csrf in ("", "0" * 64, others, "é"):
        assert visitor.post(path, {"csrf": csrf}).status == 403
    assert visitor.post(path, {}).status == 403
    assert visitor.post(path, {"csrf": visitor.csrf(path)}).status in (
        404,
        405,
    )  # let in; there is nothing to send here


def test_a_body_that_is_not_a_form_changes_nothing(world: FakeWeb) -> None:
    owner = world.owner()
    for content_type, body in (("text/plain", "csrf=x"), ("application/json", "{}"), ("", "")):
        answer = owner.call("POST", f"/report/{ACCOUNT}", body, content_type=content_type, origin=ORIGIN)
        assert answer.status == 403


@pytest.mark.parametrize("body", ["a=" + "x" * 30_000, "&".join(f"f{n}=1" for n in range(100))])
def test_a_form_that_is_too_big_is_not_read(world: FakeWeb, body: str) -> None:
    form = {"content_type": "application/x-www-form-urlencoded", "origin": ORIGIN}

    assert world.owner().call("POST", f"/report/{ACCOUNT}", body, **form).status == 403


# ---------------------------------------------------------------- what every page says of itself


@pytest.mark.parametrize("path", ["/", "/guide", "/nothing", "/report/x", "/desk"])
def test_every_page_has_the_security_headers(world: FakeWeb, path: str) -> None:
    headers = Visitor(world).get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_owners_pages_are_framed_by_the_named_origins_alone_and_staffs_by_nobody(world: FakeWeb) -> None:
    owners = world.owner().get(f"/report/{ACCOUNT}").headers["Content-Security-Policy"]
    staffs = world.staff().get("/desk").headers["Content-Security-Policy"]

    assert owners.endswith("; frame-ancestors 'self' https://app.example")
    assert staffs.endswith("; frame-ancestors 'none'")


def test_the_stylesheet_can_be_kept_because_its_address_changes_with_it(world: FakeWeb) -> None:
    visitor = Visitor(world)
    address = visitor.get("/").body.partition('stylesheet" href="')[2].partition('"')[0]

    style = visitor.get(address)

    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in style.headers["Cache-Control"]


@pytest.mark.parametrize("call", ["signer.verify", "accounts.get"])
def test_without_kms_or_dynamodb_every_page_is_a_503(world: FakeWeb, call: str) -> None:
    owner = world.owner()
    world.faults.fail(call)

    answer = owner.get(f"/report/{ACCOUNT}")

    assert (answer.status, "Try again" in answer.body) == (503, True)


def test_a_cookie_is_found_where_aws_and_where_others_put_it(world: FakeWeb) -> None:
    owner = world.owner()
    event = url_event("GET", f"/report/{ACCOUNT}")
    event["headers"]["cookie"] = "a=b; " + "; ".join(f"{name}={value}" for name, value in owner.cookies.items())

    assert world.ask(event).status == 200


def test_every_path_that_is_not_public_needs_authentication() -> None:
    of_everybody = {
        "/",
        "/enter",
        "/enter/new-link",
        "/monthly-mail",
        "/provider",
        "/logged-out",
        "/guide",
        "/guide.txt",
        r"/<name>\.css",
    }

    assert {rule for rule in rules(site_app.resolver()) if role_of(rule, PROTECTED_PAGES) is None} == of_everybody
    assert {rule for rule in rules(api_app.resolver()) if role_of(rule, PROTECTED_API) is None} == {
        "/api/v1/openapi.json"
    }
    assert {*PROTECTED_PAGES.values(), *PROTECTED_API.values()} == set(LinkRole)


def rules(app: LambdaFunctionUrlResolver) -> set[str]:
    return {route.path for route in app._static_routes + app._dynamic_routes}


def test_neither_function_has_routes_of_the_other(world: FakeWeb) -> None:
    """Nor does it look at who is asking."""
    platform, staff = world.platform(), world.staff()
    world.faults.fail("signer.verify")

    a_page = api_app.answer(
        world.api, url_event("GET", "/desk", {"cookie": f"__Host-staff={staff.cookies}"}), None, NOW
    )
    asking = {"authorization": f"Bearer {platform.token}"}
    of_the_api = site_app.answer(world.console, url_event("GET", f"/api/v1/accounts/{ACCOUNT}", asking), None, NOW)

    assert (a_page["statusCode"], of_the_api["statusCode"]) == (404, 404)


# ---------------------------------------------------------------- an owner's link that has expired

EXPIRED = "This link has expired"
SENT = "Look into your mail"


def expired(world: FakeWeb, audience: LinkRole = LinkRole.OWNER, subject: str = ACCOUNT) -> str:
    """A token whose time is over."""
    return world.token(audience, subject, NOW - timedelta(days=400))


def asks_for_a_new_link(world: FakeWeb, token: str) -> Answer:
    return Visitor(world).post(NEW_LINK, {"token": token}, origin="")


def links_told(world: FakeWeb) -> int:
    return len(world.rows.told(ACCOUNT, "link_requested"))


def test_an_expired_link_offers_a_new_one_without_calling_kms(world: FakeWeb) -> None:
    token = expired(world)

    answer = Visitor(world).get(f"/enter?token={token}")

    assert (answer.status, EXPIRED in answer.body, token in answer.body) == (401, True, True)
    assert answer.cookies == []
    assert "signer.verify" not in world.faults.calls


def test_a_new_link_is_mailed_to_the_owner_once_a_day(world: FakeWeb) -> None:
    token = expired(world)

    answers = [asks_for_a_new_link(world, token) for _ in range(3)]

    assert {(answer.status, SENT in answer.body) for answer in answers} == {(200, True)}
    assert links_told(world) == 1
    world.now += timedelta(days=1)
    asks_for_a_new_link(world, token)
    assert links_told(world) == 2


def test_a_link_of_a_prefetching_mail_scanner_still_opens_for_the_owner(world: FakeWeb) -> None:
    link = f"/enter?token={world.token(LinkRole.OWNER, ACCOUNT)}"

    scanner, owner = Visitor(world).get(link), Visitor(world).get(link)

    assert (scanner.status, owner.status) == (303, 303)


@pytest.mark.parametrize("what", ["forged", "revoked", "gone", "staff", "platform", "garbage", "empty"])
def test_any_other_request_for_a_link_gets_the_same_page_and_has_no_effect(world: FakeWeb, what: str) -> None:
    token = expired(world)
    same = asks_for_a_new_link(FakeWeb(), token).body
    match what:
        case "forged":
            token = token[:-1] + ("A" if token[-1] != "A" else "Q")
        case "revoked":
            world.rows.accounts[ACCOUNT] = replace(world.rows.accounts[ACCOUNT], links_valid_since=NOW)
        case "gone":
            del world.rows.accounts[ACCOUNT]
        case "staff" | "platform":
            token = expired(world, LinkRole(what), "sam")
        case _:
            token = "" if what == "empty" else "a.b.c"

    answer = asks_for_a_new_link(world, token)

    assert (answer.status, answer.body) == (200, same)
    assert not links_told(world)


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 5000, "."])
def test_a_malformed_token_is_refused_without_calling_kms(world: FakeWeb, token: str) -> None:
    asks_for_a_new_link(world, token)
    Visitor(world).get(f"/enter?token={token}")

    assert not {"signer.verify", "accounts.get"} & set(world.faults.calls)


@pytest.mark.parametrize("mac", ["AA", "A" * 3000])
def test_a_mac_of_another_size_is_refused_without_calling_kms(world: FakeWeb, mac: str) -> None:
    token = f"{world.token(LinkRole.OWNER, ACCOUNT).rpartition('.')[0]}.{mac}"

    assert Visitor(world).get(f"/enter?token={token}").status == 401
    assert "signer.verify" not in world.faults.calls


@pytest.mark.parametrize(
    ("audience", "status", "told"), [(LinkRole.STAFF, 401, OFF_DUTY), (LinkRole.PLATFORM, 403, FORBIDDEN)]
)
def test_an_expired_link_of_staff_or_platform_offers_no_new_one(
    world: FakeWeb, audience: LinkRole, status: int, told: str
) -> None:
    answer = Visitor(world).get(f"/enter?token={expired(world, audience, 'sam')}")

    assert (answer.status, told in answer.body, "<form" in answer.body) == (status, True, False)
