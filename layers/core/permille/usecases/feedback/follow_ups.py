"""What is done after a batch was counted. Each step can be repeated; the records of a step that fails have to be
delivered again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec

from permille.domain.policy.policy import Policy
from permille.domain.timeline.kinds.owner_contact import OwnerMailStopped
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import PolicyNotValid, ServiceError, Unavailable
from permille.observability import emit, emit_count, where
from permille.ports.feedback import Count, Ledger, Quarantine
from permille.usecases.feedback.batch import Batch, OwnerMailFailure
from permille.usecases.feedback.not_spam_reports import apply_not_spam_report

P = ParamSpec("P")

ONE_CALL = timedelta(seconds=13)  # the longest that one call of the ledger takes where AWS does not answer
BOUNCE_OR_COMPLAINT = "feedback.quarantined.bounce_or_complaint"  # also where the kind of feedback is not known


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Runs the steps that follow a count.

    policy: returns the policy in force
    time_left: how long the caller can still wait; a step that is not begun in time counts as failed
    failed: ids of the records whose steps failed so far
    """

    ledger: Ledger
    quarantine: Quarantine
    policy: Callable[[], Policy]
    now: datetime
    time_left: Callable[[], timedelta]
    failed: set[str] = field(default_factory=set)

    def run(self, batch: Batch, duplicates: Iterable[Count]) -> set[str]:
        """Runs all steps, and returns the ids of the records that have to be delivered again.

        duplicates: what was counted before, from copies that may have had fewer details of the mail
        """
        self._mark_accounts_due(batch)
        self._apply_not_spam_reports(batch)
        self._add_mail_details(batch, duplicates)
        self._mark_owner_mails(batch)
        self._keep_rejected(batch)
        return self.failed

    def _mark_accounts_due(self, batch: Batch) -> None:
        """Also where all was counted before: the run that counted it may have been cut off before this step."""
        for account_id, record_ids in batch.due.items():
            bounced = account_id in batch.bounced
            self._try(record_ids, self.ledger.mark_due, account_id, self.now, bounced=bounced)

    def _apply_not_spam_reports(self, batch: Batch) -> None:
        for one in batch.not_spam_reports:
            suppressions = self.ledger.suppressions
            arguments = (suppressions, one.account_id, one.report, self.now, self._bounces_suppress)
            self._try([one.record_id], apply_not_spam_report, *arguments)

    def _add_mail_details(self, batch: Batch, duplicates: Iterable[Count]) -> None:
        for count in duplicates:
            self._try(batch.records_of[count.identity], self.ledger.add_mail_details, count)

    def _mark_owner_mails(self, batch: Batch) -> None:
        for failure in batch.owner_mail_failures:
            self._try([failure.record_id], self._mark_owner_mail, failure)

    def _mark_owner_mail(self, failure: OwnerMailFailure) -> None:
        """Nothing changes where it is known already, or the address is no longer the owner's."""
        message = failure.message
        identity = f"owner-mail#{message.id}"
        stopped = entry(message.about, self.now, OwnerMailStopped(state=failure.state), distinguisher=identity)
        address = message.destination.only if message.destination else ""
        if self.ledger.mark_owner_mail(identity, stopped, address):
            emit(f"owner_mail.{failure.state}", account=message.about)
        else:
            emit("feedback.ignored", what="mail to an owner")

    def _keep_rejected(self, batch: Batch) -> None:
        for rejected in batch.rejected:
            record, why = rejected.record, rejected.why
            if self._try([record.id], self.quarantine.keep, record.body, why.reason, why.sender, self.now):
                emit("feedback.quarantined", reason=why.reason, sender=why.sender, kind=why.kind)
                if why.kind != "Delivery":
                    emit_count(BOUNCE_OR_COMPLAINT)

    def _try(self, record_ids: Iterable[str], step: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Runs a step. Returns False where it failed or there was no time for it: its records are `failed` then."""
        try:
            if self.time_left() < ONE_CALL:
                raise Unavailable("there was no time left")
            step(*args, **kwargs)
        except ServiceError as error:
            emit("feedback.retried", why=str(error))
        except Exception as error:  # noqa: BLE001 - a stored row that nobody understands must not fail the whole batch
            emit("feedback.retried", why=where(error))
        else:
            return True
        self.failed.update(record_ids)
        return False

    def _bounces_suppress(self) -> bool:
        """True where the policy is not valid, which may last: nobody is said to be mailed again by mistake."""
        try:
            return self.policy().suppress_bounces
        except PolicyNotValid:
            return True
