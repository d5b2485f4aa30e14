"""examples/crm: a week of a platform's customer, in a real browser, started as `make example` starts it."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from examples.crm import timeline
from playwright.sync_api import Page, expect
from tests.browser.conftest import violations
from tests.browser.test_story import picture
from tests.stack.conftest import Stack, _described, eventually, permille

from permille_cli.project import PROJECT

BAKERY = "good-bakery"
PATIENCE_SECONDS = 240
SWITCHED = timedelta(minutes=1)  # IAM is read back by the runs after a decision


@dataclass(frozen=True, slots=True)
class Crm:
    """The CRM that runs, and its stack. `said`: what it printed for whoever tries it."""

    origin: str
    stack: Stack
    said: str

    def at(self, path: str) -> str:
        return f"{self.origin}/{BAKERY}/{path}"

    def as_printed(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found, self.said
        return found.group(1)

    def clock(self, instant: datetime) -> None:
        """It is then, and the next two minutes have passed, too."""
        for minute in range(3):
            self.stack.answer("local", "tick", "--at", (instant + minute * SWITCHED).isoformat())


@pytest.fixture(scope="module")
def crm() -> Iterator[Crm]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    command = [sys.executable, "-m", "examples.embedded", "--port", str(port), "--hours", "0.5"]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield _started(process, f"http://127.0.0.1:{port}")
    finally:
        expect.set_options(timeout=5_000)  # Playwright's own
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0


def _started(process: subprocess.Popen[str], origin: str) -> Crm:
    assert process.stdout
    said = ""
    while "tick --dir" not in said:
        line = process.stdout.readline()
        assert line, f"it ended with {process.wait()}: {said}"
        said += line
    [folder] = set(re.findall(r"--dir (\S+)", said))
    eventually(lambda: _answers(origin))
    env = {"PERMILLE_LOCAL_DIR": folder}
    found: dict[str, Any] = json.loads(permille("local", "status", "--json", env=env).stdout)
    exported = permille("local", "status", "--export", "--json", env=env)
    return Crm(origin, _described(found, Path(folder), env | json.loads(exported.stdout)), said)


def _answers(origin: str) -> bool:
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.socket() as asking:
        return asking.connect_ex((host, int(port))) == 0


def shown(page: Page, crm: Crm, path: str, text: str) -> None:
    """The page shows the text sooner or later. It has no script: it is loaded again."""
    page.goto(crm.at(path))
    eventually(lambda: text in page.locator("main").inner_text() or (page.reload() and False), seconds=PATIENCE_SECONDS)


def sends(page: Page, crm: Crm, subject: str) -> str:
    """Sends the campaign, and returns what its card says then."""
    page.goto(crm.at("campaigns"))
    page.get_by_role("button", name=f"“{subject}”").click()
    return figures(page, subject)


def figures(page: Page, subject: str) -> str:
    card = page.locator("li.card", has=page.get_by_role("heading", name=subject, exact=True))
    return " ".join(card.locator(".soft, .figures, .wrong").all_inner_texts()).replace("\n", " ")


def test_a_week_in_the_crm(page: Page, crm: Crm) -> None:
    page.set_default_timeout(PATIENCE_SECONDS * 1000)
    page.set_viewport_size({"width": 1280, "height": 900})
    today = datetime.now(UTC).date()
    queue = a_queue_behind_the_bus(crm)

    a_complaint_is_on_the_timeline_and_the_complainer_is_left_out(page, crm)
    the_second_one_disables_and_the_crm_says_so(page, crm)
    the_report_is_in_the_frame(page, crm)
    the_campaign_goes_out_through_a_provider_that_is_connected(page, crm)
    a_review_is_asked_for_and_support_approves(page, crm, trial_day=today + timedelta(days=2))
    the_day_of_the_trial(page, crm, today + timedelta(days=2))
    observed_and_reinstated(page, crm, today + timedelta(days=3))
    every_page_is_readable_on_a_phone_in_the_dark(page, crm)
    the_queue_has_what_the_webhook_brought(page, crm, queue)


def a_complaint_is_on_the_timeline_and_the_complainer_is_left_out(page: Page, crm: Crm) -> None:
    assert sends(page, crm, "Fresh on Friday") == "To Customers Sent 24 Waiting 0 Left out 0"
    shown(page, crm, "timeline", 'ann@inbox.example marked your e-mail "Fresh on Friday"')
    assert violations(page) == []
    shown(page, crm, "contacts", "Reported spam")
    assert page.locator("tr", has_text="Reported spam").inner_text().startswith("Ann")
    assert violations(page) == []


def the_second_one_disables_and_the_crm_says_so(page: Page, crm: Crm) -> None:
    assert sends(page, crm, "Do you remember us?") == "To Fair 2019 Sent 16 Waiting 0 Left out 0"
    shown(page, crm, "timeline", "Your APWT SMTP account has been disabled due to poor sending reputation\n")
    picture(page, "crm-timeline")
    expect(page.get_by_role("link", name="Ask for a review")).to_be_visible()
    expect(page.get_by_role("link", name="Connect another provider")).to_be_visible()
    stopped = sends(page, crm, "Open on Sunday")
    assert stopped.startswith("To Customers Sent 0 Waiting 23 Left out 1 Stopped: Your APWT SMTP account has been")
    assert violations(page) == []
    picture(page, "crm-campaigns")
    page.goto(f"{crm.origin}/flower-shop/campaigns")
    expect(page.locator(".notice")).to_have_count(0)  # all other accounts go on


def the_report_is_in_the_frame(page: Page, crm: Crm) -> None:
    page.goto(crm.at("contacts"))
    page.get_by_text("Emails", exact=True).click()
    page.get_by_role("link", name="Reputation").click()
    report = page.frame_locator("iframe")
    expect(report.get_by_role("heading", level=1)).to_contain_text("Your APWT SMTP account is off since")
    expect(report.locator("main")).to_contain_text("2 complaints in 40 delivered: 50.00 per 1,000")
    expect(report.locator("main")).to_contain_text("do-you-remember-us")
    assert violations(page) == []
    picture(page, "crm-reputation")


def the_campaign_goes_out_through_a_provider_that_is_connected(page: Page, crm: Crm) -> None:
    user, port = crm.as_printed(r"--username (\S+)"), crm.as_printed(r"--port (\d+) --username")
    password = Path(crm.as_printed(r"--password-stdin < (\S+)")).read_text(encoding="utf-8")
    options = ["--host", "localhost", "--port", port, "--username", user, "--password-stdin"]
    trusting = crm.stack.with_env(SSL_CERT_FILE=crm.as_printed(r"SSL_CERT_FILE=(\S+)"))
    connected = trusting.run("provider", "connect", BAKERY, *options, typed=password)
    assert connected.returncode == 0, connected.stderr

    shown(page, crm, "campaigns", "Your campaigns go out through localhost")
    sent = sends(page, crm, "Open on Sunday")

    assert sent == "To Customers · 23 of them through your provider Sent 23 Waiting 0 Left out 1"
    assert violations(page) == []


def a_review_is_asked_for_and_support_approves(page: Page, crm: Crm, trial_day: date) -> None:
    page.get_by_role("link", name="Ask for a review").click()
    page.get_by_label("On which day").fill(str(trial_day - timedelta(days=9)))
    page.get_by_label("How many e-mails").fill("23")
    page.get_by_label("What went wrong?").fill("We mailed <b>old</b> contacts")
    page.get_by_label("What have you changed?").fill("Only customers")
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("alert")).to_contain_text("is not within the next 60 days")
    expect(page.get_by_label("What went wrong?")).to_have_value("We mailed <b>old</b> contacts")
    assert violations(page) == []

    page.get_by_label("On which day").fill(str(trial_day))
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("status")).to_contain_text("Our support has your request.")
    assert violations(page) == []
    crm.stack.answer("review", "approve", BAKERY, "--day", str(trial_day), "--note", "Begin with the <i>best</i>")
    shown(page, crm, "review", f"You may send on {trial_day}. Begin with the <i>best</i>")
    shown(page, crm, "timeline", "Begin with the <i>best</i>")


def the_day_of_the_trial(page: Page, crm: Crm, trial_day: date) -> None:
    crm.clock(datetime.combine(trial_day, time(9), UTC))
    shown(page, crm, "campaigns", "Your SMTP account works today.")
    page.get_by_label("Subject").fill("<i>Rye</i> again")
    page.get_by_label("Text").fill("From eight.")
    page.get_by_role("button", name="Save as a draft").click()

    assert sends(page, crm, "<i>Rye</i> again") == "To Customers Sent 23 Waiting 0 Left out 1"
    assert violations(page) == []
    eventually(lambda: crm.stack.answer("account", "show", BAKERY)["window"]["delivered"] == 23, seconds=120)


def observed_and_reinstated(page: Page, crm: Crm, after: date) -> None:
    midnight = datetime.combine(after, time(), UTC)
    crm.clock(midnight + timedelta(minutes=5))
    shown(page, crm, "review", "Your day is over.")
    expect(page.locator(".notice")).to_contain_text("Your campaigns go out through localhost")

    crm.clock(midnight + timedelta(days=2, minutes=15))
    shown(page, crm, "review", "Your SMTP account works")
    expect(page.locator(".notice")).to_have_count(0)
    kinds = [entry["kind"] for entry in crm.stack.answer("timeline", BAKERY)["entries"]]
    assert [kind for kind in kinds if kind in ("disabled", "trial_began", "trial_ended", "reinstated")] == [
        "disabled",
        "trial_began",
        "trial_ended",
        "reinstated",
    ]
    shown(page, crm, "timeline", "Welcome back")
    picture(page, "crm-timeline-end")


def every_page_is_readable_on_a_phone_in_the_dark(page: Page, crm: Crm) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark")
    for name in ("campaigns", "contacts", "timeline", "reputation", "review"):
        page.goto(crm.at(name))
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        picture(page, f"crm-{name}-phone")


def a_queue_behind_the_bus(crm: Crm) -> str:
    """With a rule that passes on every entry, as docs/integrate.md has it. Returns its URL."""
    sqs, events = crm.stack.client("sqs"), crm.stack.client("events")
    url: str = sqs.create_queue(QueueName="workflow")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus = {"EventBusName": crm.stack.outputs["TimelineBusName"]}
    rule = events.put_rule(Name="workflow", EventPattern=json.dumps({"source": ["permille"]}), **bus)["RuleArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_targets(Rule="workflow", Targets=[{"Id": "queue", "Arn": arn}], **bus)
    return url


def the_queue_has_what_the_webhook_brought(page: Page, crm: Crm, queue: str) -> None:
    taken = dict[str, str]()

    def take(event: dict[str, Any]) -> None:
        if event["account_id"] == BAKERY:
            taken[event["id"]] = event["headline"]

    def all_are_taken() -> bool:
        timeline.poll(crm.stack.client("sqs"), queue, take, seconds=1)
        page.goto(crm.at("timeline"))
        headlines = page.locator(".timeline h2").all_inner_texts()
        since = [headline for headline in headlines if not headline.endswith("was set up")]  # was before the queue
        return len(since) > 5 and sorted(taken.values()) == sorted(since)

    eventually(all_are_taken, seconds=PATIENCE_SECONDS)
