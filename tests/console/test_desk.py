"""The support desk, page by page: for staff alone, complete, with foreign texts escaped."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any, cast
from urllib.parse import quote, urlencode

import pytest
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    KEY,
    NOW,
    PATIENCE,
    STAFF,
    TODAY,
    TOMORROW,
    a_complaint_entry,
    a_provider,
    a_provider_request,
    an_account,
    an_entry,
    bounce_counts,
    by_staff,
)
from tests.support.desk_world import ANNA, COMPLAINT, REQUEST, WENT_WELL, agreed, asking, went_well
from tests.support.fakes import FakeLedger
from tests.support.visiting import Answer, FakeWeb, Visitor
from tests.usecases.test_suppression import complained

from permille.console.site.desk_forms import DECISIONS
from permille.console.site.desk_page import DONE_MESSAGES
from permille.console.site.site_app import resolver
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import ACTIVE, Denial, Renewal
from permille.domain.account.provider import Provider
from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.account.second_chance import TrialState
from permille.domain.doctor.check import CheckResult, CheckState, Finding, Severity
from permille.domain.doctor.checkup import Checkup
from permille.domain.policy.policy import DEFAULT, ComplaintRatio
from permille.domain.policy.ses_review import denominators
from permille.domain.rules.breaker import BreakerState
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.ports.desk import SesFigures, SesRate

PAGES = [
    "/desk",
    "/desk/accounts",
    "/desk/accounts?list=off",
    f"/desk/accounts/{ACCOUNT}",
    "/desk/held",
    "/desk/system",
]
PLATFORM = "/desk/platform"
SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
    "<!--",
    "&lt;b&gt;",
    "\u202egnp.exe\u2066",
    "\x00\x1b[31m",
]


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb()
    world.support.lost_it()
    return world


def routes() -> list[tuple[str, str]]:
    """Every route of the desk, as (method, an address that fits)."""
    found = []
    for route in resolver()._static_routes + resolver()._dynamic_routes:
        path = route.path
        if path.startswith("/desk"):
            address = path.replace("<_id>", ACCOUNT).replace("<_decision>", "disable")
            found += [
                (method, address) for method in ([route.method] if isinstance(route.method, str) else route.method)
            ]
    return found


def text_of(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.body).split())


# ---------------------------------------------------------------- who is let in


def test_all_routes_of_the_desk_are_listed_here() -> None:
    assert len(routes()) == 21


@pytest.mark.parametrize(("method", "path"), routes())
def test_the_desk_is_for_staff_alone(world: FakeWeb, method: str, path: str) -> None:
    owner, platform, nobody = world.owner(), world.platform(), Visitor(world)
    owner.cookies["__Host-staff"] = owner.cookies[f"__Host-owner-{ACCOUNT}"]
    platform.cookies["__Host-staff"] = platform.token
    form = {"csrf": owner.csrf("/desk"), "version": "1", "reason": "Because"}

    for visitor, status in ((owner, 403), (platform, 403), (nobody, 401)):
        answer = visitor.get(path) if method == "GET" else visitor.post(path, form)
        assert answer.status == status
        assert world.rows.accounts[ACCOUNT].version == 1


@pytest.mark.parametrize(("method", "path"), [route for route in routes() if route[0] == "POST"])
@pytest.mark.parametrize("wrong", ["no csrf", "another csrf", "another origin"])
def test_a_form_that_is_not_of_this_session_does_nothing(
    world: FakeWeb, anna: Visitor, method: str, path: str, wrong: str
) -> None:
    form = {"version": "1", "reason": "Because"}
    if wrong == "another csrf":
        form["csrf"] = world.staff("Eve").csrf("/desk")
    elif wrong == "another origin":
        form["csrf"] = anna.csrf("/desk")
    origin = "https://evil.example" if wrong == "another origin" else "https://console.example"

    answer = anna.post(path, form, origin=origin)

    assert answer.status == 403
    assert (world.rows.accounts[ACCOUNT].version, world.support.resets.last) == (1, None)


@pytest.mark.parametrize("path", [*PAGES, PLATFORM])
def test_the_desk_is_never_framed_or_cached_and_runs_no_script(anna: Visitor, path: str) -> None:
    answer = anna.get(path)

    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script|\sstyle=|\son[a-z]+=|https?://", answer.body)


# ---------------------------------------------------------------- what is shown


def test_the_queue_shows_what_support_decides_by(anna: Visitor) -> None:
    text = text_of(anna.get("/desk"))

    for shown in (
        "Waiting for you",
        "waits for 5 hours",
        "800 e-mails",
        "We mailed an old list",
        "We took it off",
        "2 complaints in 1,000 delivered e-mails",
        "2 Fresh bread",
        "1 disabling, no trial so far.",
    ):
        assert shown in text


def test_a_decision_needs_a_reason(anna: Visitor) -> None:
    body = anna.get("/desk").body

    assert re.search(r'<textarea[^>]* name="reason"[^>]* required', body)
    assert f"Approve {ACCOUNT}" in body
    assert f"Decline {ACCOUNT}" in body


@pytest.mark.parametrize(
    ("hours", "says"),
    [(26, ""), (24, "that day is today or tomorrow"), (0, "that day is today or tomorrow"), (-24, "that day is over")],
)
def test_a_day_that_is_near_or_over_stands_out_in_the_queue(
    world: FakeWeb, anna: Visitor, hours: int, says: str
) -> None:
    begins_at = NOW + timedelta(hours=hours)
    request = replace(REQUEST, begins_at=begins_at, ends_at=begins_at + timedelta(hours=24))
    world.support.add(asking(review=request))

    for page in ("/desk", f"/desk/accounts/{ACCOUNT}"):
        text = text_of(anna.get(page))
        assert [one for one in ("that day is today or tomorrow", "that day is over") if one in text] == [says][
            : len(says)
        ]


def test_what_can_be_done_to_a_trial_that_was_agreed_on_is_offered_until_it_begins(
    world: FakeWeb, anna: Visitor
) -> None:
    page = f"/desk/accounts/{ACCOUNT}"
    offers = ("Move the trial of bakery", "Cancel the trial of bakery")
    before = anna.get(page).body
    world.support.add(agreed())
    waits = anna.get(page).body
    world.support.add(replace(went_well(), status=Status.TRIAL, trial=replace(WENT_WELL, state=TrialState.RUNNING)))
    running = anna.get(page).body

    assert [[offer in body for offer in offers] for body in (before, waits, running)] == [
        [False, False],
        [True, True],
        [False, False],
    ]
    assert f'value="{TOMORROW}"' in waits


def test_a_trial_that_cannot_be_moved_says_why_beside_what_was_typed(world: FakeWeb, anna: Visitor) -> None:
    world.support.add(agreed())

    answer = anna.sends(f"/desk/accounts/{ACCOUNT}/approve", version="1", reason="Friday", day=str(TOMORROW))

    assert (answer.status, "choose another day to move it" in text_of(answer)) == (409, True)
    assert "Friday</textarea>" in answer.body


def test_the_account_shows_everything(world: FakeWeb, anna: Visitor) -> None:
    world.support.switch.users["permille-bakery"].keys = {KEY: ACTIVE}

    text = text_of(anna.get(f"/desk/accounts/{ACCOUNT}"))

    for shown in (
        "bakery is disabled.",
        "complaint_ratio is broken",
        "2 in 1,000",
        f"permille-bakery has the key {KEY} Active.",
        "drifted",
        "in the deny group",
        "Fresh bread",
        "ann@example.com",
        "Your APWT SMTP account has been disabled due to poor sending reputation",
    ):
        assert shown in text


def test_of_a_closed_account_the_page_says_what_the_command_has_left_to_do(world: FakeWeb, anna: Visitor) -> None:
    """The console may delete nothing."""
    world.support.add(an_account(status=Status.CLOSED))
    command = f"permille account close {ACCOUNT} --reason R"

    before = text_of(anna.get(f"/desk/accounts/{ACCOUNT}"))
    del world.support.switch.users[CALLER]
    after = text_of(anna.get(f"/desk/accounts/{ACCOUNT}"))

    assert f"The IAM user is still there. To delete it, where Permille made it: {command}" in before
    assert (command in after, f"{CALLER} deleted" in after) == (False, True)
    assert "Enable" not in before


def test_until_when_the_old_key_of_a_renewed_credential_works_is_shown(world: FakeWeb, anna: Visitor) -> None:
    renewal = Renewal(CALLER, (KEY,), new="AKIA2", until=NOW + timedelta(hours=48))
    world.support.add(an_account(renewal=renewal))

    text = text_of(anna.get(f"/desk/accounts/{ACCOUNT}"))

    assert "The credential was renewed: the old key works until 12 March 2026, 12:00 (UTC)." in text


@pytest.mark.parametrize("provider", [None, a_provider(host="smtp.first.example")], ids=["alone", "connected"])
def test_a_provider_that_waits_for_the_owners_confirmation_is_shown(
    world: FakeWeb, anna: Visitor, provider: Provider | None
) -> None:
    asked = replace(a_provider_request("smtp.other.example"), username="<b>bea</b>")
    world.support.add(an_account(timezone="Europe/Berlin", provider=provider, provider_request=asked))

    text = text_of(anna.get(f"/desk/accounts/{ACCOUNT}"))

    assert (
        "smtp.other.example:587 as &lt;b&gt;bea&lt;/b&gt; was asked for on the owner&#39;s page on 10 March 2026, "
        "13:00 (UTC+01:00). It waits for the owner&#39;s confirmation, until 13 March 2026, 13:00 (UTC+01:00)."
    ) in text
    assert f"permille provider withdraw {ACCOUNT} withdraws it." in text


def test_an_account_denied_by_hand_is_off_and_can_be_enabled_at_the_desk(world: FakeWeb, anna: Visitor) -> None:
    page = f"/desk/accounts/{ACCOUNT}"
    world.support.add(an_account(denial=Denial((CALLER,), NOW), assessment=Assessment(TODAY, 4212, 2, 0, 2)))
    world.support.switch.users[CALLER].denied = True

    text = text_of(anna.get(page))
    for shown in (
        "active denied by hand",
        "Off since 10 March 2026, 12:00 (UTC): switched off by hand in AWS. In the deny group: permille-bakery.",
        "More allowed none: it is off",
        "permille-bakery denied by hand",
        "Enable: lift the deny, and go on counting",
    ):
        assert shown in text
    assert "count anew" not in text
    assert ACCOUNT not in text_of(anna.get("/desk/accounts"))
    listed = text_of(anna.get("/desk/accounts?list=off"))
    assert "active denied by hand" in listed
    assert "per 1,000 – 10 Mar" in listed

    answer = anna.sends(f"{page}/enable", version="1", reason="It is safe again")

    assert answer.status == 303
    assert [entry.kind for entry in world.rows.told(ACCOUNT, "deny_lifted")] == ["deny_lifted"]
    assert not world.rows.accounts[ACCOUNT].denied_by_hand


@pytest.mark.parametrize(
    ("path", "which"),
    [
        ("", "on the account&rsquo;s timeline"),
        ("/held", "on a timeline"),
        ("/platform", "on a timeline"),
        ("/system", "on a timeline"),
    ],
)
def test_the_foot_says_on_which_timeline_a_decision_is(anna: Visitor, path: str, which: str) -> None:
    assert f"Everything decided here is {which}, under your name." in text_of(anna.get(f"/desk{path}"))


def test_accounts_that_never_sent_are_listed_without_counts(world: FakeWeb, anna: Visitor) -> None:
    world.support.add(an_account(assessment=Assessment(TODAY, 0, 0, 0, 1)))

    text = text_of(anna.get("/desk/accounts"))

    assert ("none yet" in text, "0 in 0" in text) == (True, False)


def test_the_list_has_the_worst_first_and_says_of_which_day_it_is(world: FakeWeb, anna: Visitor) -> None:
    world.support.add(an_account("fine"), an_account("close-by", assessment=Assessment(TODAY, 4212, 2, 0, 2)))
    body = anna.get("/desk/accounts").body
    text = text_of(anna.get("/desk/accounts"))

    assert body.index("close-by") < body.index(">fine<")
    assert "2 in 4,212 0.48 per 1,000" in text
    assert "10 Mar" in text
    assert ACCOUNT not in text
    assert ACCOUNT in text_of(anna.get("/desk/accounts?list=off"))


def test_paging_lists_every_account_once(world: FakeWeb, anna: Visitor) -> None:
    ids = {f"shop-{number:03}" for number in range(60)}
    world.support.add(*(an_account(one, assessment=Assessment(TODAY, 1000, int(one[-1]), 0, 0)) for one in ids))

    for first in ("/desk/accounts", "/desk/accounts?q=shop"):
        met, path = list[str](), first
        while path:
            body = anna.get(path).body
            met += re.findall(r'href="/desk/accounts/([^"?]+)">', body)
            following = re.search(r'rel="next" href="([^"]+)"', body)
            path = following.group(1).replace("&amp;", "&") if following else ""
        assert sorted(met) == sorted(ids)


@pytest.mark.parametrize("after", ["X", "' or 1=1", "0000000#", "9" * 3000, "\u202e", "0000000#a b"])
@pytest.mark.parametrize("path", ["/desk?", "/desk/accounts?", "/desk/accounts?q=bak&", f"/desk/accounts/{ACCOUNT}?"])
def test_a_forged_cursor_of_a_list_is_refused(anna: Visitor, path: str, after: str) -> None:
    name = "before" if path.endswith(f"{ACCOUNT}?") else "after"

    answer = anna.get(path + urlencode({name: after}))

    assert answer.status == 400


@pytest.mark.parametrize("account_id", ["nobody", "Bakery", "..", "a" * 60, "%00", "<b>"])
def test_an_unknown_account_has_no_page(anna: Visitor, account_id: str) -> None:
    assert anna.get(f"/desk/accounts/{quote(account_id, safe='')}").status == 404


def test_the_system_is_on_one_page(world: FakeWeb, anna: Visitor) -> None:
    world.support.resting.rests = 250
    world.rows.breaker = BreakerState(opened_at=NOW, active_accounts=1000)

    text = text_of(anna.get("/desk/system"))

    for shown in ("enforce", "default", "100 or more", "Breaker open", "0 of 20 disablings", "Feedback 12 7 minutes"):
        assert shown in text


def a_checkup(*results: CheckResult, hours: int = 2) -> Checkup:
    return Checkup(NOW - timedelta(hours=hours), "1.0+abc", results)


def a_result(check: str, *findings: Finding, state: CheckState = CheckState.FOUND) -> CheckResult:
    return CheckResult(check, "It is so", "It matters.", state, findings)


BROKEN = Finding(Severity.BROKEN, "The queue is not subscribed.", "aws sns subscribe")
MILD = Finding(Severity.WARNING, "An identity is not verified.", "publish its records")


def test_the_system_shows_what_the_last_checks_found_the_worst_first(world: FakeWeb, anna: Visitor) -> None:
    unknown = a_result("alarms", Finding(Severity.WARNING, "It is unknown.", "grant"), state=CheckState.UNCHECKED)
    world.support.checkups.stored = a_checkup(a_result("verified", MILD), unknown, a_result("subscription", BROKEN))

    text = text_of(anna.get("/desk/system"))

    assert "1 thing is broken: The queue is not subscribed. What mends it" in text
    assert "Checks 2 not healthy 3 checks made 2 hours ago, by 1.0+abc." in text
    places = [text.index(said) for said in ("broken The queue", "warning An identity", "not checked It is unknown.")]
    assert places == sorted(places)
    assert "It matters. aws sns subscribe (subscription)" in text


def test_healthy_checks_are_one_line_without_a_banner(world: FakeWeb, anna: Visitor) -> None:
    world.support.checkups.stored = a_checkup(a_result("subscription", state=CheckState.OK))

    page = anna.get("/desk/system")

    assert "Checks healthy 1 check made 2 hours ago" in text_of(page)
    assert 'role="alert"' not in page.body


def test_checks_that_have_not_run_for_a_day_are_said_to_be_old(world: FakeWeb, anna: Visitor) -> None:
    world.support.checkups.stored = a_checkup(hours=25)

    assert "The checks have not run since 9 March 2026, 11:00 (UTC)" in text_of(anna.get("/desk/system"))


@pytest.mark.parametrize("fails", [True, False])
def test_checks_that_are_not_known_are_said_to_be_so(world: FakeWeb, anna: Visitor, fails: bool) -> None:
    if fails:
        world.faults.fail("checkups.last")

    text = text_of(anna.get("/desk/system"))

    assert "Checks not known" in text
    assert "has not stored results yet, or they cannot be read now" in text


def test_what_was_found_is_escaped(world: FakeWeb, anna: Visitor) -> None:
    found = Finding(Severity.BROKEN, "<b>name</b>\u202e", "aws '<script>'")
    world.support.checkups.stored = a_checkup(replace(a_result("x", found), more=3))

    body = anna.get("/desk/system").body

    assert "<b>name" not in body
    assert "<script>" not in body
    assert "\u202e" not in body
    assert "x: 3 further findings." in text_of(anna.get("/desk/system"))


def test_an_accounts_page_has_its_time_zone_and_lists_have_utc(world: FakeWeb, anna: Visitor) -> None:
    ends = Exemption(until=NOW + timedelta(hours=11), reason="So", by=STAFF)
    account = an_account(timezone="Europe/Vienna", exemption=ends, provider=a_provider())
    world.support.add(account)
    world.rows.put(by_staff(ACCOUNT, "unexempted", NOW, "So", STAFF))

    page = text_of(anna.get(f"/desk/accounts/{ACCOUNT}"))

    assert "exempt until 11 March 2026, 00:00 (UTC+01:00)" in page
    assert "10 March 2026, 13:00 (UTC+01:00) staff unexempted" in page
    assert "12:00 UTC" not in page
    assert "exempt until 10 March 2026, 23:00 (UTC)" in text_of(anna.get("/desk/accounts"))


def contributes(world: FakeWeb, account_id: str, counts: Tally, **different: Any) -> None:
    look = Assessment(TODAY, counts.delivered, counts.complaints, counts.bounces, 0)
    world.support.add(an_account(account_id, assessment=look, **different))
    world.rows.tallies[account_id, 1, TODAY] = counts


def test_sess_rates_stand_beside_the_accounts_that_contribute_the_most(world: FakeWeb, anna: Visitor) -> None:
    complaint_rate, bounce_rate = SesRate(Decimal("0.00083"), NOW), SesRate(Decimal("0.021"), NOW)
    world.support.ses.told = SesFigures(complaint_rate, bounce_rate, Tally(3_000_000, 2000, 500))
    contributes(world, "big", Tally(1_000_000, 800))
    contributes(world, "off", Tally(800, 40, 200), status=Status.DISABLED)

    page = anna.get(PLATFORM)
    text = text_of(page)

    for shown in (
        "Complaint rate, by SES 0.83 per 1,000 close to a review SES reviews from 1 per 1,000 and may pause from 5 per",
        "Complaint rate, of all delivered e-mails 0.67 per 1,000 SES itself has",
        "Bounce rate, by SES 2.10 % fine SES reviews from 5 % and may pause from 10 %. As of 10 March 2026, 12:00",
        "counted 2,000 complaints in 3,000,000 delivered e-mails over the last 45 days: 0.67 per 1,000.",
        denominators(45),
        "active 800 in 1,000,000 0.80 per 1,000 40.0 %",
        "disabled 40 in 800 50.00 per 1,000 2.0 %",
        "disabled 200 in 1,000 20.00 % 40.0 %",
    ):
        assert shown in text
    assert re.findall(r'href="/desk/accounts/([a-z]+)"', page.body) == ["big", "off", "off"]


@pytest.mark.parametrize(
    ("share", "tone", "level"),
    [
        ("0.0001", "good", "fine"),
        ("0.0009", "warn", "close to a review"),
        ("0.001", "bad", "high enough for a review"),
        ("0.006", "bad", "high enough for a pause"),
    ],
)
def test_a_rate_is_coloured_by_what_ses_does_of_it(
    world: FakeWeb, anna: Visitor, share: str, tone: str, level: str
) -> None:
    world.support.ses.told = SesFigures(SesRate(Decimal(share), NOW), None, Tally())

    assert f'<span class="pill {tone}">{level}</span>' in anna.get(PLATFORM).body


def test_without_rates_and_complaints_the_page_says_so(world: FakeWeb, anna: Visitor) -> None:
    text = text_of(anna.get(PLATFORM))

    assert text.count("no rate SES reports a rate only while mail is sent.") == 2
    assert "SES itself has counted 0 complaints in 0 delivered e-mails" in text
    assert "Nobody has complaints." in text
    assert "Nobody has bounces." in text


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("ses.figures", "What SES says of the AWS account is not known now."),
        ("account_index.with_most.complaints", "Who has the most complaints is not known now."),
        ("account_index.with_most.bounces", "Who has the most bounces is not known now."),
    ],
)
def test_the_platform_page_shows_what_is_available_and_names_the_rest(
    world: FakeWeb, anna: Visitor, broken: str, said: str
) -> None:
    contributes(world, "big", Tally(1_000_000, 800))
    world.faults.fail(broken)

    answer = anna.get(PLATFORM)

    assert answer.status == 200
    assert said in text_of(answer)
    assert ("no rate" in text_of(answer)) is (broken != "ses.figures")
    assert ("800 in 1,000,000 0.80 per 1,000 –" in text_of(answer)) is ("complaints" not in broken)


def test_the_system_timeline_is_paged(world: FakeWeb, anna: Visitor) -> None:
    world.rows.put(*[an_entry("sender_ignored", NOW - timedelta(minutes=n), SYSTEM) for n in range(130)])
    world.rows.put(an_entry("policy_set", NOW - timedelta(days=1), SYSTEM))

    newest = anna.get("/desk/system")
    (earlier,) = re.findall(r'<a rel="next" href="/desk/system\?([^"#]*)#timeline"', newest.body)
    oldest = anna.get(f"/desk/system?{earlier}")

    assert newest.body.count("<code>sender_ignored</code>") == 100
    assert "policy_set" not in newest.body
    assert oldest.body.count("<code>sender_ignored</code>") == 30
    assert "The policy allprowebtools was set" in oldest.body


def test_the_decider_is_named_once(world: FakeWeb, anna: Visitor) -> None:
    world.rows.put(an_entry("sender_ignored", NOW, SYSTEM), an_entry("exempted"), an_entry("staff_disabled"))

    for path, times in (("/desk/system", 1), (f"/desk/accounts/{ACCOUNT}", 2)):
        assert text_of(anna.get(path)).count("By user/sam") == times


def test_a_page_shows_what_is_available_and_names_the_rest(world: FakeWeb, anna: Visitor) -> None:
    for name in ("policies.current", "queues.statuses", "quarantine_count.count"):
        world.faults.fail(name)

    text = text_of(anna.get("/desk/system"))

    assert "cannot be read" in text
    assert "What waits in the queues is not known now." in text
    assert "an unknown number of disablings" in text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_its_data_is_a_503(world: FakeWeb, anna: Visitor, path: str) -> None:
    lists = ("account_index.awaiting_support", "account_index.by_risk", "account_index.find")
    for name in (*lists, "timeline.latest", "control.breaker"):
        world.faults.fail(name)

    assert anna.get(path).status == 503


def test_a_note_is_added_shown_with_its_lines_and_leaves_other_forms_valid(world: FakeWeb, anna: Visitor) -> None:
    done = anna.sends(f"/desk/accounts/{ACCOUNT}/note", text="Called <b>them</b>\nAgain on Monday")

    assert (done.status, done.headers["Location"]) == (303, f"/desk/accounts/{ACCOUNT}?done=note#notes")
    page = anna.get(f"/desk/accounts/{ACCOUNT}?done=note").body
    assert '<p class="written">Called &lt;b&gt;them&lt;/b&gt;\nAgain on Monday</p>' in page
    assert "Noted. The owner does not read it." in page
    assert anna.sends(f"/desk/accounts/{ACCOUNT}/decline", version="1", reason="Why").status == 303


def test_a_note_that_is_refused_keeps_what_was_typed(anna: Visitor) -> None:
    page = anna.sends(f"/desk/accounts/{ACCOUNT}/note", text=" ")
    long = anna.sends(f"/desk/accounts/{ACCOUNT}/note", text="x" * 2001)

    assert (page.status, "write the note" in page.body) == (422, True)
    assert (long.status, "x" * 1999 in long.body) == (422, True)
    for account_id in ("nobody", "..", "%00"):
        assert anna.sends(f"/desk/accounts/{account_id}/note", text="A note").status == 404


# ---------------------------------------------------------------- what is decided


def test_a_case_is_approved_from_the_queue_and_the_owner_is_told_the_note(world: FakeWeb, anna: Visitor) -> None:
    sent = {"version": "1", "from": "queue", "reason": "Begin with your best", "day": str(TOMORROW)}

    answer = anna.sends(f"/desk/accounts/{ACCOUNT}/approve", **sent)

    assert (answer.status, answer.headers["Location"]) == (303, f"/desk?done=approve&account={ACCOUNT}")
    (entry,) = world.rows.told(ACCOUNT, "review_approved")
    assert (entry.data["note"], entry.data["by"]) == ("Begin with your best", ANNA)
    text = text_of(anna.get(answer.headers["Location"]))
    assert "bakery: Approved. The owner is told the day." in text
    assert "Nobody waits for you" in text


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_leads_back_to_a_page_that_says_what_was_done(world: FakeWeb, anna: Visitor, name: str) -> None:
    exemption = Exemption(NOW + timedelta(days=9), "A partner", "sam")
    account = {
        "confirm": went_well(),
        "cancel": agreed(),
        "disable": an_account(),
        "release": an_account(hold=Hold(HoldReason.BREAKER, NOW, needs_staff=True)),
        "unexempt": an_account(exemption=exemption),
        "owner-mail": an_account(owner_mail="bounced"),
    }.get(name, asking())
    world.support.add(account)
    world.support.complained(voided=name == "restore")

    answer = anna.sends(
        f"/desk/accounts/{ACCOUNT}/{name}",
        complaint=COMPLAINT.id,
        version="1",
        reason="Because",
        day=str(TODAY),
        until=str(TODAY),
        typed=ACCOUNT,
    )

    assert answer.status == 303
    assert DONE_MESSAGES[name] in anna.get(answer.headers["Location"]).body
    assert world.rows.accounts[ACCOUNT].version == 2


def test_a_complaint_is_taken_back_where_staff_say_why(world: FakeWeb, anna: Visitor) -> None:
    account = f"/desk/accounts/{ACCOUNT}"
    world.support.add(an_account())
    world.support.complained()
    assert anna.get(account).body.count("Take this complaint back</summary>") == 3

    refused = anna.sends(f"{account}/void", version="1", complaint=COMPLAINT.id, reason=" ")
    done = anna.sends(f"{account}/void", version="1", complaint=COMPLAINT.id, reason="A test of ours")

    assert (refused.status, "say why" in refused.body, done.status) == (422, True, 303)
    shown = anna.get(done.headers["Location"])
    assert shown.body.count("<s>") == 2  # the card, and the line of the timeline
    assert f"by {ANNA}: A test of ours" in text_of(shown)
    assert "Let it count again</summary>" in shown.body
    assert anna.sends(f"{account}/void", version="2", complaint=COMPLAINT.id, reason="Again").status == 409


def test_where_the_rules_are_kept_now_the_queue_and_the_page_say_so(world: FakeWeb, anna: Visitor) -> None:
    world.support.add(asking(decided_at=NOW))
    world.support.complained()
    assert "voided a complaint" not in anna.get("/desk").body

    anna.sends(f"/desk/accounts/{ACCOUNT}/void", version="1", complaint=COMPLAINT.id, reason="A test of ours")

    kept = "Support has voided a complaint since, and by now the rules are kept."
    assert kept in anna.get("/desk").body
    assert anna.get(f"/desk/accounts/{ACCOUNT}").body.count(kept) == 2
    assert world.rows.accounts[ACCOUNT].status is Status.DISABLED


@pytest.mark.parametrize("complaint", ["", "x", "20260310T120000.000000Z-00000000"])
def test_an_unknown_complaint_cannot_be_taken_back(world: FakeWeb, anna: Visitor, complaint: str) -> None:
    world.support.add(an_account())

    answer = anna.sends(f"/desk/accounts/{ACCOUNT}/void", version="1", complaint=complaint, reason="A test")

    assert answer.status in (404, 422)


def test_staff_remove_a_complainer_from_the_suppression_list_with_a_reason(world: FakeWeb, anna: Visitor) -> None:
    account, path = f"/desk/accounts/{ACCOUNT}", f"/desk/accounts/{ACCOUNT}/unsuppress"
    complained(world.rows, "cyd@example.com", "dan@example.com")
    assert anna.get(account).body.count("Suppressed; mail again") == 2

    assert anna.sends(path, address="cyd@example.com", reason=" ").status == 422
    done = anna.sends(path, address="Cyd <Cyd@example.com>", reason="She wrote to us")

    assert done.status == 303
    shown = anna.get(done.headers["Location"]).body
    assert (DONE_MESSAGES["unsuppress"] in shown, shown.count("Suppressed; mail again")) == (True, 1)
    (entry,) = world.rows.told(ACCOUNT, "unsuppressed")
    assert (entry.data["address"], entry.data["by"]) == ("cyd@example.com", ANNA)
    late = anna.sends(path, address="cyd@example.com", reason="She wrote to us")
    assert (late.status, "cyd@example.com is not suppressed any more" in late.body) == (409, True)


def test_bounced_addresses_are_suppressed_if_the_policy_says_so(world: FakeWeb, anna: Visitor) -> None:
    complained(world.rows, "cyd@example.com")
    anna.sends(f"/desk/accounts/{ACCOUNT}/unsuppress", address="cyd@example.com", reason="She wrote to us")
    FakeLedger(world.rows).count(bounce_counts("cyd@example.com", message_id="m-9"), NOW, PATIENCE)
    assert "Suppressed; mail again" in anna.get(f"/desk/accounts/{ACCOUNT}").body

    world.support.policies.policy = replace(DEFAULT, suppress_bounces=False)

    assert "Suppressed; mail again" not in anna.get(f"/desk/accounts/{ACCOUNT}").body


@pytest.mark.parametrize(
    ("name", "form", "status", "says"),
    [
        ("disable", {}, 409, "bakery is disabled already"),
        ("approve", {"version": "0"}, 409, "since you opened this page"),
        ("approve", {"day": "2020-01-01"}, 409, "is over in UTC"),
        ("approve", {"day": "soon"}, 422, "takes a day such as 2026-12-31"),
        ("decline", {"reason": " "}, 422, "say why"),
        ("close", {"typed": "Bakery"}, 422, "type its name: bakery"),
        ("enable", {"version": ""}, 422, "not complete"),
    ],
)
def test_a_refused_form_shows_the_reason_and_keeps_its_fields(
    world: FakeWeb, anna: Visitor, name: str, form: dict[str, str], status: int, says: str
) -> None:
    usual = {"version": "1", "reason": "My long <b>reason", "day": str(TODAY), "typed": ACCOUNT}

    answer = anna.sends(f"/desk/accounts/{ACCOUNT}/{name}", **{**usual, **form})

    assert (answer.status, says in text_of(answer)) == (status, True)
    assert world.rows.accounts[ACCOUNT].version == 1
    kept = {**usual, **form}["reason"].strip()
    assert name == "disable" or not kept or "My long &lt;b&gt;reason</textarea>" in answer.body


@pytest.mark.parametrize(
    ("name", "form", "field"),
    [
        ("decline", {"reason": " "}, "reason"),
        ("approve", {"day": "soon"}, "day"),
        ("exempt", {"until": "soon"}, "until"),
        ("close", {"typed": "Bakery"}, "typed"),
    ],
)
def test_an_error_is_shown_at_its_field_alone(anna: Visitor, name: str, form: dict[str, str], field: str) -> None:
    usual = {"version": "1", "reason": "Why", "day": str(TODAY), "until": str(TODAY), "typed": ACCOUNT}

    body = anna.sends(f"/desk/accounts/{ACCOUNT}/{name}", **{**usual, **form}).body

    invalid = [tag for tag in re.findall(r"<(?:input|textarea)[^>]*>", body) if "aria-invalid" in tag]
    assert [re.findall(r' name="(\w+)"', tag) for tag in invalid] == [[field]]
    assert body.count('<span class="wrong">') == 1


def test_a_stale_form_decides_nothing(world: FakeWeb, anna: Visitor) -> None:
    form = {"version": "1", "reason": "Because", "from": "queue"}
    anna.sends(f"/desk/accounts/{ACCOUNT}/decline", **form)

    late = world.staff("Bert").sends(f"/desk/accounts/{ACCOUNT}/approve", **form, day=str(TODAY))

    assert (late.status, "no request of bakery is open" in text_of(late)) == (409, True)


@pytest.mark.parametrize("path", ["/desk/accounts/nobody/disable", f"/desk/accounts/{ACCOUNT}/promote"])
def test_unknown_accounts_and_decisions_are_not_found(anna: Visitor, path: str) -> None:
    assert anna.sends(path, version="1", reason="Because").status == 404


def test_the_breaker_is_reset_with_a_reason_and_a_name(world: FakeWeb, anna: Visitor) -> None:
    world.rows.breaker = BreakerState(opened_at=NOW, active_accounts=1000)

    assert anna.sends("/desk/system/breaker", reason="").status == 422
    answer = anna.sends("/desk/system/breaker", reason="They really spam", allow="3")

    assert answer.status == 303
    assert world.rows.breaker.opened_at is None
    assert f"by {ANNA}: They really spam" in text_of(anna.get(answer.headers["Location"]))


def test_a_crafted_query_shows_no_foreign_text(anna: Visitor) -> None:
    made = {"done": "approve", "account": "<b>Call 555", "refused": "Call 555"}

    body = anna.get(f"/desk?{urlencode(made)}").body

    assert "Approved." in body
    assert "555" not in body


# ---------------------------------------------------------------- what others wrote


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes, and all of its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "action", "formaction", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def written(world: FakeWeb, text: str) -> None:
    """Whatever others can write, they have written."""
    trouble = Exemption(NOW + timedelta(days=1), text, text)
    request = replace(REQUEST, cause=text, change=text)
    account = asking(owner_name=text, owner_email=text, review=request, exemption=trouble, senders=(text,))
    account = replace(account, provider=Provider(text, 587, text, "arn:x", "v1", NOW))
    other = an_account("other", owner_name=text, owner_email=text, assessment=Assessment(TODAY, 10, 1, 1, 0))
    off = an_account("off", owner_name=text, status=Status.CLOSED)
    world.rows.entries.clear()
    world.support.add(account, other, off)
    world.rows.tallies["other", 1, TODAY] = Tally(10, 1, 1)
    world.support.switch.users[text].keys = {text: ACTIVE}
    world.rows.put(a_complaint_entry(subject=text, campaign=text), an_entry("disabled"))
    told = [an_entry(kind, NOW - timedelta(minutes=1 + number)) for number, kind in enumerate(KINDS)]
    facts = ("reason", "note", "by", "cause", "change", "recipient", "address", "why_not_counted", "code")
    for entry in told:
        wrote: dict[str, Any] = {name: text for name in facts if hasattr(entry.facts, name)}
        world.rows.put(replace(entry, facts=replace(cast("Any", entry.facts), **wrote)))
    world.support.resets.last = {"at": NOW.isoformat(), "by": text, "reason": text}


def shown(world: FakeWeb, text: str) -> Iterator[Elements]:
    written(world, text)
    anna = world.staff("Anna")
    searched = f"/desk/accounts?{urlencode({'q': text})}"
    answers = [anna.get(path) for path in (*PAGES, PLATFORM, searched)]
    form = {"version": "1", "reason": text, "day": text, "until": text, "typed": text, "allow": text}
    answers += [anna.sends(f"/desk/accounts/{ACCOUNT}/{name}", **form) for name in ("approve", "exempt", "close")]
    answers.append(anna.sends("/desk/system/breaker", **form))
    for answer in answers:
        assert answer.status in (200, 409, 422)
        page = Elements()
        page.feed(answer.body)
        yield page


@pytest.mark.parametrize("text", SCRIPTS)
def test_foreign_texts_are_escaped(text: str) -> None:
    harmless = [page.elements for page in shown(FakeWeb(), "harmless")]

    found = list(shown(FakeWeb(), text))

    assert [page.elements for page in found] == harmless
    for page in found:
        assert all(link.startswith(("/", "#", "data:,")) for link in page.links)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", page.text)


def test_an_accounts_bar_is_drawn_by_the_policy_in_force(world: FakeWeb, anna: Visitor) -> None:
    world.support.add(an_account())
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(2000, 2)
    world.support.policies.policy = replace(DEFAULT, complaint_ratio=ComplaintRatio(limit_per_1000=5))

    assert 'class="fill" width="10"' in anna.get(f"/desk/accounts/{ACCOUNT}").body  # a fifth of the half, the limit
