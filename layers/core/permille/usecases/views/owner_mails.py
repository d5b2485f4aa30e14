"""The mails that an account's owner got, as staff see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.ports.notifications import Mail
from permille.reading.owner_mails import EntryMail, mails_of
from permille.rendering.templates import Brand
from permille.usecases.notifications.mails import Addresses, compose
from permille.usecases.views.desk_services import DeskServices, check_entry_id

READ_ENTRIES = 400  # of the timeline, in one query: as many as a busy account gets in 45 days


@dataclass(frozen=True, slots=True)
class OwnerMails:
    """The mails about the newest READ_ENTRIES entries, newest first.

    shown: the mail that was asked for, as it would be written now; None where none was
    are_all: whether no older entries exist
    """

    account: Account
    mails: Sequence[EntryMail]
    shown: Mail | None
    are_all: bool


def owner_mails(desk: DeskServices, account_id: str, entry_id: str, brand: Brand, guide: str) -> OwnerMails | None:
    """Reads the mails; None where there is no such account, or none of its mails is about that entry. Raises
    MalformedRequest.

    entry_id: of the mail that is shown in full; empty: none
    guide: the address of the guide
    """
    check_entry_id(entry_id)
    account = desk.accounts.get(account_id)
    if account is None:
        return None
    newest = desk.timeline.latest(account_id, READ_ENTRIES)
    mails = mails_of(newest.items, stopped_now=bool(account.owner_mail))
    wanted = [mail.entry for mail in mails if mail.entry.id == entry_id]
    if entry_id and not wanted:
        return None
    shown = compose(wanted[0], account, brand, Addresses(guide=guide)) if wanted else None
    return OwnerMails(account, mails, shown, are_all=not newest.next)
