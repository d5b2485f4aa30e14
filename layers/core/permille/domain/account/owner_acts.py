"""Daily limits of the acts of an owner's link. Links leak, and whoever holds one acts as the owner."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from permille.domain.values.calendar import DAY, midnight, today
from permille.domain.values.errors import DecisionRefused
from permille.domain.words.wording import local, times

CHANGES_A_DAY: Final = 5


class CountedAct(StrEnum):
    """Acts with a daily limit. The values are names of fields of OwnerActs."""

    CHANGE = "changes"
    SWITCH = "switches"
    LOGIN = "logins"
    PROVIDER = "providers"


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """The limit of an act, and its words.

    most: how often it can be done in a day
    done: what was done, as the beginning of a sentence
    again: what can be done again, as a clause
    """

    most: int
    done: str
    again: str


LIMITS: Final[Mapping[CountedAct, DailyLimit]] = {
    CountedAct.CHANGE: DailyLimit(CHANGES_A_DAY, "the request was made or changed", "it can be changed again"),
    CountedAct.SWITCH: DailyLimit(5, "the monthly mail was switched on", "it can be switched on again"),
    CountedAct.LOGIN: DailyLimit(10, "a login to a provider was tried", "it can be tried again"),
    CountedAct.PROVIDER: DailyLimit(2, "a provider was asked for", "one can be asked for again"),
}


class AskedMail(StrEnum):
    """Mails that an act of an owner's link causes. Each kind has its own daily limit of one. The values are names of
    fields of OwnerActs."""

    RECEIPT = "receipt_at"
    LINK = "link_at"


@dataclass(frozen=True, slots=True)
class OwnerActs:
    """Recent acts of owners' links.

    day: the last day with a counted act, in the account's time zone; None before the first
    changes: how often a request was made or amended on that day
    receipt_at: when a receipt of a request was last mailed
    link_at: when a new link was last mailed
    switches: how often the monthly mail was switched on on that day
    logins: how often a login to a provider was tried on that day
    providers: how often a provider was asked for on that day, each with a mail
    """

    day: date | None = None
    changes: int = 0
    receipt_at: datetime | None = None
    link_at: datetime | None = None
    switches: int = 0
    logins: int = 0
    providers: int = 0

    def counted(self, act: CountedAct, zone: tzinfo, now: datetime) -> "OwnerActs":
        """The acts with one more of this kind. Raises DecisionRefused where the day's limit is reached."""
        acts, limit = self._on(today(zone, now)), LIMITS[act]
        before: int = getattr(acts, act)
        if before >= limit.most and acts.day:
            again = local(midnight(acts.day + DAY, zone).astimezone(zone))
            raise DecisionRefused(
                f"{limit.done} {times(limit.most, 'time')} today, which is as often as a day allows; {limit.again} "
                f"from {again} on"
            )
        done: dict[str, int] = {act: before + 1}
        return replace(acts, **done)  # type: ignore[arg-type]  # a field's name

    def mailed(self, mail: AskedMail, zone: tzinfo, now: datetime) -> "OwnerActs":
        """The acts with one more mail; unchanged where one of this kind was sent today."""
        last: datetime | None = getattr(self, mail)
        if last is not None and today(zone, now) <= today(zone, last):
            return self
        sent: dict[str, datetime] = {mail: now}
        return replace(self, **sent)  # type: ignore[arg-type]  # a field's name

    def _on(self, day: date) -> "OwnerActs":
        """The acts of `day`. A later day that was counted before stays: the account's zone may have moved west."""
        if self.day and day <= self.day:
            return self
        return OwnerActs(day=day, receipt_at=self.receipt_at, link_at=self.link_at)
