"""The account: one business that sends, with its state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Credential, Denial, Renewal
from permille.domain.account.monthly_mail import MonthlyMail
from permille.domain.account.owner_acts import OwnerActs
from permille.domain.account.provider import Provider, ProviderRequest
from permille.domain.account.restrictions import Exemption, Hold, Recheck
from permille.domain.account.route_changes import RouteChanges
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.values.status import HoldReason, Status

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is stored. `credential` is written by the reconciliation alone, under its lease.

    id: lower-case letters, digits and hyphens
    owner_email: the address of mails to the owner
    senders: the names of its IAM users
    owner_name: in greetings; may be empty
    timezone: an IANA name
    identities: the domains and addresses that it sends from; empty in older rows
    owner_mail: why mails to the owner are stopped (`bounced`, `complained`); empty where they are not
    status: its state
    epochs: the starts of the second and later epochs
    strikes: how often the rules disabled it
    would_disable: a rule is broken, and not acted on: the mode is monitor, or the account is exempt
    hold: a broken rule that is not acted on yet, else None
    recheck: the recheck of a disabling that is to come, else None
    reversed_at: when a disabling was last reversed
    exemption: the last one, which may be over
    review: the last request for a trial
    trial: the trial that is scheduled, running or observed
    provider: the third-party SMTP server that is connected
    provider_request: one that the owner has to confirm, else None
    route_changes: the entries that last changed its sending path
    decided_at: the last decision
    alerted_at: the last alert
    alerted_entry_ids: recent complaint entries that an alert or a disabling included
    bounced_at: when bounces were last counted
    bounces_reported_until: bounces counted before are on the timeline
    missing: senders whose IAM user does not exist any more
    denial: somebody denied senders by hand, else None
    renewal: the last renewal of its credential
    links_valid_since: links issued until then are revoked
    risks_accepted: by sender, why its risky permissions are accepted
    owner_acts: what holders of its owner's links did lately
    monthly_mail: whether the owner wants it, and when the last one was written
    adding_run: the run of an import or request that is adding it; empty once it is complete
    due_at: when Enforce has to process it; None: not until something happens
    assessment: when it was last judged in this epoch; None if never
    switch_generation: raised by each decision after which IAM has to be changed
    credential: what is known of its access keys in IAM
    version: raised by each decision
    revision: raised by each write but those of the reconciliation: the optimistic lock
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
    provider_request: ProviderRequest | None = None
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
    monthly_mail: MonthlyMail = field(default_factory=MonthlyMail)
    adding_run: str = ""
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
        """The number of the current epoch, from 1."""
        return 1 + len(self.epochs)

    @property
    def in_sync(self) -> bool:
        """Whether IAM was read back to agree with the last decision that had to be switched."""
        return self.credential.observed == self.switch_generation

    @property
    def applied(self) -> bool:
        """Whether all changes for that decision were made in IAM, which may still show older values."""
        return self.credential.applied == self.switch_generation

    @property
    def denied_by_hand(self) -> bool:
        return self.denial is not None

    @property
    def may_send(self) -> bool:
        """Whether its status lets it send, and nobody has denied it by hand."""
        return self.status.may_send and not self.denied_by_hand

    def ends_renewal(self, now: datetime) -> bool:
        """Whether the old keys of a renewal have to be deactivated, or read back: their time is over, or it is off."""
        renewal = self.renewal
        if renewal is None or renewal.until is None or not renewal.new or renewal.ended:
            return False
        return now >= renewal.until or not self.status.may_send

    def old_key_works_until(self, now: datetime) -> datetime | None:
        """Until when the old keys of a renewal work; None where there is none, or their time is over."""
        renewal = self.renewal
        works = renewal and renewal.new and not renewal.ended and not self.ends_renewal(now)
        return renewal.until if renewal and works else None

    def may_reactivate(self, keys: frozenset[str]) -> frozenset[str]:
        """The keys that enabling activates, of those that Permille deactivated: all but keys that were replaced."""
        return keys - self.renewal.retired if self.renewal else keys

    @property
    def hold_reason(self) -> HoldReason:
        """Why a broken rule is not acted on; HoldReason.NO where none is held."""
        return self.hold.why if self.hold else HoldReason.NO

    def to_be_switched(self, **different: Any) -> "Account":
        """The account with `different` fields, after a decision that IAM has to be reconciled with. It ends a deny by
        hand, which was about the decision before."""
        return replace(self, switch_generation=self.switch_generation + 1, denial=None, **different)

    @property
    def current_trial(self) -> Trial | None:
        """The trial, unless it has not begun and its request was withdrawn: Enforce removes such a trial later."""
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
        """Since when support has to act: on an open request, or a trial to confirm. None where it has not."""
        if self.review and self.review.state is ReviewState.OPEN:
            return self.review.requested_at
        return self.trial.verdict_at if self.trial and self.awaits_confirmation else None

    @property
    def awaits_support(self) -> bool:
        return self.waiting_for_support_since is not None

    @property
    def awaits_confirmation(self) -> bool:  # by support, of a trial that went well
        return self.trial is not None and self.trial.confirmation_requested and not self.trial.confirmed

    def after_last_decision(self, now: datetime) -> datetime:
        """`now`, or just after the last decision if that is later: decisions keep their order even if clocks differ."""
        return max(now, self.decided_at + TICK) if self.decided_at else now

    def exempt_at(self, now: datetime) -> bool:
        """Whether an exemption is in force."""
        return self.exemption is not None and now < self.exemption.until
