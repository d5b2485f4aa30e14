"""Links, on the deployed stack: who may make them, and that the console opens to them and to nothing else."""

import re

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Web


@pytest.fixture(scope="module")
def business(stack: Stack) -> Business:
    return a_business(stack)


@pytest.fixture
def web(stack: Stack) -> Web:
    return Web(stack)


def test_the_link_in_a_mail_opens_the_report(stack: Stack, web: Web) -> None:
    business = a_business(stack)
    business.send(1, complaints=1)
    [mail] = eventually(business.mails)
    body = mail.get_body(("plain",))
    assert body is not None

    [link] = re.findall(rf"{re.escape(web.origin)}/enter\S+", body.get_content())

    assert web.follows(link).status == 200
    assert f"{web.origin}/guide" in body.get_content()


def test_the_operator_makes_links_and_revokes_them(business: Business, stack: Stack, web: Web) -> None:
    report, desk = f"/report/{business.id}", "/desk"
    web.follows(stack.answer("link", "owner", business.id)["link"])
    web.follows(stack.answer("link", "staff", "--name", "Sam")["link"])
    assert [web.get(path).status for path in (report, desk)] == [200, 200]

    stack.answer("link", "revoke", "owner", business.id, "--reason", "The mail was forwarded")
    stack.answer("link", "revoke", "staff", "--reason", "Sam has left")

    assert [web.get(path).status for path in (report, desk)] == [401, 401]
    assert business.timeline()[-1]["kind"] == "links_revoked"
    assert web.follows(stack.answer("link", "owner", business.id)["link"]).status == 200


def test_a_platforms_token_opens_the_api_until_it_is_revoked(business: Business, stack: Stack, web: Web) -> None:
    web.token = stack.answer("link", "platform", "--name", "crm")["token"]
    path = f"/api/v1/accounts/{business.id}"
    assert web.get(path).status != 401

    stack.answer("link", "revoke", "platform", "--reason", "The token leaked")

    assert web.get(path).status == 401


def test_an_owner_whose_link_has_expired_has_a_new_one_mailed(stack: Stack, web: Web) -> None:
    business = a_business(stack)
    over = stack.answer("link", "owner", business.id, "--days", "0.000001")["link"].removeprefix(web.origin)
    page = web.get(over)
    assert (page.status, "Send me a new link" in page.body) == (401, True)

    for _ in range(2):
        assert web.sends("/enter/new-link", token=over.partition("=")[2]).status == 200

    [mail] = eventually(business.mails)
    body = mail.get_body(("plain",))
    assert body is not None
    [link] = re.findall(rf"{re.escape(web.origin)}/enter\S+", body.get_content())
    assert web.follows(link).status == 200
    assert [entry["kind"] for entry in business.timeline()] == ["created", "link_requested"]
