"""A correction of what was counted, as part of the transaction that tells of it."""

from typing import Any

from pynamodb.transactions import TransactWrite

from permille.aws.models import RecordRow, TallyRow
from permille.aws.rows import CORRECTIONS, instant, tally_key
from permille.aws.table_calls import on_table
from permille.domain.account.correction import Correction


class Corrections:
    """The record says that its complaint is taken back, and the tally of its day and epoch, in a shard of its own, has
    one less: whatever is repeated, one goes with the other."""

    def __init__(self, *, tallies: str, complaints: str) -> None:
        self._tallies = on_table(TallyRow, tallies)
        self._records = on_table(RecordRow, complaints)

    def voided(self, account_id: str, identity: str) -> bool:
        try:
            return self._records.get(account_id, identity, consistent_read=True).voided is not None
        except self._records.DoesNotExist:
            return False

    def write(self, transaction: TransactWrite, account_id: str, correction: Correction) -> None:
        """Its conditions fail where the record is corrected so already."""
        void, record = correction.void, self._records(account_id, correction.identity)
        if void:
            said: list[Any] = [RecordRow.voided.set({"at": instant(void.at), "by": void.by, "reason": void.reason})]
            transaction.update(record, said, condition=RecordRow.at.exists() & RecordRow.voided.does_not_exist())
        else:
            transaction.update(record, [RecordRow.voided.remove()], condition=RecordRow.voided.exists())
        tally = self._tallies(account_id, tally_key(correction.day, correction.epoch, CORRECTIONS))
        transaction.update(tally, [TallyRow.complaints.add(correction.complaints)])
