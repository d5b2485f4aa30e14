"""Every mail and every line of the timeline, word for word. Where words are changed on purpose:
`python -m tests.support.gallery --golden` writes them anew, and the change is read in the diff."""

import pytest
from tests.support.gallery import GOLDEN, OWNER, PAGES, entries, golden, mails

from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.timeline import Entry
from permille.ports.notifications import Mail
from permille.rendering.templates import Brand
from permille.usecases.notifications.mails import Addresses, compose

WORDS = golden()
MAILS = dict(mails())
TO_OWNERS = {name: mail for name, mail in MAILS.items() if mail.to == OWNER.owner_email}
OTHER = Brand("Zwiebel & Co", "https://zwiebel.example/hilfe", "#123456")


@pytest.mark.parametrize("name", WORDS)
def test_the_words_are_those_that_were_read_and_agreed_on(name: str) -> None:
    assert WORDS[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_words_are_kept_that_nobody_says_any_more() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == set(WORDS)


def test_every_kind_has_its_words() -> None:
    assert {entry.kind for _, entry in entries()} == set(KINDS)


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_a_mail_fits_a_narrow_screen_and_loads_nothing_from_elsewhere(mail: Mail) -> None:
    assert "\n\n\n\n" not in mail.text
    assert "<img" not in mail.html
    assert "<script" not in mail.html
    assert "<link" not in mail.html
    assert "width=device-width" in mail.html


@pytest.mark.parametrize("mail", TO_OWNERS.values(), ids=TO_OWNERS)
def test_every_mail_leads_to_the_report_and_the_guide_and_says_who_sees_it(mail: Mail) -> None:
    for form in (mail.text, mail.html):
        assert "https://apwt.example/reputation/enter?token=abc" in form
        assert "https://apwt.example/reputation/guide" in form
        assert "support@apwt.example" in form
    assert "Only you and APWT Support see these numbers" in mail.text


@pytest.mark.parametrize(("name", "entry"), [(name, entry) for name, entry in entries() if entry.is_mailed])
def test_under_another_name_nothing_says_whose_mails_they_were_first(name: str, entry: Entry) -> None:
    mail = compose(entry, OWNER, OTHER, Addresses())

    for form in (mail.subject, mail.text, mail.html):
        assert "APWT" not in form
        assert "Permille" not in form
    assert "Zwiebel & Co" in mail.text
    assert "Zwiebel &amp; Co" in mail.html
    assert "#123456" in mail.html


def test_a_mail_without_links_and_support_speaks_of_neither() -> None:
    for mail in (compose(entry, OWNER, Brand("APWT"), Addresses()) for _, entry in entries() if entry.is_mailed):
        assert "http" not in mail.text
        assert "href" not in mail.html
        ends = "Only you and APWT Support see these numbers." if mail.to == OWNER.owner_email else "account bakery."
        assert " ".join(mail.text.split()).endswith(ends)


def test_the_guide_names_what_avoids_complaints() -> None:
    for form in (PAGES.page("guide").body, PAGES.guide_text().body):
        for word in ("who asked for it", "List-Unsubscribe-Post", "RFC 8058", "STOP", "bounced", "500 or 1,000"):
            assert word.lower() in str(form).lower()
