"""What an entry says, and how: in plain words, made of its facts, safe to print."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import (
    ACCOUNT,
    NOW,
    PLATFORM,
    a_complaint,
    a_complaint_entry,
    a_verdict,
    an_entry,
    complaint_entries,
    days_of,
)

from permille.domain import timeline, wording
from permille.domain.policy import SEED
from permille.domain.policy_file import policy_data
from permille.domain.timeline import Audience, Kind
from permille.domain.wording import headline, plain, quoted, sentence

ALL = list(Kind)
SWITCHED = {Kind.DISABLED, Kind.DISABLING_REVERSED, Kind.STAFF_DISABLED, Kind.STAFF_ENABLED, Kind.CLOSED}
SECOND_CHANCE = {
    Kind.REVIEW_REQUESTED,
    Kind.REVIEW_APPROVED,
    Kind.REVIEW_DECLINED,
    Kind.REVIEW_REOPENED,
    Kind.REVIEW_DAY_PASSED,
    Kind.TRIAL_CANCELLED,
    Kind.TRIAL_BEGAN,
    Kind.TRIAL_ENDED,
    Kind.TRIAL_UNUSED,
    Kind.STAYS_SUSPENDED,
    Kind.REINSTATED,
}
instants = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_has_a_headline_and_a_sentence(kind: Kind) -> None:
    entry = an_entry(kind)

    assert headline(entry, PLATFORM).strip()
    assert sentence(entry).endswith(".")


def test_a_disabling_is_told_in_the_words_of_the_seed() -> None:
    told = headline(an_entry(Kind.DISABLED), "APWT")

    assert told == "Your APWT SMTP account has been disabled due to poor sending reputation"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            Kind.DISABLED,
            (
                "2 complaints in 1,000 delivered e-mails over the last 45 days: 2.00 per 1,000. "
                "The limit is 1 complaint for every 1,000."
            ),
        ),
        (
            Kind.ALERT,
            (
                "1 complaint in 1,000 delivered e-mails over the last 45 days: 1.00 per 1,000. "
                "One more would disable your SMTP account."
            ),
        ),
        (Kind.COMPLAINT, "Sent on 10 March 2026, reported on 10 March 2026."),
        (Kind.REPORT, "Sent on 10 March 2026. Not counted: the report says not-spam."),
        (Kind.CREATED, "Mail sent by permille-bakery counts for this account."),
    ],
)
def test_a_sentence_names_the_numbers_that_were_used(kind: Kind, said: str) -> None:
    assert sentence(an_entry(kind)) == said


def test_what_is_left_is_said() -> None:
    alert = timeline.alert(ACCOUNT, NOW, a_verdict(5000, 1), complaint_entries(1))

    assert "You can have 4 more before your SMTP account is disabled." in sentence(alert)


def test_without_a_delivery_no_rate_is_made_up() -> None:
    alert = timeline.alert(ACCOUNT, NOW, a_verdict(0, 1), complaint_entries(1))

    assert sentence(alert).startswith("1 complaint in 0 delivered e-mails over the last 45 days. ")


@pytest.mark.parametrize(
    ("delivered", "complaints", "said"),
    [
        (9000, 1, "Someone marked your e-mail as spam"),
        (9000, 3, "3 new spam complaints about your e-mails"),
        (1000, 1, "Warning: someone marked your e-mail as spam"),
        (5000, 3, "Warning: 3 new spam complaints about your e-mails"),
    ],
)
def test_an_alert_warns_where_the_verdict_does(delivered: int, complaints: int, said: str) -> None:
    alert = timeline.alert(ACCOUNT, NOW, a_verdict(delivered, complaints), complaint_entries(complaints))

    assert headline(alert, PLATFORM) == said


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        (("ann@example.com",), 'ann@example.com marked your e-mail "Fresh bread" as spam'),
        (("ann@example.com", "bob@example.com"), 'A recipient marked your e-mail "Fresh bread" as spam'),
        ((), 'A recipient marked your e-mail "Fresh bread" as spam'),
        (("Ann <Ann@Example.com>",), 'ann@example.com marked your e-mail "Fresh bread" as spam'),
    ],
)
def test_who_complained_is_never_guessed_from_the_candidates(candidates: tuple[str, ...], said: str) -> None:
    sent_to = {"destination": ("ann@example.com", "bob@example.com")}
    entry = timeline.complaint(ACCOUNT, NOW, a_complaint(message=sent_to, candidates=candidates), epoch=1)

    assert headline(entry, PLATFORM) == said


@pytest.mark.parametrize(
    ("subject", "campaign", "said"),
    [
        ("Fresh bread", "", '"Fresh bread"'),
        ("", "", "(no subject)"),
        ("Fresh bread", "easter", '"Fresh bread" (campaign easter)'),
        ("\x00\x1b", "", "(no subject)"),
    ],
)
def test_a_mail_is_named_as_its_sender_named_it(subject: str, campaign: str, said: str) -> None:
    assert quoted({"subject": subject, "campaign": campaign}) == said


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("one\r\nBcc: two@example.com", "one Bcc: two@example.com"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066left\u2069\u200b", "left"),
        ("line\u2028break\u2029here", "line break here"),
        ("  much \t space  ", "much space"),
        ("\ud800half", "half"),
        ("soft\u00ad\ufeff\u2060hyphen", "softhyphen"),
        ("\ue000\U000f0000\uffff\U0001fffe\ufdd0private", "private"),
        ("hidden\U000e0001\U000e0068\U000e0069", "hidden"),  # tags, by which a text can be written unseen
        ("\U0001f3f4\U000e0068\U000e0069", "\U0001f3f4"),  # no flag: it has no end
        ("\u200d\u200c\ufe0f \u200d", ""),  # shows nothing
        ("x" * 101, "x" * 99 + "…"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_hostile_subject_is_made_plain(hostile: str, shown: str) -> None:
    assert plain(hostile) == shown


@pytest.mark.parametrize(
    "text",
    [
        "\U0001fa77",  # the pink heart of Unicode 15, which Python 3.11 does not know
        "\U0001faea \U0001f6d8",  # of Unicode 16 and 17
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 day",  # a family, held together by joiners
        "\U0001f469\u200d\U0001f373",
        "\u2764\ufe0f",
        "\U0001f1e6\U0001f1f9",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland's flag
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
        "\u0915\u094d\u200d\u0937",
        "\u05e9\u05dc\u05d5\u05dd",
        "\U000323b0\U0003fffd",  # ideographs to come
    ],
)
def test_every_script_and_emoji_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
    assert plain(f"{text} at last") == f"{text} at last"


foreign = st.text() | st.text(
    st.sampled_from("ab \n\u200d\u200b\ufe0f\u202e\U0001f3f4\U000e0067\U000e007f"), max_size=120
)


@given(foreign)
def test_plain_text_is_one_short_line_and_stays_as_it_is(text: str) -> None:
    shown = plain(text)

    assert len(shown) <= wording.LONGEST_QUOTE
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Zl", "Zp") for character in shown)
    assert not set(shown) & set("\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\u00ad")
    assert plain(shown) == shown


@pytest.mark.parametrize("kind", ALL)
def test_facts_survive_json(kind: Kind) -> None:
    entry = an_entry(kind)

    assert json.loads(entry.facts_json) == entry.facts


@given(instants, instants)
def test_ids_sort_by_time(one: datetime, other: datetime) -> None:
    first, second = sorted([one, other])

    assert timeline.id_at(first) <= timeline.id_at(second)
    assert first == second or timeline.id_at(first, "z") < timeline.id_at(second, "a")


def test_an_id_is_the_same_in_every_time_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))

    assert timeline.id_at(elsewhere, "x") == timeline.id_at(NOW, "x")


def test_the_same_happening_has_the_same_id_and_another_one_has_not() -> None:
    again, other = a_complaint_entry("m-1"), a_complaint_entry("m-2")

    assert again.id == a_complaint_entry("m-1").id
    assert again.id != other.id


@pytest.mark.parametrize("kind", ALL)
def test_what_concerns_the_owner_is_for_the_owner_and_what_only_support_can_act_on_is_for_staff(kind: Kind) -> None:
    reports = {Kind.CREATED, Kind.COMPLAINT, Kind.REPORT, Kind.ALERT, Kind.REVIEW_WITHDRAWN}
    reports |= {Kind.PROVIDER_CONNECTED, Kind.PROVIDER_DISCONNECTED, Kind.REVIEW_AMENDED}

    assert kind.audience is (Audience.OWNER if kind in reports | SWITCHED | SECOND_CHANCE else Audience.STAFF)


def test_what_changes_something_for_the_owner_is_mailed_and_nothing_else() -> None:
    assert {kind for kind in Kind if kind.is_mailed} == {Kind.ALERT} | SWITCHED | SECOND_CHANCE


def test_a_report_that_does_not_count_says_so() -> None:
    entry = an_entry(Kind.REPORT)

    assert headline(entry, PLATFORM).endswith("it does not count as a complaint")


def test_a_decision_can_be_explained_word_for_word() -> None:
    verdict, days, complaints = a_verdict(1000, 2), days_of(1000, 2), complaint_entries(2)

    entry = timeline.judged(ACCOUNT, Kind.DISABLED, NOW, verdict, days, complaints, code="1.0+abc")

    assert entry.facts == {
        "rule": "complaint_ratio",
        "delivered": 1000,
        "complaints": 2,
        "bounces": 0,
        "allowance_left": 0,
        "limit_per_1000": 1,
        "window_days": 45,
        "first_day": "2026-01-25",
        "last_day": "2026-03-10",
        "policy": "seed",
        "days": [{"day": "2026-03-10", "delivered": 1000, "complaints": 2, "bounces": 0}],
        "complaint_identities": ["complaint#m-1", "complaint#m-2"],
        "rules": policy_data(SEED),
        "code": "1.0+abc",
        "spared": "",
    }


def test_an_alert_lists_the_latest_complaints_and_counts_all() -> None:
    alert = timeline.alert(ACCOUNT, NOW, a_verdict(50_000, 25), complaint_entries(25))

    assert alert.facts["new_complaints"] == 25
    assert len(alert.facts["listed"]) == timeline.LISTED_COMPLAINTS
    assert alert.facts["listed"][-1]["message_id"] == "m-25"


def test_the_largest_decision_record_fits_into_a_row_and_an_event() -> None:
    many = complaint_entries(3000)

    entry = timeline.judged(ACCOUNT, Kind.DISABLED, NOW, a_verdict(1000, 3000), days_of(1000, 3000), many)

    assert len(entry.facts["complaint_identities"]) == timeline.LISTED_IDENTITIES
    assert len(entry.facts_json.encode()) < 200_000
