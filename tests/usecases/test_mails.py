"""The mails to owners say what the timeline says, in both forms, and escape what others wrote."""

import re
from collections import Counter
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.builders import (
    ACCOUNT,
    BRAND,
    NOW,
    PLATFORM,
    a_complaint,
    a_provider,
    a_verdict,
    an_account,
    an_alert,
    an_entry,
    by_staff,
    complaint_entries,
)
from tests.support.gallery import mails
from tests.support.hostile import mailbox_of

from permille.domain.people.review import ReviewStage, stage
from permille.domain.policy.verdict import Rule
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.complaints import reported
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.review import ReviewApproved, ReviewDeclined, ReviewRequested
from permille.domain.timeline.kinds.trial import TrialCancelled
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.status import Status
from permille.domain.words.mail_text import MailContext
from permille.ports.notifications import Mail
from permille.usecases.notifications.mails import Addresses, compose

EVERY_MAIL = dict(mails())
MAILED = [kind for kind in KINDS if KINDS[kind].declaration.mailed]


def the_mail(entry: Entry, **account: Any) -> Mail:
    return compose(entry, an_account(**account), BRAND, Addresses())


def switches_off(kind: str) -> bool:
    change = KINDS[kind].declaration.change
    return change is not None and change.after is Status.DISABLED


def about(**message: str) -> Mail:
    report = a_complaint(message=message, candidates=(message.pop("who", "ann@example.com"),))
    complaint = reported(ACCOUNT, NOW, report, epoch=1)
    return the_mail(an_alert(ACCOUNT, NOW, a_verdict(1000, 1), [complaint]))


@pytest.mark.parametrize("kind", MAILED)
def test_every_mailed_entry_is_told_in_the_words_of_the_timeline(kind: str) -> None:
    entry = an_entry(kind)
    told = entry.in_zone(ZoneInfo("Asia/Tokyo"))

    mail = the_mail(entry, timezone="Asia/Tokyo")

    assert mail.subject == told.headline(PLATFORM)
    assert told.sentence() in mail.text
    assert told.sentence() in mail.html
    assert (mail.account_id, mail.entry_id, mail.to) == (
        ACCOUNT,
        entry.id,
        told.facts.mailed_to or "owner@bakery.example",
    )


@pytest.mark.parametrize("kind", [kind for kind in MAILED if not an_entry(kind).facts.mailed_to])
@pytest.mark.parametrize(("name", "greeting"), [("Ann", "Hello Ann,"), ("", "Hello,")])
def test_the_owner_is_greeted_by_name_where_it_is_known(kind: str, name: str, greeting: str) -> None:
    mail = the_mail(an_entry(kind), owner_name=name)

    assert mail.text.startswith(greeting)
    assert f"<p>{greeting}</p>" in mail.html


@pytest.mark.parametrize("kind", MAILED)
def test_a_paragraph_of_the_plain_form_is_one_line_which_the_mail_program_wraps(kind: str) -> None:
    entry = an_entry(kind).in_zone(ZoneInfo("UTC"))
    sections = entry.facts.mail(MailContext(PLATFORM))

    lines = the_mail(entry).text.splitlines()

    assert [said for said in (entry.sentence(), *(one.text for one in sections if one.text)) if said not in lines] == []
    for section in sections:
        steps = (" ".join(filter(None, step)) for step in section.steps)
        assert [said for number, said in enumerate(steps, 1) if f"{number}. {said}" not in lines] == []
    assert "\n\n\n\n" not in "\n".join(lines)
    assert "{" not in "".join(lines)


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_no_mail_says_a_sentence_twice(name: str) -> None:
    """But for complaints in a list, which may be alike."""
    text = "\n".join(line for line in EVERY_MAIL[name].text.splitlines() if not line.startswith("- "))
    sentences = Counter(re.split(r"(?<=[.:!?])\s+", text))

    assert [said for said, count in sentences.items() if count > 1 and len(said.split()) > 2] == []


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_what_programs_take_for_the_signature_begins_as_they_expect_it(name: str) -> None:
    assert "\n-- \n" in EVERY_MAIL[name].text  # RFC 3676, 4.3: two hyphens and a blank


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("disabled", "Counted: e-mails sent from 25 January 2026 to 10 March 2026."),
        ("disabled-recent", "Counted: e-mails sent from 8 March 2026 to 10 March 2026."),
        ("disabled-complaints", "Counted: e-mails sent from 4 March 2026 to 10 March 2026."),
        ("disabled-bounces", ""),
    ],
)
def test_a_disabling_names_the_days_that_its_rule_looked_at(name: str, counted: str) -> None:
    text = EVERY_MAIL[name].text

    assert counted in text
    assert ("Counted:" in text) == bool(counted)


@pytest.mark.parametrize("name", [name for name in EVERY_MAIL if name.startswith("disabled")])
def test_only_a_limit_of_complaints_is_compared_with_what_mail_companies_ask_of_complaints(name: str) -> None:
    assert ("Google asks" in EVERY_MAIL[name].text) == (name != "disabled-bounces")


def test_asking_for_a_review_is_not_said_to_switch_an_account_on() -> None:
    assert "until you have asked" not in EVERY_MAIL["alert"].text


def test_a_disabling_names_the_three_ways_on() -> None:
    text = the_mail(an_entry("disabled")).text

    assert "1. Send through another e-mail company." in text
    assert "2. Connect another provider." in text
    assert "3. Ask APWT Support for a review." in text


@pytest.mark.parametrize("kind", [kind for kind in MAILED if switches_off(kind)])
def test_whoever_is_off_and_may_ask_for_a_review_is_mailed_the_way_to_its_form(kind: str) -> None:
    assert stage(an_account(status=Status.DISABLED), UTC, NOW) is ReviewStage.MAY_ASK
    assert "ASK FOR A REVIEW\nhttps://apwt.example/reputation/enter?" in EVERY_MAIL[kind].text


@pytest.mark.parametrize(
    "kind",
    ["disabled", "staff_disabled", "trial_cancelled", "trial_ended", "stays_suspended"],
    ids=str,
)
def test_who_has_connected_a_provider_hears_that_it_is_there_meanwhile(kind: str) -> None:
    mail = the_mail(an_entry(kind), provider=a_provider())

    for form in (mail.text, mail.html):
        assert "your e-mails can go through smtp.example.com" in " ".join(form.split())
        assert "Connect another provider" not in form


@pytest.mark.parametrize("kind", [kind for kind in MAILED if kind != "provider_connected"])
def test_without_a_provider_none_is_spoken_of(kind: str) -> None:
    assert "can go through" not in " ".join(the_mail(an_entry(kind)).text.split())


@pytest.mark.parametrize("kind", ["staff_enabled", "reinstated", "trial_began", "closed"], ids=str)
def test_who_may_send_again_or_never_is_not_sent_to_the_provider(kind: str) -> None:
    assert "smtp.example.com" not in the_mail(an_entry(kind), provider=a_provider()).text


def test_an_alert_says_which_mail_it_was() -> None:
    mail = about(subject="Fresh bread", campaign="easter")

    assert '- "Fresh bread" (campaign easter), sent on 10 March 2026 to ann@example.com' in mail.text
    assert "&#34;Fresh bread&#34; (campaign easter), sent on 10 March 2026 to ann@example.com" in mail.html


def test_an_alert_of_many_complaints_says_how_many_it_does_not_list() -> None:
    alert = an_alert(ACCOUNT, NOW, a_verdict(50_000, 25), complaint_entries(25))

    mail = the_mail(alert)

    assert "- and 5 earlier ones" in mail.text
    assert "<li>and 5 earlier ones</li>" in mail.html


LINK = "click https://evil.example now"


def test_the_receipt_of_a_request_repeats_nothing_that_was_typed() -> None:
    asked = ReviewRequested(day=NOW.date(), batch=800, cause=LINK, change=f"also {LINK}")

    mail = the_mail(entry(ACCOUNT, NOW, asked))

    for form in (mail.subject, mail.text, mail.html):
        assert "evil" not in form
        assert "also" not in form


@pytest.mark.parametrize(
    "facts",
    [
        ReviewApproved(begins_at=NOW, ends_at=NOW, note="ok", by="sam"),
        ReviewDeclined(reason="ok", by="sam", ask_again_on=NOW.date()),
        TrialCancelled(day=NOW.date(), reason="ok", by="sam"),
        *(KINDS[kind](reason="ok", by="sam") for kind in ("staff_disabled", "staff_enabled", "closed")),  # type: ignore[call-arg]
    ],
    ids=lambda facts: facts.kind.name,
)
def test_what_support_wrote_is_quoted_as_theirs(facts: Facts) -> None:
    mail = the_mail(entry(ACCOUNT, NOW, facts))

    for form in (mail.text, mail.html):
        assert "Support wrote: “ok.”" in " ".join(form.split())


INTERNAL = [*Rule, "default", "allprowebtools", "conservative"]


@pytest.mark.parametrize("mail", EVERY_MAIL.values(), ids=EVERY_MAIL)
def test_no_owner_reads_a_rules_or_a_policys_name(mail: Mail) -> None:
    for form in (mail.subject, mail.text, mail.html):
        assert [name for name in INTERNAL if name in form] == []
        assert [name for name in KINDS if "_" in name and name in form] == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("disabled", "The rule: no more than 1 complaint for every 1,000 delivered e-mails of the last 45 days."),
        ("disabled-bounces", "The rule: of the e-mails of one day no more than 200 may bounce for good."),
        ("disabled-complaints", "The rule: no more than 3 complaints about the e-mails of 7 days."),
        (
            "disabled-recent",
            "The rule: no more than 5 complaints for every 1,000 delivered e-mails of the last 3 days.",
        ),
    ],
)
def test_the_owner_reads_the_broken_rule_in_words(name: str, rule: str) -> None:
    assert rule in " ".join(EVERY_MAIL[name].text.split())


IMAGE = '<img src=x onerror="alert(1)">'


@pytest.mark.parametrize(("field", "text"), [("subject", IMAGE), ("campaign", IMAGE), ("who", mailbox_of(IMAGE))])
def test_what_senders_and_complainers_wrote_is_escaped(field: str, text: str) -> None:
    mail = about(**{field: text})

    assert "<img" not in mail.html
    assert "&lt;img" in mail.html


def test_what_the_owner_is_called_is_escaped() -> None:
    mail = the_mail(an_entry(), owner_name="<b>Ann</b>\nBcc: all@example.com")

    assert "<b>Ann" not in mail.html
    assert mail.text.startswith("Hello <b>Ann</b> Bcc: all@example.com,")


def test_no_subject_breaks_a_line() -> None:
    assert "\n" not in about(subject="one\r\ntwo").text.split("WHICH E-MAIL IT WAS\n")[1].split("\n\n")[0]


NASTY = "<script>alert(1)</script>\r\nBcc: all@example.com \u202etxet \x00 " + "x" * 5000


@pytest.mark.parametrize(
    "entry",
    [
        by_staff(ACCOUNT, "staff_disabled", NOW, NASTY, "sam"),
        entry(ACCOUNT, NOW, ReviewRequested(day=NOW.date(), batch=800, cause=NASTY, change=NASTY)),
        entry(ACCOUNT, NOW, ReviewApproved(begins_at=NOW, ends_at=NOW, note=NASTY, by="sam")),
        entry(ACCOUNT, NOW, ReviewDeclined(reason=NASTY, by="sam", ask_again_on=NOW.date())),
        entry(ACCOUNT, NOW, TrialCancelled(day=NOW.date(), reason=NASTY, by="sam")),
    ],
    ids=lambda entry: entry.kind,
)
def test_what_owners_and_staff_wrote_is_escaped_bounded_and_kept_on_its_line(entry: Entry) -> None:
    mail = the_mail(entry)

    assert "<script" not in mail.html
    for form in (mail.subject, mail.text, mail.html):
        assert "\u202e" not in form
        assert "\x00" not in form
        assert "\nBcc" not in form
    assert len(mail.text) < 6000


def test_the_address_before_hears_of_nothing_but_that_it_is_no_longer_the_accounts() -> None:
    addresses = Addresses("https://apwt.example/enter?token=abc", "https://apwt.example/guide")
    account = an_account(owner_email="new@shop.example", owner_name="Nell", provider=a_provider())

    mail = compose(an_entry("owner_address_dropped"), account, BRAND, addresses)

    assert mail.to == "before@bakery.example"
    for form in (mail.subject, mail.text, mail.html):
        assert not any(word in form for word in ("new@shop.example", "Nell", "token", "/guide", "numbers"))
    assert "http" not in mail.text
    assert mail.text.startswith("Hello,\n")
    assert "not sent to before@bakery.example any more" in " ".join(mail.text.split())


def test_the_new_address_gets_its_link() -> None:
    mail = compose(
        an_entry("owner_address_changed"), an_account(), BRAND, Addresses("https://apwt.example/enter?token=abc")
    )

    assert mail.to == "owner@bakery.example"
    assert "https://apwt.example/enter?token=abc" in mail.text
