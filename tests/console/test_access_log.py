"""The access log: each authenticated request is logged with who, what and which account."""

import logging
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, TODAY, an_account
from tests.support.builders import STAFF as SAM
from tests.support.desk_world import asking
from tests.support.fakes import Rows
from tests.support.function_url import REQUEST_ID, url_event
from tests.support.visiting import FakeWeb, Visitor
from tests.usecases.test_suppression import complained

from permille.console.access_log import Target
from permille.domain.login.links import LinkRole

REPORT, DESK, API = f"/report/{ACCOUNT}", f"/desk/accounts/{ACCOUNT}", f"/api/v1/accounts/{ACCOUNT}"
ADDRESS = "ann@example.com"
OWNER = {"audience": "owner", "principal": ACCOUNT, "by": "", "account": ACCOUNT}
STAFF = {"audience": "staff", "principal": "Sam", "by": SAM, "account": ""}
PLATFORM = {"audience": "platform", "principal": "crm", "by": SAM, "account": ACCOUNT}
OF_ACCOUNT = {**STAFF, "account": ACCOUNT}
FIELDS = ("audience", "principal", "by", "account", "route", "method", "status")


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb(Rows(accounts={ACCOUNT: asking()}))
    complained(world.rows, ADDRESS)
    return world


def lines(logged: list[logging.LogRecord]) -> list[dict[str, Any]]:
    """The access log, of the fields that say who and what; each line names its request."""
    written = [vars(one) for one in logged if one.msg == "request.answered"]
    assert all(line["request"] == REQUEST_ID for line in written)
    return [{name: line[name] for name in FIELDS if name in line} for line in written]


def visitor(world: FakeWeb, audience: LinkRole) -> Visitor:
    match audience:
        case LinkRole.OWNER:
            return world.owner()
        case LinkRole.STAFF:
            return world.staff()
        case LinkRole.PLATFORM:
            return world.platform()


READ: list[tuple[LinkRole, str, dict[str, str], str]] = [
    (LinkRole.OWNER, REPORT, OWNER, "/report/<account>"),
    (LinkRole.OWNER, f"{REPORT}/complaints.csv?range=year", OWNER, "/report/<account>/complaints.csv"),
    (LinkRole.OWNER, f"{REPORT}/report.json", OWNER, "/report/<account>/report.json"),
    (LinkRole.STAFF, "/desk", STAFF, "/desk"),
    (LinkRole.STAFF, f"/desk/accounts?q={ADDRESS}", STAFF, "/desk/accounts"),
    (LinkRole.STAFF, f"{DESK}/report", OF_ACCOUNT, "/desk/accounts/<account>/report"),
    (LinkRole.STAFF, f"{DESK}/suppressions?q={ADDRESS}", OF_ACCOUNT, "/desk/accounts/<account>/suppressions"),
    (LinkRole.STAFF, DESK, OF_ACCOUNT, "/desk/accounts/<account>"),
    (LinkRole.STAFF, "/desk/platform", STAFF, "/desk/platform"),
    (LinkRole.PLATFORM, API, PLATFORM, "/api/v1/accounts/<account>"),
    (LinkRole.PLATFORM, f"{API}/suppressions?limit=1", PLATFORM, "/api/v1/accounts/<account>/suppressions"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("audience", "path", "who", "route"), READ)
def test_a_read_is_logged_with_who_and_which_account(
    world: FakeWeb,
    logged: list[logging.LogRecord],
    method: str,
    audience: LinkRole,
    path: str,
    who: dict[str, str],
    route: str,
) -> None:
    asking = visitor(world, audience)
    logged.clear()

    asking.call(method, path)

    assert lines(logged) == [{**who, "route": route, "method": method, "status": 200}]


def test_a_change_is_logged_also_if_it_is_refused(world: FakeWeb, logged: list[logging.LogRecord]) -> None:
    owner, staff, platform = world.owner(), world.staff(), world.platform()
    logged.clear()

    owner.sends(f"{REPORT}/review", action="amend", day="never", batch="8", cause="c", change="c")
    staff.sends(f"{DESK}/unsuppress", address=ADDRESS, reason="They wrote to us")
    staff.sends(f"{DESK}/approve", version="0", reason="So", day=str(TODAY))
    platform.call("DELETE", f"{API}/review")

    assert lines(logged) == [
        {**OWNER, "route": "/report/<account>/review", "method": "POST", "status": 422},
        {**OF_ACCOUNT, "route": "/desk/accounts/<account>/unsuppress", "method": "POST", "status": 303},
        {**OF_ACCOUNT, "route": "/desk/accounts/<account>/approve", "method": "POST", "status": 409},
        {**PLATFORM, "route": "/api/v1/accounts/<account>/review", "method": "DELETE", "status": 200},
    ]


def test_a_login_is_logged(world: FakeWeb, logged: list[logging.LogRecord]) -> None:
    visitor(world, LinkRole.OWNER)
    visitor(world, LinkRole.STAFF)

    sam = {"audience": "staff", "principal": "Sam", "by": SAM, "account": "", "route": "/enter"}
    assert lines(logged) == [
        {**OWNER, "route": "/enter", "method": "GET", "status": 303},
        {**sam, "method": "GET", "status": 200},
        {**sam, "method": "POST", "status": 303},
    ]


@pytest.mark.parametrize("path", ["/", "/enter?token=x", REPORT, DESK, API, "/nowhere"])
def test_without_authentication_only_the_status_is_logged(
    world: FakeWeb, logged: list[logging.LogRecord], path: str
) -> None:
    answer = Visitor(world, token="forged").get(path)

    assert lines(logged) == [{"method": "GET", "status": answer.status}]


def test_a_token_of_another_account_is_not_logged_as_a_session(world: FakeWeb, logged: list[logging.LogRecord]) -> None:
    world.rows.accounts["florist"] = an_account("florist")
    owner = world.owner()
    owner.cookies["__Host-owner-florist"] = owner.cookies[f"__Host-owner-{ACCOUNT}"]
    logged.clear()

    owner.get("/report/florist")
    owner.post(f"{REPORT}/review", {"csrf": "x"})

    assert [line.get("principal") for line in lines(logged)] == [None, None]


def test_no_line_has_a_token_or_an_address_in_it(world: FakeWeb, logged: list[logging.LogRecord]) -> None:
    owner, staff, platform = world.owner(), world.staff(), world.platform()

    for path in (f"{REPORT}/{ADDRESS}", f"{REPORT}?q={ADDRESS}", f"{REPORT}/complaints.csv"):
        owner.get(path)
    for path in (f"/desk/accounts/{ADDRESS}", f"/desk/{ADDRESS}", f"/desk/accounts?q={ADDRESS}", f"{DESK}/{ADDRESS}"):
        staff.get(path)
        staff.sends(path, address=ADDRESS)
    for path in (f"/api/v1/accounts/{ADDRESS}", f"{API}/{ADDRESS}", f"{API}/suppressions?since={ADDRESS}"):
        platform.call("GET", path)
        platform.call("POST", path)

    written = [str(line) for line in lines(logged)]
    assert len(written) == 3 + 3 + 8 + 6
    assert not [line for line in written if ADDRESS in line]
    secrets = [platform.token, *owner.cookies.values(), *staff.cookies.values()]
    assert not [secret for secret in secrets if secret in str([vars(one) for one in logged])]


def test_a_long_path_is_cut_in_the_log(world: FakeWeb, logged: list[logging.LogRecord]) -> None:
    for path in ("/report/", "/api/v1/accounts/"):
        world.ask(url_event("GET", path + "x" * 5000))

    assert max(len(str(value)) for one in logged for value in vars(one).values()) < 300


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (REPORT, Target("/report/<account>", ACCOUNT)),
        (f"{DESK}/exempt", Target("/desk/accounts/<account>/exempt", ACCOUNT)),
        (f"{API}/review", Target("/api/v1/accounts/<account>/review", ACCOUNT)),
        ("/desk/held", Target("/desk/held")),
        ("/report/Ann", Target("/report/Ann")),
        (f"//report/{ACCOUNT}", Target(f"//report/{ACCOUNT}")),
    ],
)
def test_a_path_is_split_into_route_and_account(path: str, place: Target) -> None:
    assert Target.of(path) == place


def test_the_log_names_each_staff_member(world: FakeWeb, logged: list[logging.LogRecord]) -> None:
    sam, pat = world.staff("Sam"), world.staff("Pat")
    logged.clear()

    for staff in (sam, pat):
        staff.get(DESK)

    assert [line["principal"] for line in lines(logged)] == ["Sam", "Pat"]
