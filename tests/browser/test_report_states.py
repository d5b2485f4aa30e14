"""The owner's report in each of its states, as people see it. It takes no stack."""

from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.conftest import violations
from tests.support.report_gallery import BRAND, mail_pages, pages

from permille.console.site.pages import Pages

MIDDLE = 800
SIGHTS: dict[int, Literal["light", "dark"]] = {360: "light", MIDDLE: "light", 1280: "dark"}
PAGES, MAIL_PAGES = dict(pages()), dict(mail_pages())
SITE = "https://console.example"
CONSOLE = Pages(BRAND)
POLICY = str(CONSOLE.page("start", framed=True).headers["Content-Security-Policy"])


@pytest.fixture
def page(page: Page) -> Page:
    """Gets every page and the stylesheet as the console sends them, with the same headers."""
    serve(page, CONSOLE)
    return page


def serve(page: Page, console: Pages) -> None:
    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path.strip("/")
        style = name.removesuffix(".css") if name.endswith(".css") else ""
        body, kind = (
            (console.stylesheet(style).body, "text/css") if style else ((PAGES | MAIL_PAGES)[name], "text/html")
        )
        route.fulfill(body=body, content_type=f"{kind}; charset=utf-8", headers={"Content-Security-Policy": POLICY})

    page.route(f"{SITE}/**", answer)


@pytest.mark.parametrize("colour", ["#ffd400", "#ffffff", "#000000", "#808080"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_can_be_read_whatever_the_platforms_colour(
    page: Page, colour: str, scheme: Literal["light", "dark"]
) -> None:
    page.unroute_all()
    serve(page, Pages(replace(BRAND, colour=colour)))

    page.emulate_media(color_scheme=scheme)
    page.goto(f"{SITE}/disabled")

    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_report_can_be_read_by_everybody_at_any_width(page: Page, name: str) -> None:
    page.goto(f"{SITE}/{name}")
    for details in page.locator("summary").all():
        details.click()

    for width, scheme in SIGHTS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("svg:visible").count() == 1
        if width != MIDDLE:
            assert violations(page) == []


@pytest.mark.parametrize("name", ["refused", "provider-login-failed"])
def test_a_refused_form_opens_where_it_says_why_also_on_a_phone(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{SITE}/{name}")

    expect(page.get_by_role("alert")).to_be_in_viewport()
    assert page.evaluate("scrollY") > 0


@pytest.mark.parametrize("name", MAIL_PAGES)
def test_a_page_that_a_mail_leads_to_can_be_read_by_everybody_at_any_width(page: Page, name: str) -> None:
    page.goto(f"{SITE}/{name}")

    for width, scheme in SIGHTS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_labels_of_the_graph_are_large_enough_and_lie_within_it(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{SITE}/flood")

    graph = page.locator("svg:visible").bounding_box()
    labels = [label.bounding_box() for label in page.locator("svg:visible text").all()]

    assert graph is not None
    for label in labels:
        assert label is not None
        assert label["height"] >= 11
        assert graph["x"] - 1 <= label["x"]
        assert label["x"] + label["width"] <= graph["x"] + graph["width"] + 1
        assert graph["y"] - 1 <= label["y"] <= graph["y"] + graph["height"]


def test_a_form_is_filled_and_sent_by_keyboard_alone(page: Page) -> None:
    page.goto(f"{SITE}/disabled")

    focused = []
    for _ in range(12):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.name || ''"))

    assert [name for name in dict.fromkeys(focused) if name] == ["day", "batch", "cause", "change", "action"]
