"""What the holder of an owner's link can cause in a day is bounded: links leak, and a holder is taken for the owner."""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from permille.domain.values.calendar import DAY, midnight, today
from permille.domain.values.errors import DecisionRefused
from permille.domain.words.wording import local, times

CHANGES_A_DAY: Final = 5


class AskedMail(StrEnum):
    """Mails that an owner's link causes at once, one of each kind a day, so that none takes another's place; each is
    named as the field that says when it was last sent."""

    RECEIPT = "receipt_at"
    LINK = "link_at"


@dataclass(frozen=True, slots=True)
class OwnerActs:
    """What was done and caused without anybody of the staff.

    changes: how often a request was made or amended on `day`, where the account is
    receipt_at, link_at: when a receipt of a request, and a new link, were last mailed, on whatever day
    """

    day: date | None = None
    changes: int = 0
    receipt_at: datetime | None = None
    link_at: datetime | None = None

    def changed(self, zone: tzinfo, now: datetime) -> "OwnerActs":
        """With one change more. Raises DecisionRefused where there were as many as a day may have."""
        acts = self._on(today(zone, now))
        if acts.changes >= CHANGES_A_DAY and acts.day:
            again = local(midnight(acts.day + DAY, zone).astimezone(zone))
            raise DecisionRefused(
                f"the request was made or changed {times(CHANGES_A_DAY, 'time')} today, which is as often as a day "
                f"allows; it can be changed again from {again} on"
            )
        return replace(acts, changes=acts.changes + 1)

    def mailed(self, mail: AskedMail, zone: tzinfo, now: datetime) -> "OwnerActs":
        """With one mail more; the same where the day has had its one of that kind."""
        last: datetime | None = getattr(self, mail)
        if last is not None and today(zone, now) <= today(zone, last):
            return self
        sent: dict[str, datetime] = {mail: now}
        return replace(self, **sent)  # type: ignore[arg-type]  # a field's name

    def _on(self, day: date) -> "OwnerActs":
        """Counting begins anew with each day. A day that is over, as in a zone further west, goes on being counted."""
        return self if self.day and day <= self.day else replace(self, day=day, changes=0)
