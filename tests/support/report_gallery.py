"""Renders every state of the owner's report.

python -m tests.support.report_gallery FOLDER [STATE ...]    writes .html, and .png where Chromium is
installed: narrow and wide, light and dark
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.builders import PLATFORM
from tests.support.pictures import take, write
from tests.support.reports import STATES, a_year

from permille.console.site import report_page
from permille.console.site.pages import STYLES
from permille.console.site.provider_form import ProviderInput
from permille.console.site.report_page import Refused
from permille.console.site.review_form import ReviewInput
from permille.domain.words import wording
from permille.rendering.templates import Brand, rendered
from permille.usecases.views.report import OwnerReport

BRAND = Brand(PLATFORM, "support@apwt.example")
WIDTHS = (360, 1280)
HEIGHT = 3600
WRONG_PROVIDER = ProviderInput(
    "smtp.example.com",
    "587",
    "bea",
    "smtp.example.com refused the user name or the password (535 5.7.8). Nothing was stored",
)
REFUSED = ReviewInput(
    "2026-01-01",
    "800",
    "An old list",
    "Took it off",
    "1 January 2026 is not within the next 60 days (today is 10 March 2026)",
)


def page(template: str, **shown: Any) -> str:
    return rendered(
        f"console/{template}.html.j2",
        **{"brand": BRAND, "stylesheets": {name: f"{name}.css" for name in STYLES}, "plain": wording.plain, **shown},
    )


def report(found: OwnerReport, typed: ReviewInput | None = None, provider: ProviderInput | None = None) -> str:
    return page("report", **report_page.report_page(found, BRAND, "a-token", Refused(review=typed, provider=provider)))


def pages() -> Iterator[tuple[str, str]]:
    for name, state in STATES.items():
        yield name, report(state())
    yield "refused", report(STATES["disabled"](), REFUSED)
    yield "provider-login-failed", report(STATES["disabled"](), provider=WRONG_PROVIDER)
    yield "year", page("year", **report_page.year_page(a_year()))


def mail_pages() -> Iterator[tuple[str, str]]:
    """The pages that links in mails lead to."""
    asked = {"host": "smtp.example.com", "port": "587", "username": "bakery@example.com", "expires": "Friday"}
    for name, stopped in {"stop": False, "stopped": True}.items():
        yield f"monthly-mail-{name}", page("monthly_mail", address="/monthly-mail", token="t", stopped=stopped)
    for name, request, said in (
        ("ask", asked, ""),
        ("confirmed", None, "confirmed"),
        ("refused", None, "refused"),
        ("over", None, ""),
    ):
        yield f"provider-{name}", page("provider", address="/provider", token="t", request=request, said=said)


def files(written: Mapping[str, str]) -> dict[str, str]:
    """The pages, and the stylesheets beside them."""
    styles = {f"{name}.css": rendered(f"console/{name}.css.j2", brand=BRAND) for name in STYLES}
    return styles | {f"{name}.html": html for name, html in written.items()}


if __name__ == "__main__":
    written = dict(pages()) | dict(mail_pages())
    write(Path(sys.argv[1]), files(written))
    take(Path(sys.argv[1]), sys.argv[2:] or written, widths=WIDTHS, height=HEIGHT, dark=(False, True))
