"""Every state of the owner's report, to be looked at.

python -m tests.report_gallery FOLDER [STATE ...]    writes .html, and .png where Chromium is
installed: narrow and wide, light and dark
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.progress import track
from tests.builders import PLATFORM
from tests.reports import STATES, a_year

from permille.console import report_page
from permille.console.review_form import Typed
from permille.domain import wording
from permille.report import Report
from permille.templates import Brand, rendered

BRAND = Brand(PLATFORM, "support@apwt.example")
WIDTHS = (360, 1280)
HEIGHT = 3600
REFUSED = Typed("2026-01-01", "800", "An old list", "Took it off", "the day 2026-01-01 is over")


def page(template: str, **shown: Any) -> str:
    return rendered(
        f"console/{template}.html.j2", **{"brand": BRAND, "stylesheet": "style.css", "plain": wording.plain, **shown}
    )


def report(found: Report, typed: Typed | None = None) -> str:
    return page("report", **report_page.report_page(found, BRAND, "a-token", typed))


def pages() -> Iterator[tuple[str, str]]:
    for name, state in STATES.items():
        yield name, report(state())
    yield "refused", report(STATES["disabled"](), REFUSED)
    yield "year", page("year", **report_page.year_page(a_year()))


def write(folder: Path, written: Mapping[str, str]) -> None:
    """The pages, and the stylesheet beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "style.css").write_text(rendered("console/style.css.j2", brand=BRAND), encoding="utf-8")
    for name, html in written.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")


def _show(folder: Path) -> None:
    written = dict(pages())
    write(folder, written)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is not installed: no pictures.", file=sys.stderr)  # noqa: T201
        return
    wanted = sys.argv[2:] or list(written)
    for name in track(wanted, description="pictures"):
        for width in WIDTHS:
            for dark in (False, True):
                _picture(chromium, folder, name, width, dark=dark)


def _picture(chromium: str, folder: Path, name: str, width: int, *, dark: bool) -> None:
    """Chromium's window is never narrower than 500: the page is put into a frame of the width that is wanted."""
    frame = folder / f"{name}.frame.html"
    style = f"border:0;width:{width}px;height:{HEIGHT}px"
    frame.write_text(f'<body style="margin:0"><iframe src="{name}.html" style="{style}"></iframe>', encoding="utf-8")
    picture = folder / f"{name}-{width}{'-dark' if dark else ''}.png"
    options: Any = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    options += ["--hide-scrollbars", f"--window-size={max(width, 500)},{HEIGHT}"]
    options += ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    subprocess.run(  # noqa: S603
        [chromium, *options, f"--screenshot={picture}", frame.resolve().as_uri()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    frame.unlink()


if __name__ == "__main__":
    _show(Path(sys.argv[1]))
