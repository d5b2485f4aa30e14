"""How owners reach support, as mails and pages show it."""

import pytest
from tests.support.builders import PLATFORM, an_account, an_entry
from tests.support.gallery import ADDRESSES
from tests.support.hostile import PAYLOADS

from permille.console.site.pages import Pages
from permille.rendering.templates import Brand
from permille.usecases.notifications.mails import compose

HOURS = "Monday to Friday, 9:00 to 17:00"


@pytest.mark.parametrize(
    ("support", "hours", "contact"),
    [
        ("help@apwt.example", HOURS, f"help@apwt.example ({HOURS})"),
        ("help@apwt.example", "", "help@apwt.example"),
        ("", HOURS, ""),
    ],
)
def test_support_is_named_with_its_hours(support: str, hours: str, contact: str) -> None:
    brand = Brand(PLATFORM, support, support_hours=hours)

    mail = compose(an_entry("disabled"), an_account(), brand, ADDRESSES)
    guide = Pages(brand).guide_text().body

    assert brand.contact == contact
    named = f"Support: {contact}." if contact else "Only you and"
    assert named in " ".join(mail.text.split())
    assert named in mail.html
    assert (f"Support: {contact}." in str(guide)) == bool(contact)


@pytest.mark.parametrize(
    ("support", "link"),
    [
        ("help@apwt.example", "mailto:help@apwt.example"),
        ("https://apwt.example/help?a=1", "https://apwt.example/help?a=1"),
        ("the desk in hall 3", ""),
        ("help@apwt.example or 0800 1", ""),
        ("help@apwt.example?bcc=all@apwt.example", ""),
        ("http://apwt.example", ""),
        *((payload, "") for payload in PAYLOADS),
    ],
)
def test_only_an_address_of_mail_or_web_is_a_link(support: str, link: str) -> None:
    page = str(Pages(Brand(PLATFORM, support)).page("start").body)

    assert Brand(PLATFORM, support).support_link == link
    assert page.count("<a href=") == (2 if link else 1)
