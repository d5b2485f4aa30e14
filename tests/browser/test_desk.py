"""Support's desk, as people see and use it."""

from typing import Literal

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import violations
from tests.browser.test_pages import SCHEMES, WIDTHS
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.test_desk import ASKED, tomorrow


@pytest.fixture(scope="module")
def business(stack: Stack) -> Business:
    business = a_business(stack)
    business.send(3, complaints=2)
    eventually(lambda: business.standing()["status"] == "disabled")
    stack.answer("review", "request", business.id, "--day", tomorrow(), *ASKED)
    return business


def enters(page: Page, stack: Stack) -> None:
    page.goto(stack.answer("link", "staff", "--name", "Anna")["link"])
    page.get_by_role("button", name="Log in as Anna").click()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_desk_can_be_read_by_everybody_at_any_width(
    page: Page, stack: Stack, business: Business, width: int, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    enters(page, stack)
    desk = f"{stack.outputs['ConsoleUrl']}desk"

    for path in (
        "",
        "/accounts",
        "/accounts?list=off",
        f"/accounts?q={business.id}",
        f"/accounts?q={business.id}&selected=all",
        "/accounts?only=review",
        "/held",
        f"/accounts/{business.id}",
        f"/accounts/{business.id}?answer=0",
        f"/accounts/{business.id}/report",
        f"/accounts/{business.id}/mails",
        f"/accounts/{business.id}/suppressions",
        "/system",
        "/costs",
        "/costs?emails=many&accounts=&complaints=&region=mars",
    ):
        page.goto(desk + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert (path, violations(page)) == (path, [])
        assert (path, page.evaluate("document.documentElement.scrollWidth") <= width) == (path, True)


def test_a_case_is_decided_by_keyboard_alone(page: Page, stack: Stack, business: Business) -> None:
    enters(page, stack)
    note = page.locator(f"#note-{business.id}")

    note.focus()
    page.keyboard.type("Not yet: the list is a bought one")
    page.locator(f"#day-{business.id}").focus()
    decline = page.get_by_role("button", name=f"Decline {business.id}")
    for _ in range(10):
        page.keyboard.press("Tab")
        if decline.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")

    page.get_by_role("status").wait_for()
    assert "Declined." in page.get_by_role("status").inner_text()
    (entry,) = [entry for entry in business.timeline() if entry["kind"] == "review_declined"]
    assert (entry["facts"]["by"], entry["facts"]["reason"]) == (
        "staff:Anna (link by root)",
        "Not yet: the list is a bought one",
    )


def test_under_the_session_of_staff_no_form_of_the_owner_can_be_used(
    page: Page, stack: Stack, business: Business
) -> None:
    enters(page, stack)
    page.goto(f"{stack.outputs['ConsoleUrl']}desk/accounts/{business.id}/report")

    assert page.locator("main button, main input, main textarea").count() > 0
    assert page.locator("main button:enabled, main input:enabled, main textarea:enabled").count() == 0


def test_without_a_note_nothing_is_sent(page: Page, stack: Stack) -> None:
    other = a_business(stack)
    enters(page, stack)
    page.goto(f"{stack.outputs['ConsoleUrl']}desk/accounts/{other.id}")

    page.get_by_text("Disable", exact=True).click()
    page.get_by_role("button", name=f"Disable {other.id}").click()

    assert page.get_by_label("Why; the owner reads it").first.evaluate("one => one.validity.valueMissing")
    assert other.standing()["status"] == "active"
