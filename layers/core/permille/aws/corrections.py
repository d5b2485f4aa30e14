"""Corrections of what was counted, written in the transaction of their timeline entry."""

from typing import Any

from pynamodb.transactions import TransactWrite

from permille.aws.models import RecordRow, TallyRow
from permille.aws.stored_values import CORRECTIONS, instant, tally_key
from permille.aws.table_calls import on_table
from permille.domain.account.correction import Correction


class Corrections:
    """The record of a complaint says whether it is voided. The tally of its day and epoch has one complaint less, in a
    shard of its own. Both change in one transaction, however often it is repeated."""

    def __init__(self, *, tallies: str, complaints: str) -> None:
        self._tallies = on_table(TallyRow, tallies)
        self._records = on_table(RecordRow, complaints)

    def is_voided(self, account_id: str, identity: str) -> bool:
        """As `Accounts.is_voided`."""
        try:
            return self._records.get(account_id, identity, consistent_read=True).voided is not None
        except self._records.DoesNotExist:
            return False

    def write(self, writes: TransactWrite, account_id: str, correction: Correction) -> None:
        """Adds the writes to a transaction, which fails where the record is corrected so already."""
        void, record = correction.void, self._records(account_id, correction.identity)
        if void:
            actions: list[Any] = [RecordRow.voided.set({"at": instant(void.at), "by": void.by, "reason": void.reason})]
            writes.update(record, actions, condition=RecordRow.at.exists() & RecordRow.voided.does_not_exist())
        else:
            writes.update(record, [RecordRow.voided.remove()], condition=RecordRow.voided.exists())
        tally = self._tallies(account_id, tally_key(correction.day, correction.epoch, CORRECTIONS))
        writes.update(tally, [TallyRow.complaints.add(correction.complaints)])
