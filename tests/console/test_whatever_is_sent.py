"""Hostile and malformed input, and unusual rows: the console answers with an error, and never fails."""

import logging
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, TODAY, an_account, an_entry
from tests.support.desk_world import REQUEST, asking, went_well
from tests.support.fakes import Rows
from tests.support.function_url import ORIGIN, url_event
from tests.support.platform import Platform
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.console.requests import origin_of
from permille.console.site.desk_forms import DECISIONS
from permille.domain.account.account import Account
from permille.domain.people.review import answer_token
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.values.errors import PermissionDenied, RequestRejected, ServiceError
from permille.domain.values.status import Status

REPORT, ITS_DESK = f"/report/{ACCOUNT}", f"/desk/accounts/{ACCOUNT}"
NOWHERE = "Mars/Phobos"
STRANGE = (
    *("//desk", "/Desk", "/DESK/accounts", "/desk%2faccounts", "/desk/", "/./desk", "/x/../desk", "/%64esk", "/desk\n"),
    *("//report/other", "/Report/other", "/report/other/", "/report/other%2fyear", "/report//other", "/report/other\n"),
    *(f"{REPORT}/../other", f"{REPORT}%2f..%2fother", f"{REPORT};/../other", "/report", "/report/", "/report//"),
    *("/api/v1/accounts", "/api//v1/accounts/other", "/API/v1/accounts/other", "/api/v1/accounts%2fother"),
)


def as_aws_sends_it(visitor: Visitor, path: str, body: bytes, method: str = "POST", query: str = "") -> Answer:
    """A form as a function URL hands it over: in Base64."""
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "cookie": cookies}
    event = url_event(method, f"/?{query}" if query else "/", headers)
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    return visitor.world.ask(event | {"body": b64encode(body).decode(), "isBase64Encoded": True})


# ---------------------------------------------------------------- anything at all

ODD = ("", " ", "\0", "0001-01-01", "9999-12-31", "2026-02-30", "20261231", "2026-W01-1", "10000000", "99999999999")
ODDER = ("-1", "1e9", "٣", "1,,0", "x" * 1500, "é\u2028", "1", str(TODAY), "request", "amend", "withdraw", "queue")
texts = st.text(max_size=30) | st.sampled_from(ODD + ODDER)
PATHS = (
    *(
        "/",
        "/enter",
        "/guide",
        "/monthly-mail",
        "/provider",
        "/style.css",
        "/desk",
        "/desk/accounts",
        ITS_DESK,
        "/desk/platform",
        "/desk/costs",
        "/desk/system",
        "/desk/system/breaker",
    ),
    *(
        f"{REPORT}{page}"
        for page in (
            "",
            "/review",
            "/monthly-mail",
            "/provider",
            "/year",
            "/timeline",
            "/report.csv",
            "/complaints.csv",
            "/report.json",
        )
    ),
    *(f"{ITS_DESK}/{decision}" for decision in DECISIONS),
)
paths = st.sampled_from(PATHS)
addresses = paths | st.builds("{}{}".format, paths, st.text(max_size=5))
NAMES = (
    "version",
    "reason",
    "day",
    "until",
    "typed",
    "allow",
    "batch",
    "cause",
    "change",
    "action",
    "host",
    "port",
    "username",
    "password",
    "token",
    "from",
    "decision",
)
SEARCHED = (
    "emails",
    "accounts",
    "complaints",
    "region",
    "after",
    "before",
    "q",
    "list",
    "done",
    "account",
    "range",
    "token",
)
fields = st.dictionaries(st.sampled_from(NAMES), texts)
queries = st.dictionaries(st.sampled_from(SEARCHED), texts, max_size=3)


def worlds() -> Iterator[FakeWeb]:
    for account in (an_account(), asking(), went_well(), an_account(status=Status.CLOSED)):
        world = FakeWeb()
        world.support.add(account)
        yield world
    world.rows.put(*(an_entry(kind, NOW - timedelta(minutes=number)) for number, kind in enumerate(KINDS)))
    world.support.switch.users.clear()


@given(
    which=st.integers(0, 3),
    method=st.sampled_from(["GET", "POST", "POST", "HEAD", "OPTIONS", "PUT"]),
    address=addresses,
    query=queries,
    form=st.booleans().flatmap(
        lambda fits: fields.map(
            lambda sent: {"version": "1", "reason": "So", "day": str(TODAY)} | sent if fits else sent
        )
    ),
    raw=st.binary(max_size=20),
)
def test_no_input_makes_the_console_fail(
    which: int, method: str, address: str, query: dict[str, str], form: dict[str, str], raw: bytes
) -> None:
    world = list(worlds())[which]
    visitor = world.owner() if address.startswith("/report") else world.staff()
    csrf = visitor.csrf(REPORT if address.startswith("/report") else "/desk")
    body = urlencode({"csrf": csrf, **form}).encode() + raw

    answer = as_aws_sends_it(visitor, address, body, method, urlencode(query))

    assert answer.status < 500


# ---------------------------------------------------------------- forms


def test_a_form_is_read_from_base64_as_aws_sends_it() -> None:
    world = FakeWeb(Rows(accounts={ACCOUNT: asking()}))
    owner = world.owner()
    body = urlencode({"csrf": owner.csrf(REPORT), "action": "withdraw", "read": answer_token(REQUEST)}).encode()

    assert as_aws_sends_it(owner, f"{REPORT}/review", body).status == 303
    assert as_aws_sends_it(owner, f"{REPORT}/review", b"\xff" + body).status == 403


def test_a_text_that_the_browser_lets_pass_is_not_too_long() -> None:
    """It counts a new line as one sign, and sends two."""
    world = FakeWeb(Rows(accounts={ACCOUNT: an_account(status=Status.DISABLED)}))
    cause = "\n".join(["x" * 99] * 10)
    form = {"action": "request", "day": str(TODAY), "batch": "800", "change": "Cleaned"}

    sent = world.owner().sends(f"{REPORT}/review", cause=f"{cause}x".replace("\n", "\r\n"), **form)

    assert sent.status == 303
    review = world.rows.accounts[ACCOUNT].review
    assert review is not None
    assert review.cause == f"{cause}x"


@pytest.mark.parametrize("nothing", [" ", "\0", "\u200b", "\u202e\u00ad", "\ufeff\r\n"])
def test_an_invisible_reason_is_refused(nothing: str) -> None:
    world = FakeWeb(Rows(accounts={ACCOUNT: asking()}))
    request = {"action": "amend", "day": str(TODAY), "batch": "1"}

    decided = world.staff().sends(f"{ITS_DESK}/decline", version="1", reason=nothing)
    asked = [
        world.owner().sends(f"{REPORT}/review", cause=cause, change=change, **request)
        for cause, change in ((nothing, "Cleaned"), ("An old list", nothing))
    ]

    assert [one.status for one in (decided, *asked)] == [422] * 3
    assert world.rows.accounts[ACCOUNT] == asking()


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("", ""),
        ("https://Reputation.example.com/", "https://reputation.example.com"),
        ("https://reputation.example.com:443", "https://reputation.example.com"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:8443", "http://localhost:8443"),
        ("https://somebody@reputation.example.com", "https://reputation.example.com"),
        ("https://[::1]:443/", "https://[::1]"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(address: str, origin: str) -> None:
    assert origin_of(address) == origin


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("account_id", ["css", "txt", "year", "desk"])
def test_every_account_has_its_report_whatever_it_is_called(account_id: str) -> None:
    world = FakeWeb(Rows(accounts={account_id: an_account(account_id)}))

    assert world.owner(account_id).get(f"/report/{account_id}").status == 200


@pytest.mark.parametrize("account_id", ["x" * 3000, "Bakery", "a b", "%62akery"])
def test_an_invalid_id_is_not_looked_up(account_id: str) -> None:
    world = FakeWeb()
    world.faults.fail("accounts.get")

    sent = world.staff().sends(f"/desk/accounts/{account_id}/disable", version="1", reason="So")

    assert sent.status == 404


@pytest.mark.parametrize("address", STRANGE)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_no_spelling_of_a_path_avoids_authentication(address: str, method: str) -> None:
    world = FakeWeb(
        Rows(accounts={ACCOUNT: an_account(), "other": an_account("other", owner_name="Nobody's business")})
    )
    owner = world.owner()
    body = urlencode({"csrf": owner.csrf(REPORT)}).encode()

    answer = as_aws_sends_it(owner, address, body, method)

    assert answer.status in (401, 403, 404)
    assert "Nobody" not in answer.body


# ---------------------------------------------------------------- rows


def lost_in_space(account: Account) -> FakeWeb:
    world = FakeWeb()
    world.support.lost_it(replace(account, timezone=NOWHERE))
    return world


@pytest.mark.parametrize("account", [asking(), went_well()])
def test_an_account_in_an_unknown_time_zone_is_shown(account: Account) -> None:
    world = lost_in_space(account)

    assert [world.owner().get(f"{REPORT}{page}").status for page in ("", "/year", "/report.json")] == [200] * 3
    assert [world.staff().get(page).status for page in ("/desk", ITS_DESK)] == [200] * 2


def test_no_day_is_approved_in_an_unknown_time_zone() -> None:
    world = lost_in_space(asking())

    answers = [
        world.staff().sends(f"{ITS_DESK}/approve", version="1", reason="So", day=str(TODAY)),
        world.staff().sends(f"{ITS_DESK}/decline", version="1", reason="So"),
        world.owner().sends(f"{REPORT}/review", action="amend", day=str(TODAY), batch="1", cause="a", change="b"),
    ]

    assert [answer.status for answer in answers] == [409, 409, 422]
    assert all(NOWHERE in answer.body for answer in answers)
    assert world.rows.accounts[ACCOUNT].review == asking().review


def test_an_unreadable_row_is_an_error_page(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWeb()
    owner = world.owner()

    def unreadable(_: str) -> Account:
        raise ValueError("the row holds nothing that is an account")

    monkeypatch.setattr(world.accounts, "get", unreadable)
    answer = owner.get(REPORT)

    assert (answer.status, "Something went wrong" in answer.body) == (500, True)
    assert "the row" not in answer.body


@pytest.mark.parametrize("error", [PermissionDenied, RequestRejected])
def test_a_permanent_error_does_not_ask_to_try_again(error: type[ServiceError]) -> None:
    world = FakeWeb()
    owner = world.owner()
    world.rows.faults.fail("timeline.latest", error=error("reading the timeline: AWS does not allow it"))

    answer = owner.get(REPORT)

    assert answer.status == 500
    assert "Try again" not in answer.body
    assert "AWS" not in answer.body


# ---------------------------------------------------------------- the log


def test_neither_input_nor_tokens_are_logged(logged: list[logging.LogRecord]) -> None:
    world = FakeWeb(Rows(accounts={ACCOUNT: asking()}))
    owner, staff = world.owner(), world.staff()
    platform = Platform(rows=world.rows)
    secret = "unspeakable"

    owner.sends(f"{REPORT}/review", action="amend", day="never", batch=secret, cause=secret, change=secret)
    owner.sends(f"{REPORT}/review", action=secret)
    staff.sends(f"{ITS_DESK}/approve", version=secret, reason=secret, day=secret)
    owner.post(f"{REPORT}/review", {"csrf": secret})
    owner.get(f"/enter?token={secret}")
    Visitor(world, cookies={f"__Host-owner-{ACCOUNT}": secret}).get(REPORT)
    platform.ask(f"/api/v1/accounts/{ACCOUNT}/review", "PUT", body={"day": secret, "batch": secret, secret: secret})
    platform.ask(f"/api/v1/accounts/{ACCOUNT}/timeline", query={"after": secret})

    assert len(logged) >= 5
    written = "\n".join(str(vars(one)) for one in logged)
    assert secret not in written
    assert not [one for one in owner.cookies.values() if one in written]
