"""Whatever happens in between, in the end the switch says what the status says, and no key is forgotten."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, an_account
from tests.support.enforcement import FakeEnforcement
from tests.support.examples import examples
from tests.support.fakes import FakeLedger, Killed, When

from permille.domain.account.credential import ACTIVE, INACTIVE, PROPAGATION
from permille.domain.people.commands import Command
from permille.domain.people.staff_commands import Close, Disable, Enable
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import DecisionRefused, Unavailable
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.usecases.decisions.decisions import apply

SECOND = "permille-bakery-shop"
KEYS = [(CALLER, "k1"), (CALLER, "k2"), (SECOND, "k1")]
OWN = f"{CALLER}-own"  # Inactive from the beginning: its owner's own doing
DECISIONS: dict[str, Callable[..., Command]] = {"disable": Disable, "enable": Enable, "close": Close}
NOT_FINAL = ["disable", "enable"]
DECIDED_OFTEN = 6  # versions

keys = st.sampled_from(KEYS)
lags = st.sampled_from([timedelta(), timedelta(seconds=4), PROPAGATION])
errors = st.sampled_from([Unavailable, Killed])
calls = st.sampled_from(
    [
        *(
            "accounts.get",
            "tallies.days",
            "feedback_backlog.size",
            "heartbeat.last",
            "timeline.since",
            "control.breaker",
        ),
        *("accounts.save", "switch.state_of", "leases.acquire_lease", "switch.apply", "switch.group", "switch.key"),
        *("leases.release_lease", "accounts.page", "switch.denied_senders"),
    ]
)


class SwitchAndStatus(RuleBasedStateMachine):
    """Rules are broken, support decides, keys are flipped and senders denied by hand; IAM's answers lag; runs overlap,
    fail at any call, and are killed."""

    @initialize(denied=st.sets(st.sampled_from([CALLER, SECOND])))
    def begin(self, denied: set[str]) -> None:
        self.now: datetime = NOW
        self.by_hand: dict[
            str, int
        ] = {}  # who is put into the deny group while it may send, and how much was decided by then
        self.world = FakeEnforcement()
        self.world.open(an_account(senders=(CALLER, SECOND)), "k1")
        self.world.switch.users[CALLER].keys |= {f"{CALLER}-k2": ACTIVE, OWN: INACTIVE}
        if denied:
            self.somebody_denies_it_by_hand_and_an_hour_goes_by(denied)

    @rule()
    def the_rule_is_broken(self) -> None:
        key = ACCOUNT, self.world.account().epoch, self.now.date()
        self.world.rows.tallies[key] = self.world.rows.tallies.get(key, Tally()) + Tally(10, 2)
        with suppress(Killed, Unavailable):
            FakeLedger(self.world.rows).mark_due(ACCOUNT, self.now)

    @rule(decision=st.sampled_from(NOT_FINAL))
    def support_decides(self, decision: str) -> None:
        self._advance(timedelta(seconds=1))
        with suppress(DecisionRefused, Killed, Unavailable):
            self._decide(decision)

    @precondition(lambda self: self.world.account().version > DECIDED_OFTEN)
    @rule()
    def support_closes_it_for_good(self) -> None:
        self.support_decides("close")

    def _decide(self, decision: str) -> None:
        apply(self.world.enforcement, ACCOUNT, DECISIONS[decision](reason="Why", by=STAFF), self.now)

    @rule(decisions=st.lists(st.sampled_from(NOT_FINAL), min_size=2, max_size=3))
    def support_decides_again_within_the_second(self, decisions: list[str]) -> None:
        for decision in decisions:
            self._advance(timedelta(seconds=0.3))
            with suppress(DecisionRefused, Killed, Unavailable):
                self._decide(decision)
            self.the_stream_runs()

    @rule(lag=lags)
    def iam_lags(self, lag: timedelta) -> None:
        self.world.switch.lag = lag

    def _advance(self, by: timedelta) -> None:
        self.now += by
        self.world.switch.advance(self.now)

    @rule(key=keys)
    def a_key_is_activated_by_hand(self, key: tuple[str, str]) -> None:
        caller, name = key
        self.world.switch.users[caller].keys[f"{caller}-{name}"] = ACTIVE

    @rule(caller=st.sampled_from([CALLER, SECOND]), denied=st.booleans())
    def the_deny_group_is_changed_by_hand(self, caller: str, denied: bool) -> None:
        account = self.world.account()
        self.world.switch.users[caller].denied = denied
        self.by_hand.pop(caller, None)
        if denied and account.in_sync and account.status.may_send:
            self.by_hand[caller] = len(self._decisions())

    @precondition(lambda self: self.world.account().status.may_send)
    @rule(callers=st.sets(st.sampled_from([CALLER, SECOND]), min_size=1))
    def somebody_denies_it_by_hand_and_an_hour_goes_by(self, callers: set[str]) -> None:
        self.world.faults.heal()
        for _ in range(2):
            self.time_goes_by(90)
        for caller in sorted(callers):
            self.the_deny_group_is_changed_by_hand(caller, denied=True)
        self.time_goes_by(3600)

    @rule(seconds=st.sampled_from([1, 60, 90, 3600]))
    def time_goes_by(self, seconds: int) -> None:
        self._advance(timedelta(seconds=seconds))
        self._run()

    def _run(self) -> None:
        with suppress(Killed, Unavailable):
            self.world.run(self.now)

    @rule()
    def the_stream_runs(self) -> None:
        with suppress(Killed, Unavailable):
            self.world.process(now=self.now)

    @rule(skip=st.integers(0, 20), when=st.sampled_from(When), error=errors)
    def something_is_going_to_fail(self, skip: int, when: When, error: type[BaseException]) -> None:
        self.world.faults.fail(skip=skip, when=when, error=error("injected"))

    @rule(call=calls)
    def another_run_is_going_to_be_faster(self, call: str) -> None:
        self.world.faults.meanwhile(call, self.the_stream_runs)

    @rule(call=calls, decision=st.sampled_from(NOT_FINAL))
    def support_is_going_to_decide_in_between(self, call: str, decision: str) -> None:
        self.world.faults.meanwhile(call, lambda: self.support_decides(decision))

    @invariant()
    def the_owners_own_key_is_never_activated(self) -> None:
        assert self.world.switch.users[CALLER].keys[OWN] == INACTIVE

    @invariant()
    def whoever_is_denied_by_hand_stays_so_until_somebody_decides_or_takes_them_out(self) -> None:
        for caller, decided in self.by_hand.items():
            if len(self._decisions()) == decided:
                assert self.world.switch.users[caller].denied

    @invariant()
    def that_somebody_was_denied_by_hand_is_told_once(self) -> None:
        told = [entry for entry in self.world.rows.told(ACCOUNT) if entry.kind in (*CHANGES, *OF_DENIALS)]
        denied = [entry.data["senders"] if entry.kind == "denied_by_hand" else [] for entry in told]
        assert not any(one and one == other for one, other in pairwise(denied))
        denial = self.world.account().denial
        assert (denied or [[]])[-1] == list(denial.senders if denial else ())

    @invariant()
    def every_change_of_the_status_is_told(self) -> None:
        told = [entry for entry in self._decisions() if entry.kind in CHANGES]
        last = max(told, key=lambda entry: entry.id, default=None)
        assert self.world.account().status is (CHANGES[last.kind] if last else Status.ACTIVE)

    def teardown(self) -> None:
        self.world.faults.heal()
        self._hours_go_by()
        users = self.world.switch.users
        self.whoever_is_denied_by_hand_stays_so_until_somebody_decides_or_takes_them_out()
        self.that_somebody_was_denied_by_hand_is_told_once()
        if denial := self.world.account().denial:
            assert {caller for caller, user in users.items() if user.denied} == set(denial.senders)
            self._decide("enable")
            self._hours_go_by()

        account = self.world.account()
        assert account.in_sync
        assert account.id not in self.world.rows.leased_until
        if account.status.may_send:
            assert [users[caller].keys[f"{caller}-{name}"] for caller, name in KEYS] == [ACTIVE] * 3
            assert not any(user.denied for user in users.values())
            assert account.credential.deactivated == {}
        else:
            assert set(self.world.can_send()) == {False}
            assert all(user.denied and ACTIVE not in user.keys.values() for user in users.values())

    def _decisions(self) -> list[Entry]:
        return [entry for entry in self.world.rows.told(ACCOUNT) if entry.kind in (*CHANGES, "deny_lifted")]

    def _hours_go_by(self) -> None:
        for _ in range(4):
            self.now += timedelta(minutes=90)
            self.world.run(self.now)
            self.world.settles(self.now)


OF_DENIALS = ("denied_by_hand", "undenied_by_hand", "deny_lifted")
CHANGES = {
    "disabled": Status.DISABLED,
    "staff_disabled": Status.DISABLED,
    "staff_enabled": Status.ACTIVE,
    "closed": Status.CLOSED,
}
TestSwitchAndStatus = SwitchAndStatus.TestCase
TestSwitchAndStatus.settings = settings(max_examples=examples(150), stateful_step_count=30, deadline=None)
