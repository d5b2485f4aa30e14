"""The pages that are open to everybody, as people see them."""

from typing import Literal

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import violations
from tests.stack.conftest import Stack

WIDTHS = (360, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["", "guide", "nothing", "desk"])
def test_a_page_can_be_read_by_everybody_at_any_width(
    page: Page, stack: Stack, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    page.goto(stack.outputs["ConsoleUrl"] + path)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
