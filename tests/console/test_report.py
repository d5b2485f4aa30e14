"""The owner's report: what it shows in each state, and that foreign texts are escaped."""

import csv
import io
import json
import random
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from tests.support.builders import (
    ACCOUNT,
    NOW,
    PATIENCE,
    PLATFORM,
    STAFF,
    TODAY,
    a_complaint_entry,
    an_account,
    an_entry,
    bounce_counts,
    by_staff,
    facts_of,
)
from tests.support.fakes import FakeLedger
from tests.support.hostile import PAYLOADS, mailbox_of
from tests.support.report_gallery import report as shown
from tests.support.reports import APPROVED, ASKED, BROKEN, PROVIDER, STATES, a_card, a_report, busy_tallies, cards_of
from tests.support.visiting import Answer, FakeWeb

from permille.console.site.review_form import ReviewInput
from permille.console.site.spreadsheet import Separator
from permille.domain.account.account import Account
from permille.domain.account.second_chance import RequestedDay, Review, ReviewState
from permille.domain.feedback.feedback import Rejection
from permille.domain.people.review import answer_token
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.review import ReviewDeclined, ReviewRequested
from permille.domain.timeline.timeline import entry
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count
from permille.reading.standing import numbers_line
from permille.usecases.views.report import READ_BOUNCES, OwnerReport

A_DAY = timedelta(days=1)
REPORT = f"/report/{ACCOUNT}"
FORM = {"day": str(TODAY + 5 * A_DAY), "batch": "800", "cause": "An old list", "change": "We took it off"}
LARGEST = 69_000


class Read(HTMLParser):
    """The elements, their attributes, and the text of a page, as a browser would take them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(sorted(attributes))) for tag, attributes in self.elements]

    def with_attribute(self, name: str) -> dict[str, dict[str, str | None]]:
        """Elements that have it, by its value."""
        return {str(one[name]): one for _, one in self.elements if name in one}


# ---------------------------------------------------------------- what it says


@pytest.mark.parametrize("state", STATES)
def test_every_state_says_how_the_account_stands(state: str) -> None:
    report = STATES[state]()

    page = Read(shown(report))

    assert f"Your {PLATFORM} SMTP account" in page.text
    assert numbers_line(report.account, report.verdict) in page.text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("disabled", ["Get your SMTP account back", "500 to 1,000", "Ask for a review"]),
        ("connected", ["smtp.example.net, port 587", "bea@bakery.example", "Your e-mails go through it while"]),
        ("good", ["connect an account that you have with another e-mail provider"]),
        ("open", ["Your request is with support", "Change the request", "Withdraw the request"]),
        ("declined", ["Your request was declined", "The list is still a bought one", "ask again from 16 March 2026"]),
        ("declined-again", ["The list is still a bought one", "Ask for a review"]),
        (
            "scheduled",
            [
                "Your day is agreed on",
                "from 15 March 2026, 00:00 (UTC+01:00)",
                "Begin with your best customers",
                "Until that day begins you can withdraw the request, and ask again",
                "Withdraw the request",
            ],
        ),
        ("open-passed", ["We are sorry: 9 March 2026 passed before support answered", "Change the request"]),
        (
            "scheduled-by-ratio",
            ["If more than 500 e-mails were delivered and your usual limits are kept", "We need at least 80 delivered"],
        ),
        (
            "trial",
            [
                "Today is your day",
                "until 11 March 2026, 00:00 (UTC+01:00)",
                "One complaint about an e-mail that you send today ends it. We need at least 80 delivered e-mails",
                "If you send more than 2,400, the day ends early.",
            ],
        ),
        ("trial-by-ratio", ["If more than 500 e-mails are delivered, your usual limits decide", "you can have 1 more"]),
        ("observing-by-ratio", ["If your usual limits are kept until 12 March 2026", "the limit is 1 per 1,000"]),
        ("still-on", ["although you are above the limit", "Your SMTP account stays on: only older e-mails have left"]),
        ("observing", ["Waiting for late complaints", "until 12 March 2026, 00:00 (UTC+01:00)"]),
        ("confirmation", ["Support has the last look"]),
        ("closed", ["This account is closed", "The account was given up"]),
        ("reinstated", ["since 28 February 2026, 00:00 (UTC+01:00), when counting began anew", "Not counted any more"]),
        (
            "denied",
            [
                "Your APWT SMTP account is off since 10 March 2026.",
                "APWT Support has switched off your APWT SMTP account by hand. No rule did it.",
                "Get your SMTP account back",
                "whoever switched it off can switch it on again. Write to APWT Support",
                "Your e-mails go through it while your SMTP account is off",
            ],
        ),
        ("denied-on-trial", ["is off since 10 March 2026", "whoever switched it off can switch it on again"]),
        ("exempt", ["No rule disables your SMTP account until 19 March 2026"]),
        ("bounces", ["too many of your e-mails bounced", "300 bounced for good"]),
        ("small", ["Small numbers can be bad luck"]),
    ],
)
def test_the_review_section_describes_each_stage(state: str, said: list[str]) -> None:
    page = Read(shown(STATES[state]()))

    assert [one for one in said if one not in page.text] == []


@pytest.mark.parametrize("state", STATES)
def test_the_form_is_shown_only_if_it_would_be_accepted(state: str) -> None:
    page = shown(STATES[state]())
    section = page.partition('<section class="review"')[2].partition("</section>")[0]
    actions = {one.get("value") for _, one in Read(section).elements if one.get("name") == "action"}

    expected = {
        "disabled": {"request"},
        "taken-back": {"request"},
        "connected": {"request"},
        "provider-asked-for": {"request"},
        "unreachable": {"request"},
        "declined-again": {"request"},
        "open": {"amend", "withdraw"},
        "open-passed": {"amend", "withdraw"},
        "scheduled": {"withdraw"},
        "scheduled-by-ratio": {"withdraw"},
    }
    assert actions == expected.get(state, set())
    assert ("Your mails" in page) == (state != "closed")
    assert ("Connect a" in page) == (state not in ("closed", "provider-asked-for", "unreachable"))


def test_staffs_names_are_not_for_owners() -> None:
    pages = [shown(STATES[state]()) for state in STATES]

    assert not any(STAFF in page for page in pages)


def test_staffs_entries_are_not_for_owners() -> None:
    page = shown(a_report(entries=[an_entry(kind) for kind in KINDS if KINDS[kind].declaration.audience == "staff"]))

    assert "Nothing here." in page


def test_what_other_companies_demand_and_the_guide_are_at_hand() -> None:
    page = Read(shown(STATES["good"]()))

    assert "Google asks senders to stay below 1 complaint in 1,000 e-mails, and never to reach 3." in page.text
    assert "/guide" in page.with_attribute("href")


def test_the_graph_is_told_in_words_and_has_a_table_beside_it() -> None:
    report = STATES["disabled"]()

    page = Read(shown(report))

    pictures = [one for tag, one in page.elements if tag == "svg"]
    ids = page.with_attribute("id")
    assert [one["role"] for one in pictures] == ["img", "img"]  # one of them is shown, by the width of the screen
    assert all(set(str(one["aria-labelledby"]).split()) <= set(ids) for one in pictures)
    assert "1,000 e-mails were delivered" in page.text
    assert "The line ends at 2.00 per 1,000; the limit is 1." in page.text
    assert sum(tag == "tr" for tag, _ in page.elements) == 1 + 45 + 5
    assert len(ids) == sum("id" in one for _, one in page.elements)  # each is there once


def test_the_worst_campaign_is_first_and_long_lists_are_cut_and_counted() -> None:
    cards = [a_card(NOW - 2 * A_DAY, id=f"m-{n}", campaign="Worst") for n in range(30)]
    cards += [a_card(NOW - 2 * A_DAY, id=f"o-{n}", campaign=f"Other {n}") for n in range(20)]
    page = Read(shown(a_report(tallies={(1, TODAY - 2 * A_DAY): Tally(100_000, 60)}, entries=cards)))

    assert page.text.index("Worst") < page.text.index("Other")
    assert "and 27 more" in page.text
    assert "15 reports about 15 more campaigns" in page.text
    assert "10 complaints of earlier days are counted too" in page.text


def bounced(*counts: Count, tally: int = 0) -> OwnerReport:
    """`tally`: how many are counted; as many as there are cards unless it is named."""
    return a_report(tallies={(1, TODAY): Tally(1000, 0, tally or len(counts))}, bounced=counts)


def test_permanent_bounces_are_listed_with_day_and_reason() -> None:
    page = Read(shown(bounced(*bounce_counts("ann@example.com", campaign="Spring sale"))))

    assert "Bounces, by campaign" in page.text
    assert "1 e-mail bounced" in page.text
    assert (
        "ann@example.com: the address does not exist (5.1.1). Sent on 10 March 2026, bounced on "
        "10 March 2026. The mail server said: “smtp; 550 5.1.1 user unknown”"
    ) in page.text


def test_a_bounce_without_recipient_and_reason_is_listed() -> None:
    page = Read(shown(bounced(*bounce_counts("postmaster", rejection=Rejection()))))

    assert "A recipient: the mail server refused it for good, and did not say why. Sent on" in page.text
    assert "The mail server said" not in page.text


def test_without_bounces_the_report_says_so() -> None:
    assert "No e-mail bounced for good." in Read(shown(a_report())).text


def test_long_lists_of_bounces_are_cut_and_counted() -> None:
    counts = [one for n in range(30) for one in bounce_counts(message_id=f"m-{n}", campaign="Worst")]
    counts += [one for n in range(20) for one in bounce_counts(message_id=f"o-{n}", campaign=f"Other {n}")]
    page = Read(shown(bounced(*counts, tally=57)))

    assert page.text.index("Worst") < page.text.index("Other")
    assert "and 27 more" in page.text
    assert "And 18 bounces of 18 more campaigns." in page.text
    assert "7 more bounces are counted and not listed here." in page.text


def test_bounces_that_were_counted_without_a_card_are_told_as_a_number() -> None:
    page = Read(shown(bounced(tally=1)))

    assert "1 bounce is counted and not listed here." in page.text
    assert "No e-mail bounced" not in page.text


def test_a_report_lists_no_more_bounces_than_it_reads_at_once() -> None:
    counts = [one for n in range(READ_BOUNCES + 5) for one in bounce_counts(message_id=f"m-{n}")]

    report = bounced(*counts)

    assert (sum(len(one.records) for one in report.bounces), report.unlisted_bounces) == (READ_BOUNCES, 5)


def test_the_table_and_the_json_of_bounces_have_every_one() -> None:
    world = the_world(an_account(), {(1, TODAY): Tally(1000)})
    said = Rejection("5.1.1", "=cmd|'/c calc'!A1")
    counts = bounce_counts("ann@example.com", "+1@example.com", subject="=1+1", rejection=said)
    FakeLedger(world.rows).count(counts, NOW, PATIENCE)

    rows = table(world.owner().get(f"{REPORT}/bounces.csv"))
    read = json.loads(world.owner().get(f"{REPORT}/report.json").body)

    assert {row["recipient"] for row in rows} == {"ann@example.com", "'+1@example.com"}
    assert rows[0] | {"recipient": ""} == {
        "sent_at": "2026-03-10T10:00:00+00:00",
        "bounced_at": "2026-03-10T11:00:00+00:00",
        "campaign": "'=1+1",
        "subject": "'=1+1",
        "recipient": "",
        "why": "the address does not exist",
        "status": "5.1.1",
        "mail_server_said": "'=cmd|'/c calc'!A1",
        "epoch": "1",
    }
    assert [len(one["bounces"]) for one in read["bounced_campaigns"]] == [2]
    assert read["bounces_not_listed"] == 0


@pytest.mark.parametrize("long", ["<&\"'>" * 40, "\U0001f35e" * 200, "spring" * 40])
def test_the_html_of_45_busy_days_with_many_complaints_is_bounded(long: str) -> None:
    """However long names are, and whatever they are made of."""
    tallies = busy_tallies(delivered=90_000, every=1)
    noisy = {key: replace(tally, complaints=90) for key, tally in tallies.items()}
    cards = [
        a_card(
            NOW - n % 40 * A_DAY,
            id=f"m-{n}",
            campaign=f"{n % 50}{long}",
            subject=long,
            candidates=(mailbox_of(f"{n}{long}"),),
        )
        for n in range(600)
    ]

    counts = [
        one
        for n in range(600)
        for one in bounce_counts(
            mailbox_of(f"{n}{long}"),
            message_id=f"b-{n}",
            campaign=f"{n % 50}{long}",
            subject=long,
            rejection=Rejection("5.1.1", long * 10),
        )
    ]

    html = shown(a_report(an_account(status=Status.DISABLED, review=ASKED), noisy, cards, bounced=counts))

    assert len(html.encode()) <= LARGEST


# ---------------------------------------------------------------- nobody breaks out of it


def hostile(payload: str) -> OwnerReport:
    """It is everywhere that somebody else than the operator writes."""
    review = replace(ASKED, cause=payload, change=payload, reason=payload)
    cards = [
        a_card(NOW - A_DAY, id="m-1", campaign=payload, subject=payload, candidates=(mailbox_of(payload),)),
        a_card(NOW - A_DAY, id="m-2", campaign=payload, subject=payload, sub_type=payload, feedback_type=payload),
    ]
    entries = [
        entry(ACCOUNT, NOW, ReviewRequested(day=TODAY, batch=800, cause=payload, change=payload)),
        entry(ACCOUNT, NOW - A_DAY, ReviewDeclined(reason=payload, by=payload, ask_again_on=TODAY)),
        by_staff(ACCOUNT, "staff_disabled", NOW, payload, payload),
    ]
    about: dict[str, Any] = {
        "owner_name": payload,
        "owner_email": payload,
        "provider": replace(PROVIDER, host=payload, username=payload),
    }
    account = an_account(status=Status.DISABLED, review=review, **about)
    bounced = bounce_counts(
        mailbox_of(payload), campaign=payload, subject=payload, rejection=Rejection(payload, payload), sub_type=payload
    )
    return a_report(account, BROKEN, [*cards, *entries], bounced=bounced)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("typed", [False, True])
def test_foreign_texts_on_the_report_are_escaped(payload: str, typed: bool) -> None:
    sent = ReviewInput(payload, payload, payload, payload, payload)

    found = Read(shown(hostile(payload), sent if typed else None))
    harmless = Read(shown(hostile("harmless"), replace(sent, error="harmless") if typed else None))

    assert found.skeleton == harmless.skeleton
    assert not any(tag == "script" for tag, _ in found.elements)
    assert not any(name.startswith("on") or name == "style" for _, one in found.elements for name in one)
    links = [one[name] or "" for _, one in found.elements for name in ("href", "src", "action") if name in one]
    ours = "mailto:support@apwt.example"
    assert all(link == ours or link.startswith(("/", "data:,", "style", "#")) for link in links)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "＝1+1", "＠A1"])
def test_no_cell_is_a_formula(start: str) -> None:
    world = the_world(an_account(), cards=[a_card(NOW, subject=start, campaign=start)])

    rows = table(world.owner().get(f"{REPORT}/complaints.csv"))

    assert {rows[0][name] for name in ("campaign", "subject")} == {f"'{start}"}


@pytest.mark.parametrize("address", ["=1+1@example.com", "+1@example.com", "-1@example.com"])
def test_no_address_is_a_formula(address: str) -> None:
    world = the_world(an_account(), cards=[a_card(NOW, candidates=(address,))])

    rows = table(world.owner().get(f"{REPORT}/complaints.csv"))

    assert rows[0]["recipient"] == f"'{address}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (";=1+1", ";'=1+1"),
        (",=1+1", ",'=1+1"),
        ('a;" @A1', "a;'\" @A1"),
        ("Buns; 3 for 2", "Buns; 3 for 2"),
        ("Buns, cake", "Buns, cake"),
    ],
)
@pytest.mark.parametrize("separator", Separator)
def test_no_cell_is_a_formula_whatever_the_spreadsheet_divides_by(text: str, cell: str, separator: Separator) -> None:
    world = the_world(an_account(), cards=[a_card(NOW, subject=text, campaign=text)])

    rows = table(world.owner().get(f"{REPORT}/complaints.csv?separator={separator}"), separator)

    assert {rows[0][name] for name in ("campaign", "subject")} == {cell}


# ---------------------------------------------------------------- to be taken along


def the_world(account: Account, tallies: Any = None, cards: Any = ()) -> FakeWeb:
    world = FakeWeb()
    world.rows.accounts[ACCOUNT] = account
    world.rows.tallies.update({(ACCOUNT, epoch, day): tally for (epoch, day), tally in (tallies or {}).items()})
    world.rows.put(*cards)
    return world


def table(answer: Answer, separator: Separator = Separator.COMMA) -> list[dict[str, str]]:
    assert answer.status == 200, answer.body
    read = io.StringIO(answer.body.removeprefix("\ufeff"))
    return list(csv.DictReader(read, delimiter={"comma": ",", "semicolon": ";"}[separator]))


@pytest.mark.parametrize("query", ["", "range=year&"])
def test_a_european_excel_opens_the_tables_that_have_semicolons(query: str) -> None:
    owner = the_world(an_account(), {(1, TODAY): Tally(4000, 2)}, [a_card(NOW, subject="Brød; 3, 4 & æbler")]).owner()
    page = Read(owner.get(f"{REPORT}/year" if query else REPORT).body)
    links = [str(one["href"]) for _, one in page.elements if "separator=" in str(one.get("href"))]

    numbers, complaints, bounces = (owner.get(link) for link in links)

    assert links == [f"{REPORT}/{name}.csv?{query}separator=semicolon" for name in ("report", "complaints", "bounces")]
    assert numbers.body.startswith("\ufefffirst_day;last_day;")
    assert table(numbers, Separator.SEMICOLON)[-1]["window_per_1000"] == "0,50"
    assert table(complaints, Separator.SEMICOLON)[0]["subject"] == "Brød; 3, 4 & æbler"
    assert bounces.body.startswith("\ufeffsent_at;bounced_at;")


def test_an_unknown_separator_is_a_comma() -> None:
    owner = the_world(an_account()).owner()

    assert owner.get(f"{REPORT}/report.csv?separator=x").body == owner.get(f"{REPORT}/report.csv").body


@pytest.mark.parametrize("query", ["", "?range=year"])
def test_the_table_of_days_has_every_count(query: str) -> None:
    tallies = busy_tallies()
    world = the_world(an_account(), tallies)

    answer = world.owner().get(f"{REPORT}/report.csv{query}")

    rows = table(answer)
    counted = sum(tallies.values(), Tally())
    sums = Tally(*(sum(int(row[name]) for row in rows) for name in ("delivered", "complaints", "bounces")))
    assert sums == counted
    assert rows[-1]["last_day"] == str(TODAY)
    assert (rows[-1]["window_delivered"], rows[-1]["window_complaints"]) == (
        str(counted.delivered),
        str(counted.complaints),
    )
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ACCOUNT}-days-2026-03-10.csv"'


def test_the_table_of_days_keeps_the_epochs_apart() -> None:
    tallies = {(1, TODAY): Tally(500, 2), (2, TODAY): Tally(800)}

    rows = table(the_world(an_account(epochs=(NOW,)), tallies).owner().get(f"{REPORT}/report.csv"))

    told = [(row["epoch"], row["delivered"], row["complaints"], row["window_delivered"]) for row in rows[-2:]]
    assert told == [("1", "500", "2", ""), ("2", "800", "0", "800")]


def test_machines_get_everything_that_is_shown_but_no_names_of_staff_and_no_secret() -> None:
    tallies = busy_tallies()
    entries = [*cards_of(tallies), by_staff(ACCOUNT, "staff_disabled", NOW, "Bought lists", STAFF)]
    declined = replace(ASKED, state=ReviewState.DECLINED, decided_by=STAFF)
    account = an_account(status=Status.DISABLED, review=declined, provider=PROVIDER)

    answer = the_world(account, tallies, entries).owner().get(f"{REPORT}/report.json")

    read = json.loads(answer.body)
    assert read["verdict"]["delivered"] == sum(one["delivered"] for one in read["periods"])
    assert len(read["timeline"]) == len(entries)
    assert sum(len(one["reports"]) for one in read["campaigns"]) == len(entries) - 1
    assert read["spans"][-1]["status"] == "disabled"
    assert (read["provider"]["host"], read["review"]["state"]) == (PROVIDER.host, "declined")
    assert [text for text in (STAFF, PROVIDER.secret) if text in answer.body] == []


def taken_back() -> FakeWeb:
    """A complaint counted, and support took another one back."""
    gone = a_complaint_entry("m-1", NOW - A_DAY, subject="Buns")
    counts = a_complaint_entry("m-2", NOW - A_DAY, subject="Bread")
    facts = replace(cast("Any", facts_of("complaint_voided")), complaint=gone.id, subject="Buns", campaign="")
    told = entry(ACCOUNT, NOW, facts)
    return the_world(an_account(), {(1, TODAY): Tally(5000, 1)}, [gone, counts, told])


def test_a_complaint_that_support_took_back_is_struck_through_and_says_so() -> None:
    page = taken_back().owner().get(REPORT).body

    assert page.count("<s>") == 2  # among the complaints, and on the timeline
    assert "Not counted any more: support took it back." in page
    assert "APWT Support took back the complaint about your e-mail &#34;Buns&#34;" in page
    assert "<s>" in taken_back().owner().get(f"{REPORT}/timeline").body


@pytest.mark.parametrize("path", ["", "/timeline", "/complaints.csv", "/report.json"])
def test_why_and_who_took_it_back_is_not_for_the_owner(path: str) -> None:
    shown = taken_back().owner().get(f"{REPORT}{path}").body

    assert [text for text in (STAFF, "wrong button") if text in shown] == []


def test_machines_are_told_that_it_does_not_count() -> None:
    owner = taken_back().owner()

    rows = table(owner.get(f"{REPORT}/complaints.csv"))
    campaigns = json.loads(owner.get(f"{REPORT}/report.json").body)["campaigns"]
    reports = [one for campaign in campaigns for one in campaign["reports"]]

    assert sorted((row["subject"], row["counts"]) for row in rows) == [("Bread", "yes"), ("Buns", "taken_back")]
    assert sorted((one["subject"], one["counts"]) for one in reports) == [("Bread", "yes"), ("Buns", "taken_back")]


# ---------------------------------------------------------------- the pages, and what they cost


@pytest.mark.parametrize(
    "path", ["", "/year", "/timeline", "/report.csv", "/complaints.csv", "/bounces.csv", "/report.json"]
)
def test_every_page_is_the_owners_alone_and_never_cached(path: str) -> None:
    world = the_world(an_account(), busy_tallies())

    answer = world.owner().get(REPORT + path)

    assert answer.status == 200, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    assert world.staff().get(REPORT + path).status == 401


@pytest.mark.parametrize(("bounces", "more"), [(0, []), (7, ["bounces.latest"])])
def test_a_report_takes_three_reads_and_the_policy_and_one_more_where_mails_bounced(
    bounces: int, more: list[str]
) -> None:
    world = the_world(an_account(), busy_tallies(bounces=bounces))
    owner = world.owner()
    world.faults.calls.clear()

    owner.get(REPORT)

    reads = [call for call in world.faults.calls if not call.startswith(("signer.", "policies."))]
    assert reads == ["accounts.get", "tallies.by_epoch", "timeline.latest", *more]


@pytest.mark.parametrize("call", ["tallies.by_epoch", "timeline.latest", "policies.current", "bounces.latest"])
def test_a_report_without_its_data_is_a_503(call: str) -> None:
    world = the_world(an_account(), busy_tallies())
    owner = world.owner()
    world.faults.fail(call)

    answer = owner.get(REPORT)

    assert answer.status == 503
    assert "Try again" in answer.body


def test_the_timeline_is_read_on_to_its_beginning() -> None:
    cards = [a_card(NOW - n * timedelta(hours=1), at=NOW - n * timedelta(hours=1), id=f"m-{n}") for n in range(130)]
    owner = the_world(an_account(), cards=cards).owner()

    seen, path, pages = 0, REPORT, 0
    while path:
        page = Read(owner.get(path).body)
        seen += sum(tag == "time" for tag, _ in page.elements)
        path = next((href for href in page.with_attribute("href") if "before=" in href), "")
        pages += 1

    assert (seen, pages) == (130, 4)  # 10 on the report, and 50 on each page of the timeline


@pytest.mark.parametrize("before", ["nonsense", "%00", "9" * 5000])
def test_a_wrong_place_in_the_timeline_does_no_harm(before: str) -> None:
    assert the_world(an_account()).owner().get(f"{REPORT}/timeline?before={before}").status == 200


# ---------------------------------------------------------------- the form


def disabled(**different: Any) -> FakeWeb:
    return the_world(an_account(status=Status.DISABLED, **different), BROKEN)


def review_of(world: FakeWeb) -> Review | None:
    return world.rows.accounts[ACCOUNT].review


def test_an_owner_asks_for_a_review_and_sees_that_it_is_with_support() -> None:
    world = disabled()
    owner = world.owner()

    answer = owner.sends(f"{REPORT}/review", action="request", **FORM)

    assert (answer.status, answer.headers["Location"]) == (303, f"{REPORT}#review")
    asked = review_of(world)
    assert asked is not None
    assert (asked.state, str(asked.day), asked.batch, asked.cause, asked.change) == (ReviewState.OPEN, *values(FORM))
    assert "Your request is with support" in owner.get(REPORT).body
    assert len(world.rows.told(ACCOUNT, "review_requested")) == 1


def values(form: dict[str, str]) -> tuple[str, int, str, str]:
    return form["day"], int(form["batch"]), form["cause"], form["change"]


def test_a_request_is_amended_and_withdrawn() -> None:
    world = disabled(review=ASKED)
    owner = world.owner()

    amended = owner.sends(f"{REPORT}/review", action="amend", **{**FORM, "batch": "1,000"})
    first = review_of(world)
    withdrawn = owner.sends(f"{REPORT}/review", action="withdraw", read=answer_token(ASKED))

    assert (amended.status, withdrawn.status) == (303, 303)
    assert first is not None
    assert (first.batch, first.requested_at) == (1000, ASKED.requested_at)
    assert (found := review_of(world)) is not None
    assert found.state is ReviewState.WITHDRAWN
    assert "Ask for a review" in owner.get(REPORT).body


def test_who_changed_or_withdrew_a_request_reads_that_it_was_done() -> None:
    owner = disabled(review=ASKED).owner()
    before = owner.get(REPORT).body

    owner.sends(f"{REPORT}/review", action="amend", **FORM)
    changed = owner.get(REPORT).body
    owner.sends(f"{REPORT}/review", action="withdraw", read=answer_token(ASKED))

    assert "It was changed" not in before
    assert "It was changed on 10 March 2026, 12:00 (UTC)." in changed
    assert "Your request was withdrawn on 10 March 2026, 12:00 (UTC). You can ask again." in owner.get(REPORT).body


def test_the_day_that_was_asked_for_is_in_words_since_the_browser_writes_it_in_its_own_order() -> None:
    text = Read(shown(STATES["open"]())).text

    assert "You asked on 9 March 2026, 17:00 (UTC+01:00), for 800 e-mails on 15 March 2026." in text


def test_a_change_of_an_earlier_request_is_not_told_of_this_one() -> None:
    earlier = an_entry("review_amended", ASKED.requested_at - A_DAY)
    account = an_account(status=Status.DISABLED, review=ASKED)

    assert "It was changed" not in shown(a_report(account, BROKEN, entries=[earlier]))


@pytest.mark.parametrize(
    ("path", "form"),
    [("review", {"action": "request", **FORM, "batch": "0"}), ("provider", {"action": "request", "port": "587"})],
)
def test_a_refused_form_is_shown_where_it_says_why(path: str, form: dict[str, str]) -> None:
    """On a phone it is far below the top of the page."""
    page = Read(disabled().owner().sends(f"{REPORT}/{path}", **form).body)

    focused = [attributes for _, attributes in page.elements if "autofocus" in attributes]

    assert [(one["role"], one["tabindex"]) for one in focused] == [("alert", "-1")]


def test_counts_of_a_new_epoch_have_one_beginning() -> None:
    text = Read(shown(STATES["observing"]())).text

    assert "Counted: e-mails sent since 9 March 2026, 00:00 (UTC+01:00), when counting began anew." in text
    assert "25 January" not in text.partition("Waiting for late complaints")[0]


def test_nobody_is_said_to_have_complained_only_where_nobody_has() -> None:
    unlisted = Read(shown(a_report(an_account(), BROKEN))).text

    assert "Nobody has complained" not in unlisted
    assert "2 complaints are counted and not listed here." in unlisted
    assert "Nobody has complained" in Read(shown(a_report(an_account(), {(1, TODAY): Tally(10)}))).text


def test_a_closed_account_is_not_offered_what_it_cannot_have() -> None:
    text = Read(shown(STATES["closed"]())).text

    assert "Another provider" not in text
    assert "bad luck" not in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"day": "2026-01-01"}, "is not within the next 60 days"),
        ({"day": "tomorrow"}, "choose the day on which your next batch goes out"),
        ({"day": ""}, "choose the day"),
        ({"batch": "0"}, "say how many go out"),
        ({"batch": "many"}, "say as a number"),
        ({"batch": "9" * 30}, "say as a number"),
        ({"cause": "  "}, "say what went wrong"),
        ({"change": ""}, "say what was changed"),
        ({"cause": "x" * 1001}, "1,000 are enough"),
    ],
)
def test_a_refused_form_comes_back_with_the_reason_and_what_was_typed(wrong: dict[str, str], said: str) -> None:
    world = disabled()
    typed = {**FORM, **wrong}

    answer = world.owner().sends(f"{REPORT}/review", action="request", **typed)

    page = Read(answer.body)
    fields = page.with_attribute("name")
    assert answer.status == 422
    assert said in page.text
    assert (fields["day"]["value"], fields["batch"]["value"]) == (typed["day"], typed["batch"])
    assert typed["cause"].strip() in page.text
    assert typed["change"].strip() in page.text
    assert review_of(world) is None
    invalid = {name for name, field in fields.items() if "aria-invalid" in field}
    assert invalid == (set(wrong) if wrong != {"day": "2026-01-01"} else set())  # which the day alone does not say


@pytest.mark.parametrize(
    ("about", "action"),
    [
        ({"status": Status.ACTIVE}, "request"),
        ({"status": Status.ACTIVE}, "withdraw"),
        ({"status": Status.DISABLED, "review": ASKED}, "request"),
        ({"status": Status.DISABLED, "review": APPROVED}, "amend"),
        ({"status": Status.DISABLED}, "withdraw"),
        ({"status": Status.CLOSED}, "request"),
    ],
)
def test_a_decision_that_is_no_longer_possible_is_refused(about: dict[str, Any], action: str) -> None:
    world = the_world(an_account(**about))
    before = world.rows.accounts[ACCOUNT]

    answer = world.owner().sends(f"{REPORT}/review", action=action, read=answer_token(before.review) or "none", **FORM)

    assert answer.status == 422
    assert "This did not work" in answer.body
    assert world.rows.accounts[ACCOUNT] == before


TRIAL = STATES["scheduled"]().account.trial


def test_a_trial_that_was_agreed_on_is_withdrawn() -> None:
    world = disabled(review=APPROVED, trial=TRIAL)
    owner = world.owner()
    read = str(Read(owner.get(REPORT).body).with_attribute("name")["read"]["value"])

    answer = owner.sends(f"{REPORT}/review", action="withdraw", read=read)

    assert answer.status == 303
    assert (world.rows.accounts[ACCOUNT].current_trial, "Ask for a review" in owner.get(REPORT).body) == (None, True)


def test_a_request_that_was_approved_since_the_page_was_opened_is_not_withdrawn() -> None:
    world = disabled(review=ASKED)
    owner = world.owner()
    world.rows.accounts[ACCOUNT] = replace(world.rows.accounts[ACCOUNT], review=APPROVED, trial=TRIAL, version=2)

    answer = owner.sends(f"{REPORT}/review", action="withdraw", read=answer_token(ASKED))

    assert (answer.status, "has answered since you opened this page; read it again" in answer.body) == (422, True)
    assert world.rows.accounts[ACCOUNT].trial == TRIAL


def test_a_reminder_that_was_written_since_the_page_was_opened_keeps_nobody_from_withdrawing() -> None:
    world = disabled(review=ASKED)
    owner = world.owner()
    read = str(Read(owner.get(REPORT).body).with_attribute("name")["read"]["value"])
    reminded = replace(ASKED, last_reminder=RequestedDay.NEAR)
    world.rows.accounts[ACCOUNT] = replace(world.rows.accounts[ACCOUNT], review=reminded, version=2)

    assert owner.sends(f"{REPORT}/review", action="withdraw", read=read).status == 303


@pytest.mark.parametrize("form", [FORM, {"action": "withdraw"}, {"action": "withdraw", "read": ""}])
def test_a_form_that_does_not_say_what_to_do_or_with_what_is_none(form: dict[str, str]) -> None:
    assert disabled(review=ASKED).owner().sends(f"{REPORT}/review", **form).status == 400


def test_a_form_from_another_origin_changes_nothing() -> None:
    world = disabled()
    owner = world.owner()

    answers = [
        owner.post(f"{REPORT}/review", {**FORM, "action": "request", "csrf": "guessed"}),
        owner.post(
            f"{REPORT}/review", {**FORM, "action": "request", "csrf": owner.csrf(REPORT)}, origin="https://evil.example"
        ),
    ]

    assert [answer.status for answer in answers] == [403, 403]
    assert review_of(world) is None


def test_the_form_has_the_csrf_token_of_the_session() -> None:
    world = disabled()
    owner = world.owner()
    fields = Read(owner.get(REPORT).body).with_attribute("name")

    answer = owner.post(f"{REPORT}/review", {"csrf": str(fields["csrf"]["value"]), "action": "request", **FORM})

    assert answer.status == 303


def test_random_histories_are_shown_without_fail() -> None:
    dice = random.Random(11)  # noqa: S311
    for status in Status:
        told = (an_entry(dice.choice(list(KINDS)), NOW - dice.randint(0, 90) * A_DAY) for _ in range(60))
        entries = {one.id: one for one in told}.values()
        tallies = {
            (dice.randint(1, 2), TODAY - n * A_DAY): Tally(dice.randint(0, 9), dice.randint(0, 9), 1) for n in range(60)
        }
        trial = STATES["trial"]().account.trial
        account = an_account(status=status, epochs=(NOW - 9 * A_DAY,), trial=trial)
        assert Read(shown(a_report(account, tallies, list(entries)))).text
