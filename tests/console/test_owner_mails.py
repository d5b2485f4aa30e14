"""Mails that an owner's link can cause, in any order of actions: at most five a day, without a text of the holder."""

import contextlib
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.asked_providers import PASSWORDS, SERVER
from tests.support.builders import ACCOUNT, NOW, STAFF, an_account
from tests.support.enforcement import FakeEnforcement
from tests.support.examples import examples
from tests.support.fakes import DecisionServices, FakeMailer
from tests.support.notification import mailing_services
from tests.support.platform import Platform
from tests.support.visiting import Answer, FakeWeb

from permille.domain.login.links import LinkRole
from permille.domain.people.staff_commands import ApproveReview, DeclineReview
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status
from permille.usecases.decisions.decisions import apply
from permille.usecases.login.access import NEW_LINK, Links
from permille.usecases.notifications.notify import deliver

CAUSED = (
    "review_requested",
    "link_requested",
    "review_day_passed",
    "provider_requested",
)  # mails that no act of support's and no rule causes
MOST_MAILS, MOST_CHANGES = 5, 5
TYPED = "confirm-at-evil.example"
DAYS, BATCHES = st.sampled_from([0, 0, 1]), st.integers(1, 4)
FORM = {"cause": TYPED, "change": TYPED}


class OwnersLink(RuleBasedStateMachine):
    """A disabled account, the console, and the functions that follow what is written."""

    @initialize(zone=st.sampled_from(["UTC", "Europe/Vienna", "Pacific/Kiritimati", "Pacific/Honolulu"]))
    def begins(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        account = an_account(status=Status.DISABLED, timezone=zone)
        self.enforcing = FakeEnforcement()
        self.rows = self.enforcing.rows
        self.enforcing.open(account, active=False)
        self.world = FakeWeb(self.rows)
        self.world.now = NOW
        self.api = Platform(self.rows, self.world.signer)
        self.expired = self.world.token(LinkRole.OWNER, ACCOUNT, NOW - timedelta(days=30))
        self.handed = set[tuple[str, str]]()
        self.mailer = FakeMailer()
        links = Links(self.world.signer, "https://console.example")
        self.handing = mailing_services(self.world.accounts, self.world.console.timeline, self.mailer, links)

    @property
    def today(self) -> date:
        return self.world.now.astimezone(self.zone).date()

    def _posts(self, **form: str) -> Answer:
        return self.world.owner().sends(f"/report/{ACCOUNT}/review", **form)

    @rule(action=st.sampled_from(["request", "amend"]), days=DAYS, batch=BATCHES)
    def asks_on_the_page(self, action: str, days: int, batch: int) -> None:
        day = str(self.today + timedelta(days=days))
        assert self._posts(action=action, day=day, batch=str(batch), **FORM).status in (303, 422)

    @rule()
    def withdraws_on_the_page(self) -> None:
        review = self.rows.accounts[ACCOUNT].review
        read = f"{review.state} {(review.decided_at or review.requested_at).isoformat()}" if review else "none"
        assert self._posts(action="withdraw", read=read).status in (303, 422)

    @rule(days=DAYS, batch=BATCHES)
    def asks_by_the_api(self, days: int, batch: int) -> None:
        wish = {"day": str(self.today + timedelta(days=days)), "batch": batch, **FORM}
        self._by_api("PUT", wish)

    @rule()
    def withdraws_by_the_api(self) -> None:
        self._by_api("DELETE", None)

    def _by_api(self, method: str, body: object) -> None:
        answer = self.api.ask(f"/api/v1/accounts/{ACCOUNT}/review", method, body=body, now=self.world.now)
        assert answer.status in (200, 409, 422), answer.text

    @rule(times=st.integers(1, 3))
    def asks_for_a_new_link(self, times: int) -> None:
        for _ in range(times):
            answer = self.world.owner().post(NEW_LINK, {"token": self.expired}, origin="")
            assert answer.status == 200

    @rule(works=st.booleans(), withdraws=st.booleans())
    def asks_for_a_provider(self, works: bool, withdraws: bool) -> None:
        form = {"host": SERVER.host, "port": str(SERVER.port), "username": SERVER.username}
        password = PASSWORDS[SERVER] if works else TYPED
        owner, path = self.world.owner(), f"/report/{ACCOUNT}/provider"
        assert owner.sends(path, action="request", password=password, **form).status in (303, 422)
        if withdraws:
            assert owner.sends(path, action="withdraw").status == 303

    @rule(action=st.sampled_from(["stop", "resume"]))
    def switches_the_monthly_mail(self, action: str) -> None:
        assert self.world.owner().sends(f"/report/{ACCOUNT}/monthly-mail", action=action).status in (303, 422)

    @rule(approves=st.booleans())
    def support_answers(self, approves: bool) -> None:
        day = self.today + timedelta(days=2)
        command = ApproveReview(day=day, by=STAFF) if approves else DeclineReview(reason="No", by=STAFF)
        services = DecisionServices(self.world.accounts, self.world.console.timeline)  # type: ignore[arg-type]
        with contextlib.suppress(DecisionRefused):
            apply(services, ACCOUNT, command, self.world.now)

    @rule(minutes=st.sampled_from([59, 60, 61, 61, 61, 600, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)
        self.enforcing.run(self.world.now)

    def mails_by_day(self) -> Counter[date]:
        mailed = (one.at for one in self.rows.told(ACCOUNT) if one.is_mailed and one.kind in CAUSED)
        return Counter(at.astimezone(self.zone).date() for at in mailed)

    @invariant()
    def no_day_has_more_than_five_mails(self) -> None:
        self._hands_on()
        assert all(mails <= MOST_MAILS for mails in self.mails_by_day().values()), self.mails_by_day()

    @invariant()
    def no_day_has_more_changes(self) -> None:
        days = Counter(
            entry.at.astimezone(self.zone).date()
            for entry in self.rows.told(ACCOUNT)
            if entry.kind in ("review_requested", "review_amended")
        )
        assert all(changes <= MOST_CHANGES for changes in days.values()), days

    @invariant()
    def no_day_has_more_logins_or_switches(self) -> None:
        for kind, most in (("provider_tried", 10), ("monthly_mail_resumed", 5)):
            days = Counter(one.at.astimezone(self.zone).date() for one in self.rows.told(ACCOUNT) if one.kind == kind)
            assert all(times <= most for times in days.values()), (kind, days)

    @invariant()
    def no_mail_says_what_was_typed(self) -> None:
        assert not [mail for mail in self.mailer.sent if TYPED in mail.text + mail.html + mail.subject]

    def _hands_on(self) -> None:
        new = {key: entry for key, entry in self.rows.entries.items() if key not in self.handed}
        self.handed |= set(new)
        deliver(self.handing, new.values(), self.world.now)


TestOwnersLink = OwnersLink.TestCase
TestOwnersLink.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)


def test_whoever_asks_for_everything_every_hour_gets_five_mails_a_day() -> None:
    """A link, a receipt, that the day of a request has passed, and two requests for a provider."""
    owner = OwnersLink()
    owner.begins("Europe/Vienna")

    for hour in range(3 * 24):
        owner.asks_for_a_new_link(2)
        if hour % 24 < 2:
            owner.withdraws_on_the_page()
        owner.asks_on_the_page("request", 0, 1)
        owner.asks_by_the_api(0, 2)
        owner.asks_for_a_provider(works=True, withdraws=True)
        owner.time_passes(60)

    days = owner.mails_by_day()
    assert [days[day] for day in sorted(days)] == [4, 5, 5, 4]
