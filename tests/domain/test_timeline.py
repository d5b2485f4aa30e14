"""What an entry says, and how: in plain words, made of its facts, safe to print."""

import json
import unicodedata
from collections import abc
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import (
    ACCOUNT,
    NOW,
    PLATFORM,
    a_complaint,
    a_complaint_entry,
    a_record,
    a_verdict,
    an_alert,
    an_entry,
    complaint_entries,
    days_of,
)

from permille.domain.policy.policy import DEFAULT
from permille.domain.policy.policy_file import policy_data
from permille.domain.timeline import kinds
from permille.domain.timeline.facts import Audience, Facts, Unknown, declared
from permille.domain.timeline.kinds.alert import LISTED_COMPLAINTS
from permille.domain.timeline.kinds.complaints import reported
from permille.domain.timeline.kinds.decision_record import LISTED_IDENTITIES
from permille.domain.timeline.kinds.note import Noted
from permille.domain.timeline.kinds.registry import KINDS, MODULES
from permille.domain.timeline.timeline import Entry, entry, entry_as_read
from permille.domain.values.entry_id import id_at
from permille.domain.words import wording
from permille.domain.words.mail_text import MailContext
from permille.domain.words.wording import plain, quoted

ALL = list(KINDS)
CHOICES = [
    (kind, name)
    for kind, facts in KINDS.items()
    for name, hint in get_type_hints(facts).items()
    if any(isinstance(one, type) and issubclass(one, StrEnum) for one in (hint, *get_args(hint)))
]
CHANGED = {"owner_address_changed"}
SWITCHED = {"disabled", "disabling_reversed", "staff_disabled", "staff_enabled", "deny_lifted", "closed"}
CORRECTED = {"complaint_voided", "complaint_restored"}
SECOND_CHANCE = {
    "review_requested",
    "review_approved",
    "review_declined",
    "review_reopened",
    "review_day_passed",
    "trial_cancelled",
    "trial_began",
    "trial_ended",
    "trial_unused",
    "stays_suspended",
    "reinstated",
}
instants = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
st.register_type_strategy(datetime, instants)  # an instant that says no zone is none


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_has_a_headline_and_a_sentence(kind: str) -> None:
    entry = an_entry(kind)

    assert entry.headline(PLATFORM).strip()
    assert entry.sentence().endswith((".", "”"))


def test_a_disabling_is_told_in_the_specified_words() -> None:
    told = an_entry("disabled").headline("APWT")

    assert told == "Your APWT SMTP account has been disabled due to poor sending reputation"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "disabled",
            (
                "2 complaints in 1,000 delivered e-mails over the last 45 days: 2.00 per 1,000. "
                "The limit is 1 complaint for every 1,000."
            ),
        ),
        (
            "alert",
            (
                "1 complaint in 1,000 delivered e-mails over the last 45 days: 1.00 per 1,000. "
                "One more would disable your SMTP account."
            ),
        ),
        ("complaint", "Sent on 10 March 2026, reported on 10 March 2026."),
        ("uncounted_report", "Sent on 10 March 2026. Not counted: the report says not-spam."),
        ("created", "Mail sent by permille-bakery counts for this account."),
    ],
)
def test_a_sentence_names_the_numbers_that_were_used(kind: str, said: str) -> None:
    assert an_entry(kind).sentence() == said


def test_what_is_left_is_said() -> None:
    alert = an_alert(ACCOUNT, NOW, a_verdict(5000, 1), complaint_entries(1))

    assert "You can have 4 more; the one after that would disable your SMTP account." in alert.sentence()


def test_an_alert_about_mail_of_an_earlier_counting_period_does_not_say_that_it_is_old() -> None:
    alert = an_alert(ACCOUNT, NOW, a_verdict(800, 0), complaint_entries(1))

    assert alert.sentence().startswith("It is about e-mail that no longer counts towards the limit. ")


def test_without_a_delivery_no_rate_is_made_up() -> None:
    alert = an_alert(ACCOUNT, NOW, a_verdict(0, 1), complaint_entries(1))

    assert alert.sentence().startswith("1 complaint in 0 delivered e-mails over the last 45 days. ")


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
    alert = an_alert(ACCOUNT, NOW, a_verdict(delivered, complaints), complaint_entries(complaints))

    assert alert.headline(PLATFORM) == said


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
    entry = reported(ACCOUNT, NOW, a_complaint(message=sent_to, candidates=candidates), epoch=1)

    assert entry.headline(PLATFORM) == said


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
    assert quoted(subject, campaign) == said


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
        ("\u3164 \u2800\u115f\u034f\u3000", ""),  # nor does this
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
def test_an_entry_is_read_as_it_was_written(kind: str) -> None:
    written = an_entry(kind)

    read = as_stored(written, json.loads(written.facts_json))

    assert read == written
    assert read.as_read is None


def as_stored(written: Entry, data: Mapping[str, Any], kind: str = "") -> Entry:
    return entry_as_read(written.account_id, written.id, written.at, kind or written.kind, written.audience, data)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Of a fact's type; of an open mapping some."""
    opened = get_origin(hint) is abc.Mapping
    return st.dictionaries(st.text(), st.integers()) if opened else st.from_type(hint)


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=20)
@given(data=st.data())
def test_whatever_facts_a_kind_declares_survive_json(kind: str, data: st.DataObject) -> None:
    hints = get_type_hints(KINDS[kind])
    drawn = {one.name: data.draw(values_of(hints[one.name])) for one in fields(cast("Any", KINDS[kind]))}
    written = replace(an_entry(kind), facts=KINDS[kind](**drawn))

    assert as_stored(written, json.loads(written.facts_json)) == written


@pytest.mark.parametrize("kind", ALL)
def test_a_fact_that_is_not_declared_fails_at_construction(kind: str) -> None:
    with pytest.raises(TypeError, match="invented"):
        cast("Any", KINDS[kind])(**{one.name: "x" for one in fields(cast("Any", KINDS[kind]))}, invented=1)


def test_a_kind_is_declared_once_and_its_module_is_imported_by_whoever_reads() -> None:
    modules = {one.stem for one in Path(kinds.__file__).parent.glob("*.py")} - {
        "__init__",
        "registry",
        "numbers",
        "rule_numbers",
    }

    assert {one.__name__.rpartition(".")[2] for one in MODULES} == modules
    with pytest.raises(AssertionError, match="declared twice"):
        declared("reinstated", Audience.OWNER)(type("Again", (Facts,), {}))


@pytest.mark.parametrize("kind", ALL)
def test_facts_of_a_newer_version_are_kept_beside_those_that_are_known(kind: str) -> None:
    written = an_entry(kind)
    newer = {**written.data, "invented": {"by": "a newer version"}}

    read = as_stored(written, newer)

    assert read.facts == written.facts
    assert read.data == json.loads(read.facts_json) == newer
    assert read.headline(PLATFORM) == written.headline(PLATFORM)


def test_what_a_newer_version_wrote_in_a_list_is_kept_too() -> None:
    written = an_entry("alert")
    newer = {**written.data, "listed": [{**written.data["listed"][0], "invented": 1}]}

    assert as_stored(written, newer).data == newer


def test_a_rule_that_only_a_newer_version_has_is_read_as_its_name() -> None:
    written = an_entry("disabled")
    newer = {**written.data, "rule": "open_rate"}

    read = as_stored(written, newer)

    assert (read.kind, read.data["rule"]) == ("disabled", "open_rate")
    assert read.sentence() == written.sentence()


@pytest.mark.parametrize("audience", list(Audience))
def test_a_kind_that_only_a_newer_version_has_is_shown_to_its_audience(audience: Audience) -> None:
    data = {"what": "who knows"}

    read = entry_as_read(ACCOUNT, "id", NOW, "invented", audience, data)

    assert (read.kind, read.audience, read.data, read.is_mailed) == ("invented", audience, data, False)
    assert read.headline(PLATFORM) == "An entry of the kind invented"
    assert read.sentence().endswith((".", "”"))


@pytest.mark.parametrize(
    "data", [{}, {"day": 7}, {"day": "next week"}, {"day": None}], ids=["missing", "number", "no day", "null"]
)
def test_facts_that_are_not_as_declared_make_no_reader_fail(data: dict[str, Any]) -> None:
    read = entry_as_read(ACCOUNT, "id", NOW, "review_reopened", "owner", data)

    assert (read.kind, read.audience, read.data) == ("review_reopened", "owner", data)
    assert isinstance(read.facts, Unknown)


@given(instants, instants)
def test_ids_sort_by_time(one: datetime, other: datetime) -> None:
    first, second = sorted([one, other])

    assert id_at(first) <= id_at(second)
    assert first == second or id_at(first, "z") < id_at(second, "a")


def test_an_id_is_the_same_in_every_time_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))

    assert id_at(elsewhere, "x") == id_at(NOW, "x")


def test_the_same_happening_has_the_same_id_and_another_one_has_not() -> None:
    again, other = a_complaint_entry("m-1"), a_complaint_entry("m-2")

    assert again.id == a_complaint_entry("m-1").id
    assert again.id != other.id


@pytest.mark.parametrize("kind", ALL)
def test_what_concerns_the_owner_is_for_the_owner_and_what_only_support_can_act_on_is_for_staff(kind: str) -> None:
    reports = {"created", "complaint", "repeated_complaint", "uncounted_report", "alert", "bounces", "review_withdrawn"}
    reports |= {"provider_connected", "provider_disconnected", "review_amended"}
    reports |= {"credential_renewed", "old_credential_ended", "link_requested"}
    reports |= {"monthly_standing", "monthly_mail_stopped", "monthly_mail_resumed"}
    reports |= {"provider_requested", "provider_request_ended"}

    assert KINDS[kind].declaration.audience is (
        Audience.OWNER if kind in reports | CORRECTED | SWITCHED | SECOND_CHANCE | CHANGED else Audience.STAFF
    )


def test_what_changes_something_for_the_owner_is_mailed_and_nothing_else() -> None:
    told = (
        {"alert", "owner_address_dropped", "credential_renewed", "provider_connected", "link_requested"}
        | {"monthly_standing", "provider_requested"}
        | SWITCHED
        | SECOND_CHANCE
        | CHANGED
    )
    assert {kind for kind in KINDS if KINDS[kind].declaration.mailed} == told


def test_a_report_that_does_not_count_says_so() -> None:
    entry = an_entry("uncounted_report")

    assert entry.headline(PLATFORM).endswith("it does not count as a complaint")


def test_a_decision_can_be_explained_word_for_word() -> None:
    verdict, days, complaints = a_verdict(1000, 2), days_of(1000, 2), complaint_entries(2)

    entry = a_record(ACCOUNT, NOW, verdict, days, complaints, code="1.0+abc")

    assert entry.data == {
        "rule": "complaint_ratio",
        "delivered": 1000,
        "complaints": 2,
        "bounces": 0,
        "allowance_left": 0,
        "limit_per_1000": 1,
        "window_days": 45,
        "first_day": "2026-01-25",
        "last_day": "2026-03-10",
        "policy": "default",
        "days": [{"day": "2026-03-10", "delivered": 1000, "complaints": 2, "bounces": 0}],
        "complaint_identities": ["complaint#m-1", "complaint#m-2"],
        "rules": policy_data(DEFAULT),
        "code": "1.0+abc",
        "not_enforced": "",
    }


def test_an_alert_lists_the_latest_complaints_and_counts_all() -> None:
    alert = an_alert(ACCOUNT, NOW, a_verdict(50_000, 25), complaint_entries(25))

    assert alert.data["new_complaints"] == 25
    assert len(alert.data["listed"]) == LISTED_COMPLAINTS
    assert alert.data["listed"][-1]["message_id"] == "m-25"


def test_the_largest_decision_record_fits_into_a_row_and_an_event() -> None:
    many = complaint_entries(3000)

    entry = a_record(ACCOUNT, NOW, a_verdict(1000, 3000), days_of(1000, 3000), many)

    assert len(entry.data["complaint_identities"]) == LISTED_IDENTITIES
    assert len(entry.facts_json.encode()) < 200_000


# ---------------------------------------------------------------- where the account is


VIENNA = ZoneInfo("Europe/Vienna")
LATE = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # the next day in Vienna


def test_people_read_every_instant_where_the_account_is_also_those_in_a_list() -> None:
    alert = an_alert(ACCOUNT, LATE, a_verdict(1000, 1), [a_complaint_entry(sent_at=LATE, at=LATE)])

    told = alert.in_zone(VIENNA)

    [which] = [section.bullets for section in told.facts.mail(MailContext(PLATFORM)) if section.bullets]
    assert list(which) == ['"Fresh bread", sent on 11 March 2026 to ann@example.com']


@pytest.mark.parametrize("kind", ALL)
def test_in_utc_an_entry_stays_as_it_is(kind: str) -> None:
    assert an_entry(kind).in_zone(UTC) == an_entry(kind)


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))])
@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_an_instant_at_the_ends_of_time_is_told_in_every_zone(at: datetime, zone: timezone) -> None:
    complaint = replace(a_complaint_entry(), facts=replace(cast("Any", a_complaint_entry().facts), reported_at=at))

    assert complaint.in_zone(zone).sentence()


# ---------------------------------------------------------------- of other versions


@pytest.mark.parametrize(("kind", "field"), CHOICES)
def test_a_choice_that_only_a_newer_version_has_fails_no_reader(kind: str, field: str) -> None:
    written = an_entry(kind)

    read = as_stored(written, {**written.data, field: "invented"})

    assert read.data[field] == "invented"
    assert read.headline(PLATFORM)
    assert read.sentence().endswith((".", "”"))
    assert read.facts.mail(MailContext(PLATFORM)) is not None


WRONG: list[Any] = [None, True, 1.5, -1.5, "x", [], ["x"], {}, {"x": 1}, "2026-03-10T12:00:00"]


@pytest.mark.parametrize("kind", ALL)
def test_a_fact_of_another_type_fails_no_reader(kind: str) -> None:
    written = an_entry(kind)

    for field, wrong in product(written.data, WRONG):
        read = as_stored(written, {**written.data, field: wrong})

        assert read.data[field] == wrong
        assert read.headline(PLATFORM)
        assert read.sentence().endswith((".", "”"))
        assert read.facts.mail(MailContext(PLATFORM)) is not None


OURS = {"rule", "policy", "rules", "replaced", "replaced_rules"}  # facts that Permille alone names


def hostile(data: Any) -> Any:
    """The same facts with a sign behind every text that a terminal obeys, and one that turns the text around."""
    match data:
        case str():
            return f"{data}\x1b\u202e"
        case list():
            return [hostile(one) for one in data]
        case dict():
            return {name: hostile(one) for name, one in data.items()}
        case _:
            return data


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind != "mode_entered"])
def test_no_fact_of_any_kind_hides_in_the_words_or_reorders_them(kind: str) -> None:
    written = an_entry(kind)

    for field in written.data.keys() - OURS:
        read = as_stored(written, {**written.data, field: hostile(written.data[field])})

        assert wording.hides_nothing(read.headline(PLATFORM)), field
        assert wording.hides_nothing(read.sentence()), field


def test_how_a_kind_changes_the_status_is_known_also_where_its_facts_cannot_be_read() -> None:
    read = as_stored(an_entry("disabled"), {"delivered": "many"})

    assert isinstance(read.facts, Unknown)
    assert read.change == an_entry("disabled").change
    assert not read.is_mailed


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🍳 Bäckerei",
        "\U0001fae9 مى\u200cخواهم",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_emoji_joiners_and_scripts_hide_nothing(text: str) -> None:
    assert wording.hides_nothing(text)
    assert wording.exposed(text) == text


@pytest.mark.parametrize(
    "sign", ["\x1b", "\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\U000e0041", "\ue000", "\u2028"]
)
def test_each_sign_that_reorders_or_hides_is_exposed(sign: str) -> None:
    assert not wording.hides_nothing(f"a{sign}b")
    assert wording.exposed(f"a{sign}b\nc") == f"a{wording.REPLACED}b\nc"


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("arn:aws:iam::123456789012:user/sam", "By user/sam: "),
        ("arn:aws:sts::123456789012:assumed-role/Support/eva", "By assumed-role/Support/eva: "),
        ("staff:Anna (link by user/sam)", "By staff:Anna (link by user/sam): "),
        ("arn:aws:iam::123456789012:user/role/Admin/sam", "By user/sam: "),  # a path that imitates
        ("platform:crm", "By platform:crm: "),
    ],
)
def test_staff_read_who_acted_without_the_number_of_the_aws_account(by: str, said: str) -> None:
    noted = entry(ACCOUNT, NOW, Noted(text="They called", by=by))

    assert noted.sentence().startswith(said)
    assert noted.data["by"] == by
