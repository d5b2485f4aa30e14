"""A host platform asks the deployed API."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Page, Web

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
schemathesis.openapi.format("cursor", st.just(""))  # no schema can say which ones are of a list
described = schemathesis.openapi.from_path(DOCUMENT)


@pytest.fixture(scope="module")
def platform(stack: Stack) -> Web:
    scopes = ("--scope", "read", "--scope", "write")
    return Web(stack, token=stack.answer("link", "platform", "--name", "crm", *scopes)["token"])


@pytest.fixture(scope="module")
def business(stack: Stack) -> Business:
    """Disabled after two complaints."""
    business = a_business(stack)
    business.send(3, complaints=2)
    eventually(lambda: business.standing()["status"] == "disabled")
    return business


def ask(platform: Web, business: Business, path: str = "", method: str = "GET", body: Any = None) -> Page:
    headers = {"content-type": "application/json"} if body else {}
    return platform.ask(method, f"/api/v1/accounts/{business.id}{path}", headers, json.dumps(body) if body else "")


def told(platform: Web, business: Business, path: str = "") -> Any:
    page = ask(platform, business, path)
    assert page.status == 200, page.body
    return json.loads(page.body)


def test_the_platform_is_told_what_the_operator_is_shown(platform: Web, business: Business) -> None:
    shown = business.standing()
    for of_the_command in ("senders", "identities", "risks_accepted", "old_credential_works_until", "is_complete"):
        del shown[of_the_command]

    assert told(platform, business) == shown


def test_the_route_is_told_as_the_operator_is_shown_it(platform: Web, business: Business, stack: Stack) -> None:
    assert told(platform, business, "/route") == stack.answer("route", business.id)


def test_the_timeline_is_read_to_its_end(platform: Web, business: Business) -> None:
    entries, path = [], "/timeline?limit=2"
    while path:
        page = told(platform, business, path)
        entries += page["entries"]
        path = f"/timeline?limit=2&after={page['next']}" if page["next"] else ""

    assert entries == business.timeline()
    assert [one["kind"] for one in entries].count("complaint") == 2


def test_the_newest_entries_since_an_instant_come_first(platform: Web, business: Business) -> None:
    entries = business.timeline()
    since = entries[-2]["at"]

    newest = told(platform, business, f"/timeline?order=newest&since={since.replace('+', '%2B')}")

    assert newest["entries"] == [entry for entry in reversed(entries) if entry["at"] >= since]
    assert newest["next"] is None


def test_the_accounts_are_listed_as_the_operator_lists_them(platform: Web, business: Business, stack: Stack) -> None:
    accounts, after = [], ""
    while after is not None:
        page = json.loads(platform.get(f"/api/v1/accounts?limit=2&status=disabled&after={after}").body)
        accounts += page["accounts"]
        after = page["next"]

    listed = stack.answer("account", "list")["accounts"]
    assert business.id in [account["account_id"] for account in accounts]
    assert accounts == [
        {name: value for name, value in account.items() if name != "senders"}
        for account in listed
        if account["status"] == "disabled"
    ]


def test_who_complained_is_listed_until_staff_take_them_off(platform: Web, business: Business, stack: Stack) -> None:
    complaints = [one for one in business.timeline() if one["kind"] == "complaint"]
    expected = [
        {"address": one["facts"]["recipient"], "since": one["at"], "entry_id": one["id"], "reason": "complaint"}
        for one in complaints
    ]
    assert told(platform, business, "/suppressions")["suppressions"] == expected
    assert stack.answer("suppression", "list", business.id)["suppressions"] == expected
    first = expected[0]["address"]

    stack.answer("suppression", "remove", business.id, first.upper(), "--reason", "They wrote to us")

    assert [one["address"] for one in told(platform, business, "/suppressions")["suppressions"]] == [
        expected[1]["address"]
    ]
    last = business.timeline()[-1]
    assert (last["kind"], last["facts"]["address"]) == ("unsuppressed", first)
    again = stack.run("suppression", "remove", business.id, first, "--reason", "Once more")
    assert (again.returncode, "is not suppressed" in again.stderr) == (2, True)


def test_the_list_goes_on_behind_its_cursor(platform: Web, stack: Stack) -> None:
    business = a_business(stack)
    business.send(2, complaints=2)
    eventually(lambda: len(told(platform, business, "/suppressions")["suppressions"]) == 2)

    first = told(platform, business, "/suppressions?limit=1")
    second = told(platform, business, f"/suppressions?limit=1&after={first['next']}")

    assert second["next"] is None
    assert first["suppressions"] + second["suppressions"] == told(platform, business, "/suppressions")["suppressions"]
    assert ask(platform, business, f"/timeline?after={first['next']}").status == 400


def test_a_request_that_is_repeated_under_its_key_has_one_effect(platform: Web, stack: Stack) -> None:
    business = a_business(stack)
    business.send(3, complaints=2)
    eventually(lambda: business.standing()["status"] == "disabled")
    day = date.fromisoformat(business.standing()["window"]["last_day"]) + timedelta(days=1)
    wish = {"day": str(day), "batch": 5, "cause": "Old", "change": "New"}
    address = f"/api/v1/accounts/{business.id}/review"
    headers = {"content-type": "application/json", "idempotency-key": f"{business.id}-1"}

    first = platform.ask("PUT", address, headers, json.dumps(wish))
    stack.answer("review", "decline", business.id, "--reason", "Not yet")
    again = platform.ask("PUT", address, headers, json.dumps(wish))
    other = platform.ask("PUT", address, headers, json.dumps({**wish, "batch": 6}))

    assert (first.status, again.status, other.status) == (200, 200, 422)
    assert json.loads(again.body) == json.loads(first.body)
    assert [one["kind"] for one in business.timeline()].count("review_requested") == 1


def test_a_review_is_asked_for_and_withdrawn_as_the_owner_does(platform: Web, business: Business) -> None:
    day = business.standing()["window"]["last_day"]
    wish = {"day": str(date.fromisoformat(day) + timedelta(days=1)), "batch": 5, "cause": "Old", "change": "New"}

    answers = [ask(platform, business, "/review", "PUT", wish) for _ in range(2)]
    assert [one.status for one in answers] == [200, 200]
    assert [one["kind"] for one in business.timeline()].count("review_requested") == 1
    assert ask(platform, business, "/review", "PUT", {**wish, "batch": "many"}).status == 422

    withdrawn = [ask(platform, business, "/review", "DELETE") for _ in range(2)]
    assert [json.loads(one.body)["review"]["state"] for one in withdrawn] == ["withdrawn"] * 2
    assert [one["kind"] for one in business.timeline()].count("review_withdrawn") == 1


def test_a_problem_is_told_as_one(platform: Web, business: Business, stack: Stack) -> None:
    stranger = ask(Web(stack), business)

    assert (stranger.status, stranger.headers["content-type"]) == (401, "application/problem+json")
    assert stranger.headers["www-authenticate"].startswith("Bearer")
    assert platform.get("/api/v1/accounts/nobody").status == 404
    assert ask(platform, business, method="POST").status == 405


def test_the_pages_have_no_api_and_the_api_no_pages(platform: Web, business: Business, stack: Stack) -> None:
    pages, api = (
        swapped(platform, stack, **{one: other}) for one, other in (("ApiUrl", "ConsoleUrl"), ("ConsoleUrl", "ApiUrl"))
    )

    assert ask(pages, business).status == 404
    assert [api.get(path).status for path in ("/desk", "/guide")] == [404, 404]


@pytest.mark.parametrize("flooded", ["Console", "Api"])
def test_what_takes_all_of_ones_concurrency_leaves_the_other(
    platform: Web, business: Business, stack: Stack, flooded: str
) -> None:
    """As if as many requests were being answered as may be."""
    functions, name = stack.client("lambda"), stack.outputs[f"{flooded}FunctionName"]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        answered = {"Console": Web(stack).get("/guide").status, "Api": ask(platform, business).status}
    finally:
        functions.delete_function_concurrency(FunctionName=name)

    assert answered == {"Console": 200, "Api": 200} | {flooded: 429}
    assert (Web(stack).get("/guide").status, ask(platform, business).status) == (200, 200)


def swapped(web: Web, stack: Stack, **addresses: str) -> Web:
    """The same, with one address for the other."""
    outputs = stack.outputs | {name: stack.outputs[other] for name, other in addresses.items()}
    return replace(web, stack=replace(stack, outputs=outputs))


def test_the_document_is_open_to_everybody(stack: Stack) -> None:
    assert Web(stack).get("/api/v1/openapi.json").body == DOCUMENT.read_text(encoding="utf-8")


@described.parametrize()
@settings(max_examples=5, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
def test_the_deployed_api_does_as_its_document_says(case: Any, platform: Web) -> None:
    """A few requests over the wire; tests/console/test_api_conformance.py sends many."""
    address = urlsplit(platform.api)
    headers = {"Host": address.netloc, "Authorization": f"Bearer {platform.token}"}

    case.call_and_validate(base_url=f"http://127.0.0.1:{address.port}", headers=headers)
