"""The JSON API: responses, paging, validation and errors."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    PATIENCE,
    PLATFORM,
    STAFF,
    TODAY,
    TOMORROW,
    an_account,
    an_entry,
    bounce_counts,
    complaint_entries,
)
from tests.support.fakes import FakeLedger, Faults
from tests.support.function_url import REQUEST_ID
from tests.support.platform import Answer, Platform
from tests.usecases.test_suppression import complained

from permille.console.api.json_api import LARGEST_BODY
from permille.console.api.problems import MEDIA_TYPE, TITLES
from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.account.provider import Provider
from permille.domain.account.route_changes import RouteChanges
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.login.links import LinkRole
from permille.domain.login.revocation import Register
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.facts import Audience
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.values.errors import Unavailable
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

HERE = f"/api/v1/accounts/{ACCOUNT}"
READ = ["", "/report", "/timeline", "/route", "/review", "/suppressions", "/bounces"]
WISH = {"day": str(TOMORROW), "batch": 800, "cause": "We mailed an old list", "change": "We took it off"}


@pytest.fixture
def platform() -> Platform:
    asking = Platform()
    asking.rows.accounts[ACCOUNT] = an_account()
    return asking


def having(platform: Platform, **different: Any) -> Account:
    account = replace(platform.rows.accounts[ACCOUNT], **different)
    platform.rows.accounts[ACCOUNT] = account
    return account


def told_as_problem(answer: Answer, status: int) -> Any:
    """Every problem is told in the same way."""
    problem = answer.json
    assert (answer.status, problem["status"]) == (status, status), answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    assert (problem["type"], problem["title"]) == ("about:blank", TITLES[status])  # type: ignore[index]
    assert problem["instance"] == f"urn:permille:request:{REQUEST_ID}"
    assert problem["detail"]
    assert problem.keys() - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert ("errors" in problem) == (status == 422)
    return problem


# ---------------------------------------------------------------- who is let in

DAY = timedelta(days=1)
TOKENS: dict[str, tuple[Callable[[Platform], str], int]] = {
    "none": (lambda _: "", 401),
    "no scheme": (lambda platform: platform.token(), 401),
    "another scheme": (lambda platform: f"Basic {platform.token()}", 401),
    "empty": (lambda _: "Bearer ", 401),
    "garbage": (lambda _: "Bearer a.b.c", 401),
    "not ASCII": (lambda _: "Bearer é.é.é", 401),
    "forged": (lambda platform: f"Bearer {platform.token()[:-4]}AAAA", 401),
    "too long": (lambda _: "Bearer " + "a" * 5000, 401),
    "expired": (lambda platform: f"Bearer {platform.token(made_at=NOW - 366 * DAY)}", 401),
    "an owner's": (lambda platform: f"Bearer {platform.token(LinkRole.OWNER, ACCOUNT)}", 403),
    "of staff": (lambda platform: f"Bearer {platform.token(LinkRole.STAFF, 'sam')}", 403),
}
OPERATIONS = [("GET", path) for path in READ] + [("PUT", "/review"), ("DELETE", "/review")]


@pytest.mark.parametrize("case", TOKENS)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_only_tokens_of_host_platforms_are_accepted(platform: Platform, method: str, path: str, case: str) -> None:
    authorization, status = TOKENS[case]
    before = dict(platform.rows.accounts)

    answer = platform.ask(HERE + path, method, headers={"authorization": authorization(platform)}, body=WISH)

    told_as_problem(answer, status)
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert (platform.rows.accounts, platform.rows.entries) == (before, {})


def test_a_revoked_token_is_refused(platform: Platform) -> None:
    authorization = f"Bearer {platform.token()}"
    platform.rows.link_registers[LinkRole.PLATFORM, "crm"] = Register(of_name=NOW)

    answer = platform.ask(HERE, headers={"authorization": authorization})

    assert answer.headers["www-authenticate"].startswith("Bearer")
    told_as_problem(answer, 401)


def test_without_a_token_the_answer_does_not_show_whether_an_account_exists(platform: Platform) -> None:
    there, nowhere = (platform.ask(f"/api/v1/accounts/{one}", headers={"authorization": ""}) for one in (ACCOUNT, "x"))

    assert there == nowhere


def test_authentication_comes_before_validation(platform: Platform) -> None:
    answer = platform.ask(f"{HERE}/review", "PUT", headers={"authorization": ""}, body="{")

    told_as_problem(answer, 401)


def test_the_scheme_is_case_insensitive(platform: Platform) -> None:
    assert platform.ask(HERE, headers={"authorization": f"bearer {platform.token()}"}).status == 200


# ---------------------------------------------------------------- an account


def test_an_account_is_returned_with_its_counts(platform: Platform) -> None:
    platform.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=4212, complaints=2, bounces=3)

    told = platform.ask(HERE)

    assert told.headers["content-type"] == "application/json"
    assert (told.headers["cache-control"], told.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert told.json == {
        "account_id": ACCOUNT,
        "status": "active",
        "denied_by_hand": False,
        "review": None,
        "trial": None,
        "owner_email": "owner@bakery.example",
        "owner_name": "",
        "timezone": "UTC",
        "owner_mail": None,
        "may_send": True,
        "in_sync": True,
        "epoch": 1,
        "strikes": 0,
        "would_disable": False,
        "hold_reason": None,
        "exempt_until": None,
        "window": {
            "days": 45,
            "first_day": "2026-01-25",
            "last_day": "2026-03-10",
            "delivered": 4212,
            "complaints": 2,
            "bounces": 3,
        },
        "limit_per_1000": 1,
        "allowance_left": 2,
        "policy": "default",
        "provider": None,
    }


@pytest.mark.parametrize(("shown", "periods"), [("window", 45), ("year", 53)])
def test_the_report_is_the_owners(platform: Platform, shown: str, periods: int) -> None:
    platform.rows.accounts[ACCOUNT] = an_account()
    platform.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=4000, complaints=2)
    platform.rows.put(*complaint_entries(2), an_entry("staff_enabled"), an_entry("exempted"))

    report = platform.ask(f"{HERE}/report", query={"range": shown}).json

    assert len(report["periods"]) == periods
    assert (report["periods"][-1]["delivered"], report["verdict"]["per_1000"]) == (4000, 0.5)
    assert [one["counting"] for one in report["campaigns"]] == [2]
    assert {one["kind"] for one in report["timeline"]} == {"complaint", "staff_enabled"}
    assert STAFF not in str(report)


@pytest.mark.parametrize("status", [Status.DISABLED, Status.TRIAL, Status.OBSERVING])
def test_in_a_trial_and_while_it_is_off_no_complaint_is_allowed(platform: Platform, status: Status) -> None:
    having(platform, status=status)
    platform.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=4212)

    told = platform.ask(HERE).json

    assert (told["may_send"], told["allowance_left"]) == (status is Status.TRIAL, 0)


def test_an_account_denied_by_hand_may_not_send_and_the_api_says_why(platform: Platform) -> None:
    denied = an_entry("denied_by_hand")
    having(platform, denial=Denial((CALLER,), NOW), decided_at=NOW, route_changes=RouteChanges(from_ses=denied.id))
    platform.rows.put(denied)

    account, route = platform.ask(HERE).json, platform.ask(f"{HERE}/route").json

    assert [account[name] for name in ("status", "denied_by_hand", "may_send")] == ["active", True, False]
    assert [route[name] for name in ("may_send", "via", "since")] == [False, None, NOW.isoformat()]
    assert route["why"] == "APWT Support has switched off your APWT SMTP account by hand"
    assert platform.ask(f"{HERE}/report").json["stage"] == "denied"


def test_an_account_has_its_review_and_its_trial(platform: Platform) -> None:
    asked = Review(ReviewState.APPROVED, TODAY, 800, "Old list", "New list", NOW, NOW, "sam", "Good luck")
    running = Trial(TrialState.RUNNING, TODAY, NOW, NOW + DAY, NOW + 3 * DAY)
    having(platform, status=Status.TRIAL, review=asked, trial=running)

    told = platform.ask(f"{HERE}/review").json

    assert told.keys() == {"account_id", "status", "denied_by_hand", "review", "trial"}
    assert (told["review"]["state"], told["review"]["decided_by"]) == ("approved", "sam")
    assert (told["trial"]["state"], told["trial"]["ends_at"]) == ("running", (NOW + DAY).isoformat())
    assert platform.ask(HERE).json["review"] == told["review"]


def test_the_route_is_the_smtp_account_while_that_is_on(platform: Platform) -> None:
    created = an_entry("created")
    having(platform, route_changes=RouteChanges(to_ses=created.id))
    platform.rows.put(created)

    assert platform.ask(f"{HERE}/route").json == {
        "account_id": ACCOUNT,
        "status": "active",
        "may_send": True,
        "via": "ses",
        "host": "email-smtp.us-east-1.amazonaws.com",
        "port": 587,
        "username": None,
        "secret_arn": None,
        "secret_version": None,
        "since": NOW.isoformat(),
        "why": f"Your {PLATFORM} SMTP account was set up",
    }


def test_the_route_of_a_disabled_account_is_its_provider_or_none(platform: Platform) -> None:
    having(platform, status=Status.DISABLED)
    nowhere = platform.ask(f"{HERE}/route").json
    having(platform, provider=Provider("smtp.example", 587, "bakery", "arn:aws:s", "v-1", NOW))

    there = platform.ask(f"{HERE}/route").json

    assert (nowhere["may_send"], nowhere["via"], nowhere["host"]) == (False, None, None)
    assert (there["may_send"], there["via"], there["host"], there["secret_arn"], there["secret_version"]) == (
        True,
        "provider",
        "smtp.example",
        "arn:aws:s",
        "v-1",
    )
    assert platform.ask(HERE).json["provider"]["username"] == "bakery"


HOSTILE = [
    "nobody",
    "..",
    "%2e%2e",
    "Bakery",
    "a" * 55,
    "a" * 5000,
    "bakery;drop",
    "bakery%00",
    "<script>",
    "ba kery",
    "-",
    "é",
    "'\"",
    "bakery\n",
    "*",
]


@pytest.mark.parametrize("account_id", HOSTILE)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_account_that_is_not_there_is_not_found(platform: Platform, method: str, path: str, account_id: str) -> None:
    answer = platform.ask(f"/api/v1/accounts/{account_id}{path}", method, body=WISH if method == "PUT" else None)

    told_as_problem(answer, 404)
    assert platform.rows.entries == {}


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1", "/api/v2/accounts/bakery", "/api/v1/accounts/", HERE + "/x"],
)
def test_an_address_that_is_not_there_is_not_found(platform: Platform, path: str) -> None:
    told_as_problem(platform.ask(path), 404)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", "GET, HEAD"),
        ("/timeline", "GET, HEAD"),
        ("/route", "GET, HEAD"),
        ("/suppressions", "GET, HEAD"),
        ("/review", "DELETE, GET, HEAD, PUT"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "OPTIONS", "TRACE", "FOO"])
def test_a_method_that_a_path_does_not_have_is_refused(
    platform: Platform, path: str, allowed: str, method: str
) -> None:
    answer = platform.ask(HERE + path, method)

    told_as_problem(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", [HERE, f"{HERE}/timeline", f"{HERE}/route", "/api/v1/openapi.json", f"{HERE}/x"])
def test_head_is_get_without_the_body(platform: Platform, path: str) -> None:
    asked, got = platform.ask(path, "HEAD"), platform.ask(path)

    assert (asked.status, asked.headers["content-type"]) == (got.status, got.headers["content-type"])
    assert asked.text == ""
    assert got.text


# ---------------------------------------------------------------- the timeline


def written(platform: Platform, *kinds: str) -> list[str]:
    """Entries of these kinds, a minute apart; returns their ids."""
    entries = [an_entry(kind, NOW + timedelta(minutes=n)) for n, kind in enumerate(kinds)]
    platform.rows.put(*entries)
    return [entry.id for entry in entries]


def pages(platform: Platform, address: str, listed: str, **query: object) -> list[Any]:
    """What all pages list."""
    found: list[Any] = []
    after: dict[str, object] = {}
    while True:
        page = platform.ask(address, query={**query, **after}).json
        found += page[listed]
        assert page["account_id"] == ACCOUNT
        assert len(page[listed]) <= int(str(query.get("limit", 50)))
        if page["next"] is None:
            return found
        assert page[listed], "a page that goes on is never empty"
        after = {"after": page["next"]}


def test_an_entry_has_its_facts_and_its_words(platform: Platform) -> None:
    entry = an_entry("disabled")
    platform.rows.put(entry)

    (told,) = platform.ask(f"{HERE}/timeline").json["entries"]

    assert told == {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "kind": "disabled",
        "audience": "owner",
        "headline": entry.headline(PLATFORM),
        "sentence": entry.sentence(),
        "facts": entry.data,
    }


def test_entries_of_every_kind_are_listed(platform: Platform) -> None:
    ids = written(platform, *KINDS)

    assert [one["id"] for one in pages(platform, f"{HERE}/timeline", "entries", limit=7)] == ids


@given(st.lists(st.sampled_from(list(KINDS)), max_size=12), st.integers(1, 5), st.sampled_from([None, *Audience]))
def test_paging_lists_every_entry_exactly_once(kinds: list[str], limit: int, audience: Audience | None) -> None:
    platform = Platform()
    platform.rows.accounts[ACCOUNT] = an_account()
    ids = written(platform, *kinds)
    wanted = {"audience": audience} if audience else {}

    found = pages(platform, f"{HERE}/timeline", "entries", limit=limit, **wanted)

    theirs = [id_ for id_, kind in zip(ids, kinds, strict=True) if audience in (None, KINDS[kind].declaration.audience)]
    assert [one["id"] for one in found] == theirs


def test_the_audience_owner_has_no_staff_entries(platform: Platform) -> None:
    written(platform, *KINDS)

    told = pages(platform, f"{HERE}/timeline", "entries", audience="owner", limit=5)

    assert {one["kind"] for one in told} == {
        kind for kind in KINDS if KINDS[kind].declaration.audience is Audience.OWNER
    }
    assert {one["audience"] for one in told} == {"owner"}


def test_a_timeline_is_an_accounts_own(platform: Platform) -> None:
    platform.rows.put(an_entry(account_id="florist"))

    assert platform.ask(f"{HERE}/timeline").json == {"account_id": ACCOUNT, "entries": [], "next": None}


@given(
    st.lists(st.sampled_from(list(KINDS)), max_size=8),
    st.integers(1, 5),
    st.sampled_from([None, *range(9)]),
    st.sampled_from(["oldest", "newest"]),
)
def test_a_timeline_is_listed_since_an_instant_and_in_either_order(
    kinds: list[str], limit: int, minute: int | None, order: str
) -> None:
    platform = Platform()
    platform.rows.accounts[ACCOUNT] = an_account()
    ids = written(platform, *kinds)
    since = {} if minute is None else {"since": (NOW + timedelta(minutes=minute)).isoformat()}

    found = pages(platform, f"{HERE}/timeline", "entries", limit=limit, order=order, **since)

    wanted = ids[minute or 0 :]
    assert [one["id"] for one in found] == (wanted if order == "oldest" else wanted[::-1])


# ---------------------------------------------------------------- the list of accounts


def listed(platform: Platform, **query: object) -> list[Any]:
    """The accounts of all pages."""
    found, after = list[Any](), dict[str, object]()
    while True:
        page = platform.ask("/api/v1/accounts", query={**query, **after}).json
        found += page["accounts"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


@given(st.lists(st.sampled_from(Status), max_size=8), st.integers(1, 4), st.sampled_from([None, *Status]))
def test_accounts_are_listed_once_in_the_order_of_their_ids(
    statuses: list[Status], limit: int, status: Status | None
) -> None:
    platform = Platform()
    accounts = [an_account(f"shop-{n}", status=one) for n, one in enumerate(statuses)]
    platform.rows.accounts.update({account.id: account for account in reversed(accounts)})

    found = listed(platform, limit=limit, **({"status": status} if status else {}))

    wanted = [account for account in accounts if status in (None, account.status)]
    assert [(one["account_id"], one["status"]) for one in found] == [(one.id, one.status) for one in wanted]


def test_the_list_has_each_account_as_it_is_alone_but_for_its_counts(platform: Platform) -> None:
    [account] = listed(platform)

    alone = platform.ask(HERE).json
    assert account == {name: alone[name] for name in account}
    assert alone.keys() - account.keys() == {"window", "limit_per_1000", "allowance_left", "policy"}


def test_a_cursor_of_the_list_is_bound_to_its_filter(platform: Platform) -> None:
    platform.rows.accounts["florist"] = an_account("florist")
    cursor = platform.ask("/api/v1/accounts", query={"limit": 1}).json["next"]

    told_as_problem(platform.ask("/api/v1/accounts", query={"after": cursor, "status": "active"}), 400)
    told_as_problem(platform.ask("/api/v1/accounts", query={"status": "sleeping"}), 422)


def test_where_the_list_cannot_be_read_it_is_a_503(platform: Platform) -> None:
    authorization = f"Bearer {platform.token()}"
    world_fails(platform.rows.faults, "account_list.by_id", Unavailable("AccountsTable"))

    told_as_problem(platform.ask("/api/v1/accounts", headers={"authorization": authorization}), 503)


# ---------------------------------------------------------------- cursors


def test_a_cursor_is_valid_for_its_own_list_only(platform: Platform) -> None:
    platform.rows.accounts["florist"] = an_account("florist")
    written(platform, "alert", "disabled")
    complained(platform.rows, "ann@example.com", "bob@example.com")
    cursor = platform.ask(f"{HERE}/timeline", query={"limit": 1}).json["next"]

    for path, more in [
        (f"{HERE}/suppressions", {}),
        ("/api/v1/accounts/florist/timeline", {}),
        (f"{HERE}/timeline", {"audience": "owner"}),
        (f"{HERE}/timeline", {"order": "newest"}),
        (f"{HERE}/timeline", {"since": "2026-03-01T09:00:00Z"}),
    ]:
        told_as_problem(platform.ask(path, query={"after": cursor, **more}), 400)


@pytest.mark.parametrize("listed", ["timeline", "suppressions"])
@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: cursor[:-1],
        lambda cursor: cursor[1:],
        lambda cursor: cursor + "A",
        lambda cursor: "A" + cursor,
        lambda cursor: cursor + "=",
        lambda cursor: cursor.swapcase(),
        lambda _: "20260310T120000.000000Z-00000000",
        lambda _: "é",
        lambda _: "%",
        lambda _: " ",
        lambda _: "AAAAAAAAAAA",
        lambda _: "\x00",
    ],
)
def test_a_forged_cursor_is_refused(platform: Platform, listed: str, change: Callable[[str], str]) -> None:
    written(platform, "alert", "disabled")
    complained(platform.rows, "ann@example.com", "bob@example.com")
    cursor = platform.ask(f"{HERE}/{listed}", query={"limit": 1}).json["next"]

    problem = told_as_problem(platform.ask(f"{HERE}/{listed}", query={"after": change(cursor)}), 400)

    assert "cursor" in problem["detail"]


def test_a_cursor_is_opaque(platform: Platform) -> None:
    first, _ = written(platform, "alert", "disabled")

    assert first not in platform.ask(f"{HERE}/timeline", query={"limit": 1}).json["next"]


# ---------------------------------------------------------------- bounces


def bounced(platform: Platform, number: int) -> list[str]:
    """So many a second after one another, the last at NOW; returns whose they are."""
    for n in range(number):
        at = NOW - timedelta(seconds=number - 1 - n)
        FakeLedger(platform.rows).count(bounce_counts(f"p{n}@example.com", at=at), at, PATIENCE)
    return [f"p{n}@example.com" for n in range(number)]


def test_bounces_are_listed_with_when_and_why(platform: Platform) -> None:
    bounced(platform, 1)
    (card,) = platform.rows.bounces.values()

    assert platform.ask(f"{HERE}/bounces").json == {
        "account_id": ACCOUNT,
        "bounces": [
            {
                "id": card.id,
                "recipient": "p0@example.com",
                "why": "the address does not exist",
                "status": "5.1.1",
                "diagnostic": "smtp; 550 5.1.1 user unknown",
                "message_id": "m-1",
                "subject": "Fresh bread",
                "campaign": "",
                "sent_at": "2026-03-10T10:00:00+00:00",
                "bounced_at": "2026-03-10T11:00:00+00:00",
                "counted_at": "2026-03-10T12:00:00+00:00",
                "epoch": 1,
            }
        ],
        "next": None,
    }


@pytest.mark.parametrize(("number", "limit"), [(0, 1), (5, 2), (4, 2), (3, 100)])
def test_paging_lists_every_bounce_once_in_the_order_of_counting(platform: Platform, number: int, limit: int) -> None:
    recipients = bounced(platform, number)

    assert [one["recipient"] for one in pages(platform, f"{HERE}/bounces", "bounces", limit=limit)] == recipients


def test_the_list_of_bounces_can_begin_at_an_instant(platform: Platform) -> None:
    recipients = bounced(platform, 4)
    since = (NOW - timedelta(seconds=2)).isoformat()

    found = pages(platform, f"{HERE}/bounces", "bounces", since=since, limit=1)

    assert [one["recipient"] for one in found] == recipients[1:]


def test_suppressions_have_bounces_where_the_policy_says_so(platform: Platform) -> None:
    bounced(platform, 1)
    assert [one["reason"] for one in platform.ask(f"{HERE}/suppressions").json["suppressions"]] == ["bounce"]

    platform.policies.policy = replace(DEFAULT, suppress_bounces=False)

    assert platform.ask(f"{HERE}/suppressions").json["suppressions"] == []


# ---------------------------------------------------------------- suppressions


def test_suppressed_addresses_are_listed_once_since_their_first_complaint(platform: Platform) -> None:
    first, second, _ = complained(platform.rows, "Ann@example.com", "bob@example.com", "ann@example.com")
    assert first.entry
    assert second.entry

    assert platform.ask(f"{HERE}/suppressions").json == {
        "account_id": ACCOUNT,
        "suppressions": [
            {
                "address": "ann@example.com",
                "since": first.entry.at.isoformat(),
                "entry_id": first.entry.id,
                "reason": "complaint",
            },
            {
                "address": "bob@example.com",
                "since": second.entry.at.isoformat(),
                "entry_id": second.entry.id,
                "reason": "complaint",
            },
        ],
        "next": None,
    }


@pytest.mark.parametrize("since", [NOW - timedelta(seconds=1), "2026-03-10T12:59:59+01:00"])
def test_the_list_can_begin_at_an_instant_in_any_zone(platform: Platform, since: object) -> None:
    complained(platform.rows, "ann@example.com", "bob@example.com", "cid@example.com")
    text = since.isoformat() if isinstance(since, datetime) else since

    found = pages(platform, f"{HERE}/suppressions", "suppressions", since=text, limit=1)

    assert [one["address"] for one in found] == ["bob@example.com", "cid@example.com"]


@given(st.lists(st.sampled_from([f"{letter}@example.com" for letter in "abcdef"]), max_size=12), st.integers(1, 4))
def test_paging_lists_every_address_exactly_once(addresses: list[str], limit: int) -> None:
    platform = Platform()
    platform.rows.accounts[ACCOUNT] = an_account()
    complained(platform.rows, *addresses)

    found = pages(platform, f"{HERE}/suppressions", "suppressions", limit=limit)

    assert [one["address"] for one in found] == list(dict.fromkeys(addresses))


# ---------------------------------------------------------------- what is asked wrongly


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("timeline", {"limit": 0}, "query.limit"),
        ("timeline", {"limit": 101}, "query.limit"),
        ("timeline", {"limit": "many"}, "query.limit"),
        ("timeline", {"limit": "1.5"}, "query.limit"),
        ("timeline", {"limit": "1,2"}, "query.limit"),
        ("timeline", {"limit": ""}, "query.limit"),
        ("timeline", {"limit": "9" * 5000}, "query.limit"),
        ("timeline", {"after": "a" * 201}, "query.after"),
        ("timeline", {"audience": "nobody"}, "query.audience"),
        ("timeline", {"order": "random"}, "query.order"),
        ("timeline", {"since": "2026-03-10"}, "query.since"),
        ("suppressions", {"limit": -1}, "query.limit"),
        ("suppressions", {"since": "yesterday"}, "query.since"),
        ("suppressions", {"since": ""}, "query.since"),
        ("suppressions", {"since": "2026-03-10"}, "query.since"),
        ("suppressions", {"since": "2026-03-10T12:00:00"}, "query.since"),
        ("suppressions", {"since": "1773144000"}, "query.since"),
        ("suppressions", {"since": "2026-02-30T12:00:00Z"}, "query.since"),
    ],
)
def test_an_invalid_parameter_is_named_with_a_message(
    platform: Platform, path: str, query: dict[str, object], field: str
) -> None:
    problem = told_as_problem(platform.ask(f"{HERE}/{path}", query=query), 422)

    assert [one["field"] for one in problem["errors"]] == [field]
    assert problem["errors"][0]["message"]
    assert "isoformat" not in problem["detail"]
    assert (field == "query.since") == ("such as 2026-03-01T09:00:00Z" in problem["detail"])


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("name", ["form", "", "Limit", "a" * 500])
def test_an_unknown_parameter_is_refused(platform: Platform, path: str, name: str) -> None:
    problem = told_as_problem(platform.ask(HERE + path, query={name: "x"}), 422)

    assert problem["errors"] == [{"field": f"query.{name[:50]}", "message": "is not known here"}]


def test_names_that_are_missing_or_unknown_have_one_message_each(platform: Platform) -> None:
    problem = told_as_problem(platform.ask(f"{HERE}/review", "PUT", body={"extra": 1}), 422)

    messages = {one["field"]: one["message"] for one in problem["errors"]}
    assert messages["body.extra"] == "is not known here"
    assert messages["body.day"] == messages["body.batch"] == "is missing"


def test_all_invalid_fields_are_named_at_once(platform: Platform) -> None:
    problem = told_as_problem(platform.ask(f"{HERE}/timeline", query={"limit": 0, "audience": "x"}), 422)

    assert {one["field"] for one in problem["errors"]} == {"query.limit", "query.audience"}


def test_an_instant_of_an_answer_is_accepted_as_it_is(platform: Platform) -> None:
    """`+` means a space in a query."""
    for since in (NOW.isoformat(), NOW.isoformat().replace("+", " ")):
        assert platform.ask(f"{HERE}/bounces", query={"since": since}).status == 200


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_instants_at_the_limits_of_datetime_are_accepted(platform: Platform, since: str) -> None:
    assert platform.ask(f"{HERE}/suppressions", query={"since": since}).status == 200


# ---------------------------------------------------------------- reviews


@pytest.fixture
def disabled(platform: Platform) -> Platform:
    having(platform, status=Status.DISABLED)
    return platform


def put(platform: Platform, **different: Any) -> Answer:
    return platform.ask(f"{HERE}/review", "PUT", body={**WISH, **different})


def kinds(platform: Platform) -> list[str]:
    return [entry.kind for entry in platform.rows.told(ACCOUNT)]


def test_a_review_is_requested(disabled: Platform) -> None:
    answer = put(disabled)

    assert answer.status == 200
    assert answer.json["review"] == {
        **WISH,
        "state": "open",
        "requested_at": NOW.isoformat(),
        "decided_at": None,
        "decided_by": None,
        "reason": None,
        "ask_again_on": None,
        "begins_at": "2026-03-11T00:00:00+00:00",
        "ends_at": "2026-03-12T00:00:00+00:00",
    }
    assert kinds(disabled) == ["review_requested"]
    assert disabled.ask(f"{HERE}/review").json == answer.json


def test_the_same_request_again_changes_nothing(disabled: Platform) -> None:
    first = put(disabled)

    assert put(disabled) == first
    assert put(disabled, cause=f"  {WISH['cause']} ") == first
    assert kinds(disabled) == ["review_requested"]


def test_another_request_amends_the_open_one(disabled: Platform) -> None:
    put(disabled)

    amended = disabled.ask(f"{HERE}/review", "PUT", body={**WISH, "batch": 500}, now=NOW + timedelta(hours=1)).json

    assert (amended["review"]["batch"], amended["review"]["requested_at"]) == (500, NOW.isoformat())
    assert kinds(disabled) == ["review_requested", "review_amended"]


def test_a_request_is_withdrawn_once(disabled: Platform) -> None:
    put(disabled)

    first, second = (disabled.ask(f"{HERE}/review", "DELETE") for _ in range(2))

    assert (first.status, first.json["review"]["state"]) == (200, "withdrawn")
    assert second == first
    assert kinds(disabled) == ["review_requested", "review_withdrawn"]


def test_after_a_withdrawal_a_new_request_is_accepted(disabled: Platform) -> None:
    put(disabled)
    disabled.ask(f"{HERE}/review", "DELETE")

    assert put(disabled).json["review"]["state"] == "open"


def test_a_trial_that_was_agreed_on_is_withdrawn_once(platform: Platform) -> None:
    having(platform, status=Status.DISABLED, review=APPROVED, trial=SCHEDULED)

    first, second = (platform.ask(f"{HERE}/review", "DELETE") for _ in range(2))

    assert (first.json["review"]["state"], first.json["trial"]) == ("withdrawn", None)
    assert second == first
    assert kinds(platform) == ["review_withdrawn"]


APPROVED = Review(ReviewState.APPROVED, TOMORROW, 8, "a", "b", NOW, NOW, "sam", "Begin small")
DECLINED = Review(ReviewState.DECLINED, TODAY, 8, "a", "b", NOW, NOW, "sam", "No", TODAY + 7 * DAY)
SCHEDULED = Trial(TrialState.SCHEDULED, TOMORROW, NOW, NOW + DAY, NOW + 3 * DAY)


@pytest.mark.parametrize(
    ("standing", "method", "why"),
    [
        ({"status": Status.ACTIVE}, "PUT", "only a disabled account"),
        ({"status": Status.CLOSED}, "PUT", "only a disabled account"),
        ({"status": Status.DISABLED, "review": DECLINED}, "PUT", "ask again from 17 March 2026"),
        ({"status": Status.DISABLED, "review": APPROVED, "trial": SCHEDULED}, "PUT", "a trial is agreed on"),
        ({"status": Status.DISABLED}, "DELETE", "no request of bakery is open"),
        ({"status": Status.DISABLED, "review": DECLINED}, "DELETE", "no request of bakery is open"),
    ],
)
def test_a_request_that_the_state_does_not_allow_is_a_conflict(
    platform: Platform, standing: dict[str, Any], method: str, why: str
) -> None:
    account = having(platform, **standing)

    problem = told_as_problem(platform.ask(f"{HERE}/review", method, body=WISH), 409)

    assert why in problem["detail"]
    assert (platform.rows.accounts[ACCOUNT], kinds(platform)) == (account, [])


@pytest.mark.parametrize("day", [TODAY - DAY, TODAY + timedelta(days=61)])
def test_a_day_out_of_reach_is_refused(disabled: Platform, day: date) -> None:
    assert "60 days" in told_as_problem(put(disabled, day=str(day)), 409)["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", 20_000),
        ("day", None),
        ("day", "2026-02-30"),
        ("day", "20260310"),
        ("day", "2026-W11-2"),
        ("day", "2026-03-11T00:00:00Z"),
        ("day", ""),
        ("batch", 0),
        ("batch", -1),
        ("batch", 10_000_001),
        ("batch", "800"),
        ("batch", 1.5),
        ("batch", True),
        ("batch", None),
        ("batch", 10**400),
        ("cause", ""),
        ("cause", "   "),
        ("cause", "a" * 1001),
        ("cause", 7),
        ("cause", None),
        ("cause", ["a"]),
        ("cause", "\ud800"),
        ("cause", "\u200b"),
        ("change", "\t\n"),
        ("more", "than is known"),
    ],
)
def test_an_invalid_field_of_a_request_is_named_with_a_message(disabled: Platform, field: str, value: Any) -> None:
    problem = told_as_problem(put(disabled, **{field: value}), 422)

    assert [one["field"] for one in problem["errors"]] == [f"body.{field}"]
    assert kinds(disabled) == []


@pytest.mark.parametrize("body", [{}, [], "null", '"text"', "7", "true", [WISH], {"day": str(TOMORROW)}])
def test_a_body_that_is_not_a_request_is_invalid(disabled: Platform, body: Any) -> None:
    problem = told_as_problem(disabled.ask(f"{HERE}/review", "PUT", body=body), 422)

    assert all(one["field"].startswith("body") for one in problem["errors"])


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("", "application/json", 400),
        ("[" * 8000, "application/json", 400),
        ("day=2026-12-31", "application/x-www-form-urlencoded", 415),
        ("--x", "multipart/form-data; boundary=x", 415),
        ("{}", "text/plain", 415),
        ("{}", "application/json-patch+json", 415),
        ("{}", "", 415),
        ('"' + "a" * LARGEST_BODY + '"', "application/json", 413),
    ],
)
def test_a_malformed_body_is_refused(disabled: Platform, body: str, content_type: str, status: int) -> None:
    answer = disabled.ask(f"{HERE}/review", "PUT", body=body, headers={"content-type": content_type})

    told_as_problem(answer, status)
    assert kinds(disabled) == []


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_body_has_to_be_of_the_media_type_json(disabled: Platform, content_type: str) -> None:
    assert disabled.ask(f"{HERE}/review", "PUT", body=WISH, headers={"content-type": content_type}).status == 200


# ---------------------------------------------------------------- repeated requests

KEYED = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.mark.parametrize(("method", "body"), [("PUT", WISH), ("DELETE", None)])
def test_a_request_that_is_repeated_under_its_key_gets_the_first_answer(
    disabled: Platform, method: str, body: Any
) -> None:
    disabled.ask(f"{HERE}/review", "PUT", body=WISH)
    first = disabled.ask(f"{HERE}/review", method, body=body, headers=KEYED)
    told = len(disabled.rows.told(ACCOUNT))
    having(disabled, status=Status.ACTIVE, review=None)

    again = disabled.ask(f"{HERE}/review", method, body=body, headers=KEYED)

    assert (first.status, again.status) == (200, 200)
    assert again.json == first.json
    assert len(disabled.rows.told(ACCOUNT)) == told


def test_a_key_of_another_request_is_refused(disabled: Platform) -> None:
    disabled.rows.accounts["florist"] = an_account("florist", status=Status.DISABLED)
    disabled.ask(f"{HERE}/review", "PUT", body=WISH, headers=KEYED)
    before = dict(disabled.rows.accounts)

    for path, method, body in [
        (HERE, "PUT", WISH | {"batch": 900}),
        (HERE, "DELETE", None),
        ("/api/v1/accounts/florist", "PUT", WISH),
    ]:
        problem = told_as_problem(disabled.ask(f"{path}/review", method, body=body, headers=KEYED), 422)
        assert [one["field"] for one in problem["errors"]] == ["header.idempotency-key"]
    assert disabled.rows.accounts == before


def test_what_is_sent_with_a_withdrawal_is_not_read(disabled: Platform) -> None:
    disabled.ask(f"{HERE}/review", "PUT", body=WISH)

    for body in ("{", b"\xff", ""):
        assert disabled.ask(f"{HERE}/review", "DELETE", body=body, headers=KEYED).status == 200


def test_a_key_is_its_platforms_own(disabled: Platform) -> None:
    disabled.ask(f"{HERE}/review", "PUT", body=WISH, headers=KEYED)

    other = {"authorization": f"Bearer {disabled.token(subject='shop')}", **KEYED}
    assert disabled.ask(f"{HERE}/review", "DELETE", headers=other).json["review"]["state"] == "withdrawn"


def test_a_request_whose_first_run_is_not_over_is_a_conflict(disabled: Platform) -> None:
    disabled.rows.running.add(("crm", KEYED["idempotency-key"]))

    told_as_problem(disabled.ask(f"{HERE}/review", "PUT", body=WISH, headers=KEYED), 409)
    assert disabled.rows.told(ACCOUNT) == []


def test_a_refused_request_can_be_repeated_under_its_key(platform: Platform) -> None:
    having(platform, status=Status.ACTIVE)
    told_as_problem(platform.ask(f"{HERE}/review", "PUT", body=WISH, headers=KEYED), 409)
    having(platform, status=Status.DISABLED)

    assert platform.ask(f"{HERE}/review", "PUT", body=WISH, headers=KEYED).status == 200


@pytest.mark.parametrize("key", ["", "a b", "é", "a" * 256, "\t"])
def test_an_invalid_key_is_named_with_a_message(disabled: Platform, key: str) -> None:
    event_headers = {"idempotency-key": key or " "}

    problem = told_as_problem(disabled.ask(f"{HERE}/review", "PUT", body=WISH, headers=event_headers), 422)

    assert problem["errors"][0]["field"] == "header.idempotency-key"
    assert "UUID" in problem["detail"]


# ---------------------------------------------------------------- what goes wrong


def world_fails(faults: Faults, name: str, error: BaseException) -> None:
    faults.fail(name, times=20, error=error)


NEEDS = [
    ("GET", "", "accounts.get"),
    ("GET", "", "tallies.days"),
    ("GET", "", "policies.current"),
    ("GET", "", "signer.verify"),
    ("GET", "", "link_register.get"),
    ("GET", "/report", "tallies.by_epoch"),
    ("GET", "/report", "timeline.latest"),
    ("GET", "/timeline", "timeline.page"),
    ("GET", "/route", "timeline.get"),
    ("GET", "/review", "accounts.get"),
    ("GET", "/suppressions", "suppressions.records"),
    ("GET", "/suppressions", "policies.current"),
    ("GET", "/bounces", "bounces.page"),
    ("PUT", "/review", "accounts.get"),
    ("PUT", "/review", "accounts.save"),
    ("DELETE", "/review", "accounts.save"),
]


@pytest.mark.parametrize(("method", "path", "call"), NEEDS)
def test_an_unavailable_dependency_is_a_503_with_retry_after(
    platform: Platform, method: str, path: str, call: str
) -> None:
    review = Review(ReviewState.OPEN, TODAY, 8, "a", "b", NOW)
    having(platform, status=Status.DISABLED, review=review, route_changes=RouteChanges(from_ses="id"))
    authorization = f"Bearer {platform.token()}"
    world_fails(platform.rows.faults, call, Unavailable("AccountsTable in us-east-1: Throttled"))

    answer = platform.ask(HERE + path, method, body=WISH, headers={"authorization": authorization})

    assert "Table" not in answer.text
    assert int(answer.headers["retry-after"]) > 0
    told_as_problem(answer, 503)


@pytest.mark.parametrize(("method", "path", "call"), NEEDS)
def test_a_bug_is_a_500_without_its_message(
    platform: Platform, method: str, path: str, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    review = Review(ReviewState.OPEN, TODAY, 8, "a", "b", NOW)
    having(platform, status=Status.DISABLED, review=review, route_changes=RouteChanges(from_ses="id"))
    authorization = f"Bearer {platform.token()}"
    world_fails(platform.rows.faults, call, RuntimeError("the secret inside"))

    answer = platform.ask(HERE + path, method, body=WISH, headers={"authorization": authorization})

    told_as_problem(answer, 500)
    assert "secret" not in answer.text
    assert "the secret inside" in caplog.text
    assert {getattr(line, "request", "") for line in caplog.records} == {REQUEST_ID}


def test_a_token_is_never_logged(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    token = platform.token()
    platform.ask(HERE)
    platform.ask(HERE + "/x")
    world_fails(platform.rows.faults, "accounts.get", RuntimeError("broken"))
    platform.ask(HERE)

    assert "broken" in caplog.text
    assert token not in caplog.text + str([line.__dict__ for line in caplog.records])
