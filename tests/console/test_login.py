"""Logging in and out: staff confirm who they are, and once more before they replace another session."""

import pytest
from tests.support.builders import ACCOUNT, STAFF, an_account
from tests.support.function_url import ORIGIN, url_event
from tests.support.visiting import Answer, FakeWeb, Visitor, a_token

from permille.domain.login.links import LinkRole
from permille.domain.login.revocation import Register
from permille.domain.values.status import Status
from permille.domain.words.mail_text import ReportPart
from permille.usecases.login.access import ENTER, Links

SAMS_NAMESAKE = "arn:aws:iam::123456789012:user/elsewhere/sam"  # the timeline names both user/sam
EVA = "arn:aws:sts::123456789012:assumed-role/Admin/eva@apwt.example"


def a_link(world: FakeWeb, name: str, by: str = STAFF) -> str:
    return a_token(world.signer, world.rows, LinkRole.STAFF, name, world.now, by=by)


def enters(visitor: Visitor, token: str, **fields: str) -> Answer:
    return visitor.post(ENTER, {"token": token, **fields})


def test_a_staff_link_asks_for_confirmation_and_names_its_maker(world: FakeWeb) -> None:
    visitor = Visitor(world)

    asks = visitor.get(f"{ENTER}?token={a_link(world, 'Anna', EVA)}")

    assert (asks.status, asks.cookies) == (200, [])
    assert "Log in as Anna?" in asks.body
    assert EVA in asks.body
    assert asks.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert visitor.get("/desk").status == 401


def test_after_the_confirmation_staff_are_logged_in(world: FakeWeb) -> None:
    visitor = Visitor(world)

    entered = enters(visitor, a_link(world, "Anna"))

    assert (entered.status, entered.headers["Location"]) == (303, "/desk")
    assert visitor.get("/desk").status == 200


@pytest.mark.parametrize("origin", ["", "null", "https://evil.example", f"{ORIGIN}:8443"])
def test_another_site_cannot_log_anybody_in(world: FakeWeb, origin: str) -> None:
    """Who is put into somebody else's session decides under another's name."""
    visitor = Visitor(world)

    assert visitor.post(ENTER, {"token": a_link(world, "Bob")}, origin=origin).status == 403
    assert visitor.cookies == {}


@pytest.mark.parametrize(
    ("name", "by"),
    [("Bob", STAFF), ("Аnna", STAFF), ("Anna", EVA), ("Anna", SAMS_NAMESAKE)],
)
def test_a_link_of_another_name_asks_before_it_replaces_the_session(world: FakeWeb, name: str, by: str) -> None:
    anna = world.staff("Anna")
    before = dict(anna.cookies)

    asks = enters(anna, a_link(world, name, by))

    assert (asks.status, asks.cookies) == (200, [])
    assert "You are logged in as Anna" in asks.body
    assert f"Log in as {name}?" in asks.body
    assert STAFF in asks.body
    assert by in asks.body
    assert anna.cookies == before

    entered = enters(anna, a_link(world, name, by), csrf=anna.csrf("/desk"))
    assert entered.status == 303
    assert anna.cookies != before


@pytest.mark.parametrize("path", ["", "x:assumed-role/Admin/", "Anna)(link/by:root)/"])
def test_a_decision_names_the_maker_of_the_link(world: FakeWeb, path: str) -> None:
    link = a_link(world, "Anna", f"arn:aws:iam::123456789012:user/{path}eva")

    assert world.console.authenticator.log_in(link, world.now).name == "staff:Anna (link by user/eva)"


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
def test_only_a_form_of_the_current_session_replaces_it(world: FakeWeb, csrf: str) -> None:
    anna = world.staff("Anna")

    assert enters(anna, a_link(world, "Bob"), csrf=csrf).status == 200
    assert enters(anna, a_link(world, "Bob"), csrf=world.staff("Bob").csrf("/desk")).status == 200


def test_the_same_name_is_not_asked_twice(world: FakeWeb) -> None:
    anna = world.staff("Anna")

    assert enters(anna, a_link(world, "Anna")).status == 303


def test_an_invalid_session_is_replaced_without_asking(world: FakeWeb) -> None:
    anna = world.staff("Anna")
    token = a_link(world, "Bob")
    world.rows.link_registers[LinkRole.STAFF, "Anna"] = Register(of_name=world.now)

    assert enters(anna, token).status == 303


def test_without_knowing_the_current_session_nobody_is_logged_in(world: FakeWeb) -> None:
    anna = world.staff("Anna")
    token = a_link(world, "Bob")
    world.faults.fail("signer.verify", skip=1)  # that of the link is the first

    assert enters(anna, token).status == 503


@pytest.mark.parametrize("token", ["", "a.b.c"])
def test_a_malformed_link_logs_nobody_in(world: FakeWeb, token: str) -> None:
    assert enters(Visitor(world), token).status == 401


def test_a_platforms_token_logs_nobody_in(world: FakeWeb) -> None:
    assert enters(Visitor(world), world.token(LinkRole.PLATFORM, "crm")).status == 403


def test_names_are_escaped(world: FakeWeb) -> None:
    asks = Visitor(world).get(f"{ENTER}?token={a_link(world, '<b>Anna</b>', '<i>eva</i>')}")

    assert "<b>Anna</b>" not in asks.body
    assert "<i>eva</i>" not in asks.body
    assert "&lt;b&gt;Anna" in asks.body


def test_two_owners_pages_are_open_beside_each_other(world: FakeWeb) -> None:
    """Each account has a cookie of its own: nothing is entered over."""
    assert world.owner().get(f"{ENTER}?token={world.token(LinkRole.OWNER, ACCOUNT)}").status == 303


# ---------------------------------------------------------------- what a neighbouring host has a browser send


def asks_with(world: FakeWeb, *cookies: str) -> Answer:
    return world.ask({**url_event("GET", "/desk"), "cookies": list(cookies)})


@pytest.mark.parametrize("sign", ["\u2000", "\u00a0", "\u0085", "\u3000", "\x1c", "\x0b", "é", "\u200b", '"', "("])
def test_a_cookie_whose_name_only_looks_like_ours_is_not_ours(world: FakeWeb, sign: str) -> None:
    """Browsers hold `__Host-` against the beginning of a name alone: a host beside ours may set this one for us."""
    ours, planted = a_link(world, "Anna"), a_link(world, "Bob")

    for name in (f"{sign}__Host-staff", f"__Host-staff{sign}"):
        beside = asks_with(world, f"__Host-staff={ours}", f"{name}={planted}")
        assert (beside.status, "Bob" in beside.body) == (200, False)
        assert asks_with(world, f"{name}={planted}").status == 401


def test_blanks_and_tabs_around_a_cookie_are_stripped(world: FakeWeb) -> None:
    assert asks_with(world, f" \t__Host-staff={a_link(world, 'Anna')}\t ").status == 200


def test_of_two_cookies_with_our_name_neither_opens_anything(world: FakeWeb) -> None:
    """Their order tells nobody which a page of ours has set."""
    anna, bob = (f"__Host-staff={a_link(world, name)}" for name in ("Anna", "Bob"))

    assert [asks_with(world, *both).status for both in ((anna, bob), (bob, anna), (anna, anna))] == [401] * 3
    assert asks_with(world, anna, "seen=1", "seen=2").status == 200


# ---------------------------------------------------------------- leaving


@pytest.mark.parametrize("path", ["/desk", f"/report/{ACCOUNT}"])
def test_logging_out_ends_the_session_in_this_browser(world: FakeWeb, path: str) -> None:
    visitor = world.staff() if path == "/desk" else world.owner()
    assert f'action="{path}/logout"' in visitor.get(path).body

    left = visitor.sends(f"{path}/logout")

    assert (left.status, left.headers["Location"]) == (303, "/logged-out")
    assert left.headers["Clear-Site-Data"] == '"cache"'
    [cookie] = left.cookies
    assert "=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=" in cookie
    assert ("Partitioned" in cookie) is (path != "/desk")
    assert visitor.get(path).status == 401
    assert "You are out" in visitor.get("/logged-out").body


def test_logging_out_of_one_report_keeps_the_others(world: FakeWeb) -> None:
    owner = world.owner()
    owner.cookies["__Host-owner-florist"] = "another"

    [cookie] = owner.sends(f"/report/{ACCOUNT}/logout").cookies

    assert cookie.startswith(f"__Host-owner-{ACCOUNT}=;")


@pytest.mark.parametrize("path", ["/desk", f"/report/{ACCOUNT}"])
def test_another_site_logs_nobody_out(world: FakeWeb, path: str) -> None:
    visitor = world.staff() if path == "/desk" else world.owner()

    answer = visitor.post(f"{path}/logout", {"csrf": visitor.csrf(path)}, origin="https://evil.example")

    assert (answer.status, answer.cookies) == (403, [])
    assert visitor.post(f"{path}/logout", {}).status == 403
    assert visitor.get(path).status == 200


def test_an_owners_link_can_lead_to_the_review_form(world: FakeWeb) -> None:
    world.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED)
    link = Links(world.signer, ORIGIN).owner(world.rows.accounts[ACCOUNT], world.now, part=ReportPart.REVIEW_FORM)
    visitor = Visitor(world)

    entered = visitor.get(link.removeprefix(ORIGIN))

    assert (entered.status, entered.headers["Location"]) == (303, f"/report/{ACCOUNT}#ask")
    assert '<form id="ask"' in visitor.get(f"/report/{ACCOUNT}").body


@pytest.mark.parametrize("part", ["", "timeline", "//evil.example", "ask%0d%0aSet-Cookie:x=1", "ASK", "ask%23"])
def test_a_link_leads_to_no_part_that_has_no_name(world: FakeWeb, part: str) -> None:
    entered = Visitor(world).get(f"{ENTER}?token={world.token(LinkRole.OWNER, ACCOUNT)}&to={part}")

    assert (entered.status, entered.headers["Location"]) == (303, f"/report/{ACCOUNT}")
