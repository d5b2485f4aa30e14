"""One business's sending account, and what its decisions are made of: decide.py decides by the rules, trial.py by the
single day; commands.py lists what people can decide, and decisions.py decides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Credential, Denial, Renewal, SenderState
from permille.domain.account.owner_acts import OwnerActs
from permille.domain.account.provider import Provider
from permille.domain.account.restrictions import Exemption, Hold, Recheck
from permille.domain.account.route_changes import RouteChanges
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Verdict, judge
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import TimelineEntry
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Days

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Account:
    """Three counters say who wrote: `revision` is raised by every write but those of the switch, and is what a save is
    conditional on; `version` by every decision; `switch_generation` by every decision that has to be switched, or
    switched again. `credential` is written by the switch alone.

    identities: the domains and addresses that it sends from; rows of before do not say it
    epochs: the starts of the second and later ones
    would_disable: a rule is broken, and observing or an exemption spares the account
    recheck: a disabling by a rule that is going to be judged once more
    reversed_at: when a disabling was last found to have come too early, and undone
    alerted_entry_ids: recent complaint entries that an alert or a disabling was about
    bounced_at: when the ledger last said that bounces were counted
    bounces_reported_until: the timeline has told of the bounces that were counted before
    missing: senders whose IAM user was found to be gone
    renewal: the last one of its credential
    risks_accepted: why senders were adopted that could evade Permille, by their names
    denial: it is off although its status lets it send, until somebody decides about it or takes the senders out again
    owner_mail: empty, or why the owner is not written to any more (`bounced`, `complained`)
    links_valid_since: links to the account that were made until then are revoked
    owner_acts: what its owner's links have caused of late
    look: what was found when it was last judged, if ever in this epoch
    """

    id: str
    owner_email: str
    senders: tuple[str, ...]
    owner_name: str = ""
    timezone: str = "UTC"
    identities: tuple[str, ...] = ()
    owner_mail: str = ""
    status: Status = Status.ACTIVE
    epochs: tuple[datetime, ...] = ()
    strikes: int = 0
    would_disable: bool = False
    hold: Hold | None = None
    recheck: Recheck | None = None
    reversed_at: datetime | None = None
    exemption: Exemption | None = None
    review: Review | None = None
    trial: Trial | None = None
    provider: Provider | None = None
    route_changes: RouteChanges = field(default_factory=RouteChanges)
    decided_at: datetime | None = None
    alerted_at: datetime | None = None
    alerted_entry_ids: frozenset[str] = frozenset()
    bounced_at: datetime | None = None
    bounces_reported_until: datetime | None = None
    missing: frozenset[str] = frozenset()
    denial: Denial | None = None
    renewal: Renewal | None = None
    links_valid_since: datetime | None = None
    risks_accepted: Mapping[str, str] = field(default_factory=dict)
    owner_acts: OwnerActs = field(default_factory=OwnerActs)
    due_at: datetime | None = None
    assessment: Assessment | None = None
    switch_generation: int = 1
    credential: Credential = field(default_factory=Credential)
    version: int = 1
    revision: int = 0

    @property
    def own_sender(self) -> str:
        """The name of the IAM user that is made for it, unless it adopts others."""
        return f"permille-{self.id}"

    @property
    def is_closed(self) -> bool:
        return self.status is Status.CLOSED

    @property
    def epoch(self) -> int:
        return 1 + len(self.epochs)

    @property
    def in_sync(self) -> bool:
        """Whether IAM was read back to agree with the last decision that had to be switched."""
        return self.credential.observed == self.switch_generation

    @property
    def applied(self) -> bool:
        """Whether all that the last such decision asks for was done in IAM, which may show it later."""
        return self.credential.applied == self.switch_generation

    @property
    def denied_by_hand(self) -> bool:
        return self.denial is not None

    @property
    def may_send(self) -> bool:
        """Whether its status lets it send, and nobody has denied it by hand."""
        return self.status.may_send and not self.denied_by_hand

    def ends_renewal(self, now: datetime) -> bool:
        """Whether the old keys of a renewal have to be made Inactive, or to be read back to be: their time is over, or
        the account is off, which ends it early."""
        renewal = self.renewal
        if renewal is None or renewal.until is None or not renewal.new or renewal.ended:
            return False
        return now >= renewal.until or not self.status.may_send

    def old_key_works_until(self, now: datetime) -> datetime | None:
        """None where the credential was not renewed, or the time of the old keys is over."""
        renewal = self.renewal
        works = renewal and renewal.new and not renewal.ended and not self.ends_renewal(now)
        return renewal.until if renewal and works else None

    def may_reactivate(self, keys: frozenset[str]) -> frozenset[str]:
        """Those of the keys, which Permille put to sleep, that enabling wakes: none that was renewed."""
        return keys - self.renewal.retired if self.renewal else keys

    def is_denied_by_hand(self, state: SenderState) -> bool:
        """Whether this is how IAM shows a sender that somebody has denied by hand: that it is in the deny group is no
        lag and no leftover once IAM was read back to agree."""
        return state.denied and self.status.may_send and self.in_sync

    @property
    def held(self) -> HoldReason:
        return self.hold.why if self.hold else HoldReason.NO

    def to_be_switched(self, **different: Any) -> "Account":
        """With what is `different`; the credential has to be made to agree, and read back. A deny that was put in by
        hand was about the decision before."""
        return replace(self, switch_generation=self.switch_generation + 1, denial=None, **different)

    @property
    def current_trial(self) -> Trial | None:
        """The trial, but for one that has not begun and whose request is not approved any more: withdrawing changes the
        request alone, and the next look removes the trial."""
        is_approved = self.review is not None and self.review.state is ReviewState.APPROVED
        begun = self.trial is not None and self.trial.state is not TrialState.SCHEDULED
        return self.trial if begun or is_approved else None

    @property
    def scheduled_trial(self) -> Trial | None:
        """The trial that was agreed on and has not begun."""
        trial = self.current_trial
        return trial if trial and trial.state is TrialState.SCHEDULED else None

    @property
    def waiting_for_support_since(self) -> datetime | None:
        """Since when support is waited for: an open request, or a trial that went well and is not confirmed."""
        if self.review and self.review.state is ReviewState.OPEN:
            return self.review.requested_at
        return self.trial.verdict_at if self.trial and self.awaits_confirmation else None

    @property
    def awaits_support(self) -> bool:
        return self.waiting_for_support_since is not None

    @property
    def awaits_confirmation(self) -> bool:
        """Whether support has to confirm a trial that went well."""
        return self.trial is not None and self.trial.confirmation_requested and not self.trial.confirmed

    def after_last_decision(self, now: datetime) -> datetime:
        """Whatever the clock of the run says, a decision comes after the one before it, and so do their entries."""
        return max(now, self.decided_at + TICK) if self.decided_at else now

    def exempt_at(self, now: datetime) -> bool:
        return self.exemption is not None and now < self.exemption.until

    def verdict(self, policy: Policy, days: Days, today: date) -> Verdict:
        """What the policy says of it, with the allowance that is left to it."""
        verdict = judge(policy, days, today)
        return replace(verdict, allowance_left=self.allowance(verdict.allowance_left))

    def allowance(self, kept: int) -> int:
        """How many more complaints are allowed where the rules would keep so many: none while it is off."""
        return self.allowance_when_on(kept) if self.may_send else 0

    def allowance_when_on(self, kept: int) -> int:
        """The same, whether it is off or not: none in a trial that one complaint ends."""
        one_ends = self.status is Status.TRIAL and (self.trial is None or self.trial.ends_at_first_complaint)
        return 0 if one_ends else kept

    def complaints_in(
        self, verdict: Verdict, complaints: Sequence[TimelineEntry[CountedComplaint]]
    ) -> list[TimelineEntry[CountedComplaint]]:
        """Those of the complaints that the verdict is about: on mail of this epoch, sent in the window."""
        first = verdict.first_day
        return [one for one in complaints if one.facts.epoch == self.epoch and one.facts.sent_at.date() >= first]
