"""Daily limits of the acts of an owner's link. Links leak, and whoever holds one acts as the owner."""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from permille.domain.values.calendar import DAY, midnight, today
from permille.domain.values.errors import DecisionRefused
from permille.domain.words.wording import local, times

CHANGES_A_DAY: Final = 5


class AskedMail(StrEnum):
    """Mails that an act of an owner's link causes. Each kind has its own daily limit of one. The values are names of
    fields of OwnerActs."""

    RECEIPT = "receipt_at"
    LINK = "link_at"


@dataclass(frozen=True, slots=True)
class OwnerActs:
    """Recent acts of owners' links.

    day: the last day with a change, in the account's time zone; None before the first
    changes: how often a request was made or amended on that day
    receipt_at: when a receipt of a request was last mailed
    link_at: when a new link was last mailed
    """

    day: date | None = None
    changes: int = 0
    receipt_at: datetime | None = None
    link_at: datetime | None = None

    def changed(self, zone: tzinfo, now: datetime) -> "OwnerActs":
        """The acts with one more change. Raises DecisionRefused where the day's limit is reached."""
        acts = self._on(today(zone, now))
        if acts.changes >= CHANGES_A_DAY and acts.day:
            again = local(midnight(acts.day + DAY, zone).astimezone(zone))
            raise DecisionRefused(
                f"the request was made or changed {times(CHANGES_A_DAY, 'time')} today, which is as often as a day "
                f"allows; it can be changed again from {again} on"
            )
        return replace(acts, changes=acts.changes + 1)

    def mailed(self, mail: AskedMail, zone: tzinfo, now: datetime) -> "OwnerActs":
        """The acts with one more mail; unchanged where one of this kind was sent today."""
        last: datetime | None = getattr(self, mail)
        if last is not None and today(zone, now) <= today(zone, last):
            return self
        sent: dict[str, datetime] = {mail: now}
        return replace(self, **sent)  # type: ignore[arg-type]  # a field's name

    def _on(self, day: date) -> "OwnerActs":
        """The acts of `day`. A later day that was counted before stays: the account's zone may have moved west."""
        return self if self.day and day <= self.day else replace(self, day=day, changes=0)
