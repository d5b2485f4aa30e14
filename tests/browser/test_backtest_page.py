"""The page of a back-test in a browser: on small and large windows, light and dark, and without any network."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import violations
from tests.cli.test_backtest import SMALL

from permille_cli.main import status_of

STROKE = 10  # pixels that a line's box has more than the line


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backtest")
    archive, file = folder / "feedback.jsonl.gz", folder / "page.html"
    archive.write_bytes(gzip.compress(SMALL.encode()))
    assert status_of(["backtest", str(archive), "--sweep", "--html", str(file)]) == 0
    return file


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_nothing_is_wider_than_the_window(
    browser: Browser, file: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=True,
    )
    page = context.new_page()

    page.goto(file.as_uri())

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def test_the_plot_has_a_line_for_each_policy_within_its_frame(page: Page, file: Path) -> None:
    page.goto(file.as_uri())

    frame = page.locator(".plot").bounding_box()
    lines = page.locator(".plot polyline")
    assert lines.count() == 2
    for number in range(2):
        box = lines.nth(number).bounding_box()
        assert frame is not None
        assert box is not None
        assert frame["x"] - STROKE <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + STROKE
