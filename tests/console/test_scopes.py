"""The grant of a platform's token: scopes and accounts, for every operation."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, TOMORROW, an_account
from tests.support.platform import Platform
from tests.support.visiting import EVERYTHING

from permille.console.api.api_app import openapi_text
from permille.domain.account.second_chance import Review, ReviewState
from permille.domain.login.links import MAX_ACCOUNT_PATTERNS, Grant, Scope
from permille.domain.values.status import Status

ALL_OPERATIONS = sorted(
    (method.upper(), path)
    for path, methods in json.loads(openapi_text())["paths"].items()
    for method in methods
    if method != "parameters"
)
OPERATIONS = [(method, path) for method, path in ALL_OPERATIONS if "{account_id}" in path]
WISH = {"day": str(TOMORROW), "batch": 800, "cause": "An old list", "change": "A new one"}
READ, WRITE = frozenset({Scope.READ}), frozenset({Scope.WRITE})
grants = st.builds(
    Grant,
    st.sampled_from([READ, WRITE, READ | WRITE]),
    st.lists(
        st.sampled_from(["*", ACCOUNT, "bak*", "florist", "f*", "bakery-2"]), min_size=1, max_size=MAX_ACCOUNT_PATTERNS
    ).map(tuple),
)


def ask(grant: Grant, method: str, path: str, account_id: str = ACCOUNT) -> tuple[int, str]:
    platform = Platform()
    review = Review(ReviewState.OPEN, TOMORROW, 8, "a", "b", NOW)
    platform.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED, review=review)
    body = WISH if method == "PUT" else None
    answer = platform.ask(
        path.replace("{account_id}", account_id),
        method,
        body=body,
        headers={"authorization": f"Bearer {platform.token(grant=grant)}"},
    )
    return answer.status, answer.json["detail"] if answer.status >= 400 else ""


@pytest.mark.parametrize(("method", "path"), ALL_OPERATIONS)
def test_every_operation_needs_its_scope_and_names_the_missing_one(method: str, path: str) -> None:
    needed, other = (READ, WRITE) if method == "GET" else (WRITE, READ)
    [name] = needed

    assert ask(Grant(needed), method, path)[0] == 200
    assert ask(Grant(other), method, path) == (
        403,
        f"this token lacks the scope {name}: permille link platform --name NAME --scope read --scope write",
    )


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_needs_a_token_for_the_account(method: str, path: str) -> None:
    assert ask(Grant(EVERYTHING.scopes, ("florist", "bak*")), method, path)[0] == 200
    assert ask(Grant(EVERYTHING.scopes, ("florist", "bakery-*")), method, path) == (
        403,
        "this token is not for the account bakery: permille link platform --name NAME --account ID",
    )


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_answer_does_not_show_whether_a_foreign_account_exists(method: str, path: str) -> None:
    grant = Grant(EVERYTHING.scopes, ("florist",))

    assert [ask(grant, method, path, one)[0] for one in (ACCOUNT, "nobody")] == [403, 403]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/accounts", 200),
        ("/api/v1/accounts/", 404),
        ("/api/v1/accounts//review", 404),
        ("/api/v1/accountsx", 404),
    ],
)
def test_an_address_about_no_account_is_for_tokens_of_all(path: str, status: int) -> None:
    assert ask(Grant(READ, (ACCOUNT, "b*")), "GET", path) == (
        403,
        "this token is for some accounts; here one for all is needed: permille link platform --name NAME",
    )
    assert ask(Grant(READ), "GET", path)[0] == status


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_but_get_and_head_needs_the_scope_write(method: str) -> None:
    assert ask(Grant(READ), method, f"/api/v1/accounts/{ACCOUNT}")[0] == 403


@given(grants, st.sampled_from(list(product(OPERATIONS, [ACCOUNT, "bakery-2", "florist"]))))
def test_no_token_is_valid_for_more_than_its_grant(grant: Grant, asked: tuple[tuple[str, str], str]) -> None:
    (method, path), account_id = asked
    may = (Scope.READ if method == "GET" else Scope.WRITE) in grant.scopes and grant.covers(account_id)

    assert (ask(grant, method, path, account_id)[0] != 403) is may


def test_a_platforms_decision_has_its_name() -> None:
    platform = Platform()
    platform.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED)
    path = f"/api/v1/accounts/{ACCOUNT}/review"

    for method, body in (("PUT", WISH), ("PUT", WISH | {"batch": 700}), ("DELETE", None)):
        assert platform.ask(path, method, body=body).status == 200

    told = platform.rows.told(ACCOUNT)
    assert [(one.kind, one.data["by"]) for one in told] == [
        ("review_requested", "platform:crm"),
        ("review_amended", "platform:crm"),
        ("review_withdrawn", "platform:crm"),
    ]
    assert all(one.sentence().endswith(" It came through crm.") for one in told)
