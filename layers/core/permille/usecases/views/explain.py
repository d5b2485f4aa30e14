"""Explains why an account is as it is: the last decision, and what the policy says of it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.judging import complaints_in
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.corrections import counting
from permille.domain.timeline.kinds.credential import Created, DeniedByHand
from permille.domain.timeline.kinds.decision_record import DecisionRecord
from permille.domain.timeline.kinds.staff import StaffDisabled
from permille.domain.timeline.kinds.verdicts import Disabled, WouldKeep
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry, only
from permille.domain.values.status import HoldReason, Status
from permille.domain.words import wording
from permille.reading.standing import still_on_line
from permille.reading.staying_off import kept_now_line, stays_off_line
from permille.reading.way_back import way_back_lines
from permille.usecases.views.verdict import CurrentVerdict
from permille.zones import shown_zone_of

_IS = {Status.TRIAL: "on trial", Status.OBSERVING: "off, and waits for late complaints"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an account is as it is.

    decided: the entry by which it got its status; None where there is none
    first_disabled: of an account that is off or on trial, the entry that switched it off before any trial
    now: the decision record of the present counts; None where the account is not judged
    exempt: whether an exemption is in force
    stays_off: the sentence why it is off although it keeps the rules; may be empty
    still_on: the sentence why it is on although it breaks a rule; may be empty
    kept_now: the sentence that it keeps the rules since a complaint was voided; may be empty, None where that is not
        known
    way_back: what was asked for or agreed on, and what comes next, in sentences
    complaints: in words, by their identity
    """

    account: Account
    decided: Entry | None
    now: TimelineEntry[WouldKeep] | None
    exempt: bool
    stays_off: str = ""
    still_on: str = ""
    kept_now: str | None = ""
    first_disabled: Entry | None = None
    way_back: Sequence[str] = ()
    complaints: Mapping[str, str] = field(default_factory=dict)

    def lines(self, platform: str) -> list[str]:
        """The explanation in sentences, in the account's time zone; without `way_back`, which pages show apart."""
        off = f", and {wording.BY_HAND}" if self.account.denied_by_hand else ""
        lines = [f"{self.account.id} is {_IS.get(self.account.status, str(self.account.status))}{off}."]
        if self.decided:
            decided = self.decided.in_zone(shown_zone_of(self.account))
            lines += [f"{wording.local(decided.at)}: {decided.headline(platform)}."]
            facts = decided.facts
            lines += facts.explained(self.complaints) if isinstance(facts, DecisionRecord) else [facts.sentence()]
        if self.first_disabled and self.first_disabled != self.decided:
            first = self.first_disabled.in_zone(shown_zone_of(self.account))
            said = f"{first.headline(platform)}. {first.sentence()}"
            lines.append(f"At first it was disabled on {wording.local(first.at)}: {said}")
        lines += [line for line in (self.kept_now or self.stays_off,) if line]
        if self.now:
            lines += ["What the policy says of it now:", *self.now.facts.explained(self.complaints)]
        return lines + self._not_enforced()

    def _not_enforced(self) -> list[str]:
        account = self.account
        lines = []
        if account.hold_reason is not HoldReason.NO:
            lines.append(f"It is held: {wording.why_held(account.hold_reason)}.")
        if account.exemption and self.exempt:
            until = wording.local(account.exemption.until.astimezone(shown_zone_of(account)))
            why, by = (
                wording.plain(account.exemption.reason, wording.LONGEST_REASON),
                wording.plain(account.exemption.by),
            )
            lines.append(f"No rule disables it until {until}: {why} ({by}).")
        if self.still_on:
            lines.append(self.still_on)
        if account.would_disable:
            lines.append(f"{wording.capital(wording.not_enforced(exempt=self.exempt))}.")
        return lines


def explanation_of(
    account: Account, entries: Sequence[Entry], judged: CurrentVerdict | None, now: datetime, code: str
) -> Explanation:
    """Explains an account.

    entries: at least those of every topic, oldest first
    judged: what the policy in force says of it; None where that is not known
    code: the version of the program
    """
    words = {one.facts.identity: _complaint_line(one.facts) for one in only(Reported, entries)}
    return replace(
        _explanation_of(account, entries, judged, now, code),
        first_disabled=_first_disabled(account, entries),
        way_back=way_back_lines(account, shown_zone_of(account), now),
        complaints=words,
    )


def _complaint_line(report: Reported) -> str:
    who = wording.plain(report.recipient) or "recipient not named"
    return f"{who}, about {wording.quoted(report.subject, report.campaign)}, sent on {wording.day(report.sent_at)}"


def _explanation_of(
    account: Account, entries: Sequence[Entry], judged: CurrentVerdict | None, now: datetime, code: str
) -> Explanation:
    decided = _decided(account, entries)
    if judged is None or not account.may_send:
        if judged is None:
            not_known = None if account.status is Status.DISABLED else ""
            return Explanation(account, decided, None, account.exempt_at(now), kept_now=not_known)
        stays_off = stays_off_line(account, judged.verdict, decided, shown_zone_of(account))
        kept_now = kept_now_line(account, judged.verdict, decided, entries)
        return Explanation(account, decided, None, account.exempt_at(now), stays_off, kept_now=kept_now)
    in_window = complaints_in(account, judged.verdict, counting(entries))
    facts = WouldKeep(**WouldKeep.arguments(judged.verdict, judged.days, in_window, code))
    still_on = still_on_line(account, judged.verdict, now)
    return Explanation(account, decided, entry(account.id, now, facts), account.exempt_at(now), still_on=still_on)


def _decided(account: Account, entries: Sequence[Entry]) -> Entry | None:
    switched: Sequence[Entry] = [one for one in entries if one.change and not isinstance(one.facts, Created)]
    if account.denied_by_hand:
        switched = only(DeniedByHand, entries)
    return switched[-1] if switched else None


def _first_disabled(account: Account, entries: Sequence[Entry]) -> Entry | None:
    """The disabling since which the account is off, but for trials."""
    if account.status in (Status.ACTIVE, Status.CLOSED):
        return None
    first: Entry | None = None
    for one in entries:
        if one.change and one.change.after is Status.ACTIVE:
            first = None
        elif first is None and isinstance(one.facts, Disabled | StaffDisabled):
            first = one
    return first
