"""The way back, as people go it: by the link in a mail, the report, the form, and support's desk."""

import os
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import violations
from tests.stack.accounts import Business, a_business, where_it_is_morning
from tests.stack.conftest import Stack, eventually

WIDTH = 1280


@pytest.fixture
def support(browser: Browser, stack: Stack) -> Page:
    """Anna's own browser, at the desk."""
    page = browser.new_context(viewport={"width": WIDTH, "height": 900}).new_page()
    page.goto(stack.answer("link", "staff", "--name", "Anna")["link"])
    page.get_by_role("button", name="Log in as Anna").click()
    return page


def link_in_the_mail(business: Business) -> str:
    """Of the mail that tells that the account is disabled, as somebody finds it who reads the text."""

    def told() -> list[str]:
        mails = [mail for mail in business.mails() if "has been disabled" in str(mail["Subject"])]
        bodies = [body.get_content() for mail in mails if (body := mail.get_body(("plain",)))]
        return [link for body in bodies for link in re.findall(r"http\S+/enter\S+", body)]

    return eventually(told)[0]


def picture(page: Page, name: str) -> None:
    """To be looked at, where somebody has said where to."""
    if folder := os.environ.get("PERMILLE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_an_owner_asks_by_the_link_in_the_mail_support_approves_and_the_owner_sees_it(
    page: Page, support: Page, stack: Stack
) -> None:
    zone = where_it_is_morning()
    business = a_business(stack, timezone=zone)
    business.send(40, complaints=2, subject="Rye on Friday", X_SES_MESSAGE_TAGS="campaign=november")
    eventually(lambda: business.standing()["window"]["delivered"] == 40)
    today = datetime.now(ZoneInfo(zone)).date()
    page.set_viewport_size({"width": WIDTH, "height": 900})

    page.goto(link_in_the_mail(business))

    assert page.url == f"{stack.outputs['ConsoleUrl']}report/{business.id}#ask"
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your APWT SMTP account is off since")
    expect(page.locator("main")).to_contain_text("2 complaints in 40 delivered: 50.00 per 1,000")
    expect(page.locator("main")).to_contain_text("november")
    picture(page, "report-disabled")

    page.get_by_label("On which day does your next batch go out?").fill(str(today))
    page.get_by_label("How many e-mails are in it?").fill("800")
    page.get_by_label("What went wrong?").fill("We mailed <b>old</b> customers")
    page.get_by_label("What have you changed?").fill("Only people who signed up are on the list now")
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.locator("main")).to_contain_text("We mailed <b>old</b> customers")
    assert violations(page) == []
    picture(page, "report-asked")

    support.reload()
    eventually(lambda: support.reload() and support.get_by_text(business.id).count())
    picture(support, "desk-queue")
    support.locator(f"#day-{business.id}").fill(str(today))
    support.locator(f"#note-{business.id}").fill("Begin with your best customers")
    support.get_by_role("button", name=f"Approve {business.id}").click()
    expect(support.locator("main")).to_contain_text(business.id)
    eventually(lambda: business.standing()["status"] == "trial")

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("works today")
    expect(page.locator("main")).to_contain_text("Begin with your best customers")
    picture(page, "report-trial")
    looked_at = {
        "accounts": "accounts",
        "account": f"accounts/{business.id}",
        "platform": "platform",
        "system": "system",
    }
    for name, path in looked_at.items():
        support.goto(f"{stack.outputs['ConsoleUrl']}desk/{path}")
        picture(support, f"desk-{name}")
    decided = next(entry for entry in business.timeline() if entry["kind"] == "review_approved")
    assert decided["facts"]["by"] == "staff:Anna (link by root)"


def test_another_site_cannot_put_the_desk_into_a_frame_nor_send_its_forms(page: Page, stack: Stack) -> None:
    business = a_business(stack)
    page.goto(stack.answer("link", "staff", "--name", "Anna")["link"])
    page.get_by_role("button", name="Log in as Anna").click()
    account = f"{stack.outputs['ConsoleUrl']}desk/accounts/{business.id}"
    page.goto(account)
    version = page.locator("input[name=version]").first.get_attribute("value")
    form = "".join(
        f'<input name="{name}" value="{value}">'
        for name, value in {"reason": "Forged", "csrf": "0", "version": version}.items()
    )
    other = page.context.new_page()
    other.route(
        "http://evil.localhost/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe src="{account}"></iframe><form method="post" action="{account}/disable">{form}<button>Go',
        ),
    )

    other.goto("http://evil.localhost/")
    assert "Sam" not in other.frames[-1].content()
    assert business.id not in other.frames[-1].content()
    other.get_by_role("button").click()

    expect(other.locator("main")).to_contain_text("You are not logged in")  # the cookie was not sent
    assert business.standing()["status"] == "active"
