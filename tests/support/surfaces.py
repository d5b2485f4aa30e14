"""A whole platform in this process, and what each interface shows of one account."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, BRAND, CALLER, NOW, OWNER_MAIL_SENDER, an_account, ses_event
from tests.support.fakes import (
    FakeBounces,
    FakeFeedbackBacklog,
    FakeHeartbeat,
    FakeLedger,
    FakePolicies,
    FakeQuarantine,
    User,
)
from tests.support.operator_fakes import FakeStack, a_stack
from tests.support.terminal import Terminal
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.aws.events import as_received
from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import entry
from permille.domain.values.status import Mode
from permille.observability import metrics
from permille.ports.notifications import Mail
from permille.usecases.enforcement.enforce import enforce_due
from permille.usecases.enforcement.enforce_services import EnforceServices
from permille.usecases.enforcement.switching import CredentialServices
from permille.usecases.feedback.ingest import IngestServices, ingest
from permille.usecases.notifications.mails import Addresses, compose

VIENNA = "Europe/Vienna"
A_MINUTE = timedelta(minutes=1)
Facts = Mapping[str, Any]


@dataclass(slots=True)
class Platform:
    """One account, in Vienna, with all interfaces that show it."""

    capsys: pytest.CaptureFixture[str]
    mode: Mode = Mode.ENFORCE
    now: datetime = NOW
    stack: FakeStack = field(default_factory=a_stack)
    feed: FakeFeedbackBacklog = field(default_factory=FakeFeedbackBacklog)
    mails: list[tuple[datetime, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        account = an_account(timezone=VIENNA)
        self.stack.accounts.add(account, [entry(ACCOUNT, NOW, Created(senders=account.senders))])
        self.stack.switch.users[CALLER] = User({"AKIA1": ACTIVE})

    @property
    def account(self) -> Account:
        return self.stack.get(ACCOUNT)

    # ------------------------------------------------------------ what happens

    def mail_goes_out(self, delivered: int, complaints: int = 0) -> None:
        """As one mail to so many recipients, of whom some complain at once."""
        self.mails.append((self.now, [f"r-{number}@example.com" for number in range(delivered)]))
        self._receives(self._event("Delivery", *self.mails[-1][1]))
        self.recipients_complain(complaints)

    def recipients_complain(self, complaints: int = 1) -> None:
        """About the last mail."""
        names = self.mails[-1][1][:complaints]
        self._receives(*(self._event("Complaint", name, feedbackId=f"f-{name}") for name in names))

    def _event(self, kind: str, *recipients: str, **about: str) -> str:
        sent_at, names = self.mails[-1]
        mail: dict[str, Any] = {"sent_at": sent_at, "destination": names}
        return json.dumps(ses_event(kind, f"m-{len(self.mails)}", recipients=recipients, **mail, **about))

    def _receives(self, *bodies: str) -> None:
        batch = [as_received(str(number), body) for number, body in enumerate(bodies)]
        ledger = FakeLedger(self.stack.rows)
        quarantine = FakeQuarantine()
        services = IngestServices(ledger, quarantine, lambda: DEFAULT, OWNER_MAIL_SENDER)
        failed = ingest(services, batch, self.now, lambda: A_MINUTE)
        assert failed == []
        self.ticks()

    def types(self, *typed: str) -> None:
        self.terminal.text(*typed)
        self.ticks()

    def ticks(self, minutes: int = 2) -> None:
        for _ in range(minutes):
            self.now += A_MINUTE
            self.stack.rows.counted_at = self.now
            self.stack.switch.advance(self.now)
            enforce_due(self._enforcement, self.now, lambda: A_MINUTE)

    def it_becomes(self, instant: datetime) -> None:
        self.now = instant
        self.ticks()

    @property
    def _enforcement(self) -> EnforceServices:
        stack = self.stack
        return EnforceServices(
            accounts=stack.accounts,
            switching=CredentialServices(stack.accounts, stack.switch, lambda _: None),
            tallies=stack.tallies,
            timeline=stack.timeline,
            bounces=FakeBounces(stack.rows),
            policies=FakePolicies(),
            control=stack.control,
            feedback_backlog=self.feed,
            heartbeat=FakeHeartbeat(stack.rows),
            quarantine=FakeQuarantine(),
            mode=self.mode,
        )

    # ------------------------------------------------------------ who says what of it

    @property
    def terminal(self) -> Terminal:
        return Terminal(self.stack.at(self.now), self.capsys)

    @property
    def world(self) -> FakeWeb:
        world = FakeWeb(self.stack.rows)
        desk = replace(world.console.desk, switch=self.stack.switch, ses=self.stack.ses, mode=self.mode)
        world.console, world.now = replace(world.console, desk=desk), self.now
        return world

    def mails_to_the_owner(self) -> list[Mail]:
        """To the owner, the newest last."""
        told = [one for one in self.stack.rows.told(ACCOUNT) if one.is_mailed]
        return [compose(one, self.account, BRAND, Addresses()) for one in told]

    def said(self) -> Iterator[tuple[str, Facts]]:
        """Each surface with what it says of the account: facts of the same name are to be the same."""
        world = self.world
        metrics.clear_metrics()  # Powertools prints them once there are a hundred of one, into what the terminal says
        owner, staff, host = world.owner(), world.staff(), world.platform()
        yield from ((ask.__name__, ask(owner)) for ask in (_owners_page, _owners_report, _days_csv, _complaints_csv))
        yield from ((ask.__name__, ask(host)) for ask in (_api_account, _api_report, _api_review, _api_route))
        yield from ((ask.__name__, ask(staff)) for ask in (_desk_list, _desk_account, _desk_platform, _system))
        yield from (
            (ask.__name__, ask(self)) for ask in (_show, _show_json, _list_json, _platform_json, _explain_json, _judge)
        )

    def texts_for_people(self) -> Iterator[tuple[str, str]]:
        """All sentences about the account."""
        world = self.world
        yield "owner's page", _text(world.owner().get(f"/report/{ACCOUNT}"))
        yield "owner's timeline", _text(world.owner().get(f"/report/{ACCOUNT}/timeline"))
        yield "desk", _text(world.staff().get(f"/desk/accounts/{ACCOUNT}"))
        yield "command", " ".join(self.terminal.text("account", "explain", ACCOUNT).split())
        for name, told in (
            ("timeline of the command", self.terminal.answer("timeline", ACCOUNT)["entries"]),
            ("timeline of the JSON API", _api(world.platform(), "/timeline")["entries"]),
            ("timeline of the report", _api(world.platform(), "/report")["timeline"]),
        ):
            yield name, " ".join(f"{one['headline']} {one['sentence']}" for one in told)
        for mail in self.mails_to_the_owner():
            yield f"mail: {mail.subject}", " ".join(mail.text.split())


def _text(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.body)).split())


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _of(data: Facts) -> dict[str, Any]:
    """The counts, as every JSON shape names them."""
    return {name: data[name] for name in ("delivered", "complaints", "bounces")}


def _standing(data: Facts) -> dict[str, Any]:
    trial = data["trial"]
    return {
        "status": data["status"],
        "trial_ends_at": _instant(trial["ends_at"]) if trial else None,
        "verdict_at": _instant(trial["verdict_at"]) if trial else None,
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# ---------------------------------------------------------------- the owner

LEFT = {
    "one more would disable your SMTP account": 0,
    "one complaint about your trial day ends it": 0,
    "the limit is 1 per 1,000": 0,
}


def _owners_page(owner: Visitor) -> Facts:
    body = owner.get(f"/report/{ACCOUNT}").body
    found = re.search(
        r'<p class="numbers">([\d,]+) complaints? in ([\d,]+) delivered(?:: ([\d.]+) per 1,000)?; (.*?)</p>', body
    )
    assert found, body
    more = re.fullmatch(r"you can have ([\d,]+) more", found[4])
    left = _number(more[1]) if more else LEFT[found[4]]
    counts = {"complaints": _number(found[1]), "delivered": _number(found[2]), "per_1000": found[3] or ""}
    return {**counts, "allowance_left": left, "may_send": "<h1>Your APWT SMTP account works" in body}


def _owners_report(owner: Visitor) -> Facts:
    return _reported(json.loads(owner.get(f"/report/{ACCOUNT}/report.json").body))


def _reported(data: Any) -> Facts:
    verdict, window = data["verdict"], data["periods"][-1]["window"]
    assert _of(verdict) == _of(window)
    assert verdict["per_1000"] == window["per_1000"]
    said = {name: verdict[name] for name in ("limit_per_1000", "allowance_left", "decision")}
    return {
        **_of(verdict),
        **said,
        **_standing(data),
        "per_1000": _rate(verdict["per_1000"]),
        "epoch": data["periods"][-1]["epoch"],
    }


def _rate(per_1000: float | None) -> str:
    return "" if per_1000 is None else f"{per_1000:.2f}"


def _days_csv(owner: Visitor) -> Facts:
    rows = list(csv.DictReader(io.StringIO(owner.get(f"/report/{ACCOUNT}/report.csv").body.removeprefix("\ufeff"))))
    last = [row for row in rows if row["window_delivered"]][-1]
    counts = {"delivered": int(last["window_delivered"]), "complaints": int(last["window_complaints"])}
    return {**counts, "per_1000": last["window_per_1000"], "epoch": int(last["epoch"])}


def _complaints_csv(owner: Visitor) -> Facts:
    body = owner.get(f"/report/{ACCOUNT}/complaints.csv").body.removeprefix("\ufeff")
    return {"complaints": sum(row["counts"] == "yes" for row in csv.DictReader(io.StringIO(body)))}


# ---------------------------------------------------------------- the host platform


def _api(host: Visitor, path: str = "") -> Any:
    answer = host.get(f"/api/v1/accounts/{ACCOUNT}{path}")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def _api_account(host: Visitor) -> Facts:
    return _account(_api(host))


def _account(data: Any) -> Facts:
    names = ("limit_per_1000", "allowance_left", "epoch", "may_send", "hold_reason", "would_disable", "strikes")
    return {**_of(data["window"]), **_standing(data), **{name: data[name] for name in names}}


def _api_report(host: Visitor) -> Facts:
    return _reported(_api(host, "/report"))


def _api_review(host: Visitor) -> Facts:
    return _standing(_api(host, "/review"))


def _api_route(host: Visitor) -> Facts:
    data = _api(host, "/route")
    waking = "is being switched on" in data["why"]  # it says what works now, not what the status lets work
    return {"status": data["status"], **({} if waking else {"may_send": data["may_send"]})}


# ---------------------------------------------------------------- support

COUNTS = r"([\d,]+) in ([\d,]+) (?:([\d.,]+) per 1,000 )?"


def _counts(found: re.Match[str]) -> dict[str, Any]:
    return {"complaints": _number(found[1]), "delivered": _number(found[2]), "per_1000": found[3] or ""}


def _desk_list(staff: Visitor) -> Facts:
    """Of an account that may send. Of one that is off the list has what was found when it was last judged."""
    rows = re.findall(r'<tr role="row">\s*<th role="rowheader".*?</tr>', staff.get("/desk/accounts").body, re.DOTALL)
    if not rows:
        assert f"/desk/accounts/{ACCOUNT}" in staff.get("/desk/accounts?list=off").body
        return {"may_send": False}
    text = " ".join(re.sub(r"<[^>]+>", " ", rows[0]).split())
    found = re.search(COUNTS + r"([\d,]+) \d", text)
    assert found or "none yet" in text, text
    status = re.search(r"example (\w+)", text)
    assert status
    said: dict[str, Any] = {"may_send": True, "status": status[1]}
    return {**said, **_counts(found), "allowance_left": _number(found[4])} if found else said


def _desk_account(staff: Visitor) -> Facts:
    text = _text(staff.get(f"/desk/accounts/{ACCOUNT}"))
    found = re.search(rf"How it stands {COUNTS}Window .*?counting period (\d+) More allowed (none|[\d,]+)", text)
    assert found, text
    return {**_counts(found), "epoch": int(found[4]), "allowance_left": _number(found[5].replace("none", "0"))}


def _desk_platform(staff: Visitor) -> Facts:
    """Of an account with complaints."""
    text = _text(staff.get("/desk/platform"))
    found = re.search(rf"{ACCOUNT} owner@\S+ (\w+) .*?{COUNTS}([\d.]+ %|–) of all complaints", text)
    assert found or "Nobody has complaints." in text, text
    if found is None:
        return {}
    share = found[5].removesuffix(" %").replace("–", "")
    counts = {"complaints": _number(found[2]), "delivered": _number(found[3]), "per_1000": found[4] or ""}
    return {"status": found[1], **counts, "share": share}


def _system(staff: Visitor) -> Facts:
    found = re.search(r"(\d+) per 1,000 over 45 days", _text(staff.get("/desk/system")))
    assert found
    return {"limit_per_1000": int(found[1])}


# ---------------------------------------------------------------- the operator


def _show(platform: Platform) -> Facts:
    text = " ".join(platform.terminal.text("account", "show", ACCOUNT).split())
    found = re.search(r"^bakery (\w+) .*?counting period (\d+)", text)
    window = re.search(r"(?:last 45 days|when counting began anew): ([\d,]+) delivered, ([\d,]+) bounced", text)
    left = re.search(r"complaints: ([\d,]+); ([\d,]+) more allowed \(limit (\d+) per 1,000\)", text)
    assert found and window and left, text  # noqa: PT018
    return {
        "status": found[1],
        "epoch": int(found[2]),
        "delivered": _number(window[1]),
        "bounces": _number(window[2]),
        "complaints": _number(left[1]),
        "allowance_left": _number(left[2]),
        "limit_per_1000": int(left[3]),
    }


def _show_json(platform: Platform) -> Facts:
    return _account(platform.terminal.answer("account", "show", ACCOUNT))


def _list_json(platform: Platform) -> Facts:
    (one,) = platform.terminal.answer("account", "list")["accounts"]
    return {"status": one["status"]}


def _platform_json(platform: Platform) -> Facts:
    """Of an account with complaints."""
    found = platform.terminal.answer("platform")["most_complaints"]
    if not found:
        return {}
    share = "" if found[0]["share_percent"] is None else str(found[0]["share_percent"])
    return {**_of(found[0]), "status": found[0]["status"], "per_1000": _rate(found[0]["per_1000"]), "share": share}


def _explain_json(platform: Platform) -> Facts:
    data = platform.terminal.answer("account", "explain", ACCOUNT)
    now = data["now"]
    said = {**_of(now), "limit_per_1000": now["limit_per_1000"], "allowance_left": now["allowance_left"]} if now else {}
    return {"status": data["status"], **said}


def _judge(platform: Platform) -> Facts:
    """What the policy says of the same counts, of an account that nothing but the rules keeps from sending."""
    counts = platform.terminal.answer("account", "show", ACCOUNT)["window"]
    typed = [f"--{name}={counts[name]}" for name in ("delivered", "complaints", "bounces")]
    data = platform.terminal.answer("policy", "judge", *typed)
    left = (
        {"allowance_left": data["allowance_left"]}
        if platform.account.status == "active" and platform.account.may_send
        else {}
    )
    return {"decision": data["decision"], **left}
