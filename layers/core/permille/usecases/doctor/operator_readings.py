"""Reads what takes an operator's rights, or the operator's computer: IAM users one by one, and the clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from permille.domain.account.account import Account
from permille.domain.account.drift import drift
from permille.domain.doctor.senders import CredentialState, SenderRights
from permille.domain.timeline.kinds.credential import Difference
from permille.domain.values.errors import Failed, InvalidInput
from permille.usecases.doctor.account_readings import directory
from permille.usecases.doctor.readings import Readings
from permille.usecases.doctor.services import OperatorReads
from permille.usecases.senders.user_rights import may_use, rights_of, risks_of


def _operator(readings: Readings) -> OperatorReads:
    if readings.services.operator is None:
        raise Failed("the command alone can check this: permille doctor")
    return readings.services.operator


def clock_ahead(readings: Readings) -> timedelta:
    """How far this computer's clock is ahead of AWS's."""
    clock = _operator(readings).clock
    return clock.here() - clock.of_aws()


def credential_states(readings: Readings) -> tuple[CredentialState, ...]:
    """How IAM differs from the accounts whose last decision is switched; nobody's while that is going on."""
    switched = [account for account in readings.once(directory).accounts if account.in_sync]
    return tuple(_state(readings, account) for account in readings.progress(switched, "Reading keys"))


def _state(readings: Readings, account: Account) -> CredentialState:
    missing, differences = list[str](), list[Difference]()
    for sender in account.senders:
        state = _operator(readings).switch.state_of(sender)
        if state is None:
            missing.append(sender)
        else:
            deactivated = account.credential.deactivated.get(sender, frozenset())
            differences += drift(sender, state, deactivated, may_send=account.status.may_send)
    return CredentialState(account, tuple(missing), tuple(differences), readings.names["deny_group"])


def sender_rights(readings: Readings) -> tuple[SenderRights, ...]:
    """What IAM allows the senders of accounts that are not closed. Users that do not exist are left out."""
    accounts = [account for account in readings.once(directory).accounts if not account.is_closed]
    read = readings.progress(accounts, "Reading the rights of senders")
    return tuple(rights for account in read for rights in _rights(readings, account))


def _rights(readings: Readings, account: Account) -> Iterator[SenderRights]:
    operator, names = _operator(readings), readings.names
    allowed = [names.set_arn, *(f"{names.ses}:identity/{name}" for name in account.identities)]
    for sender in account.senders:
        if operator.users.find(sender):
            rights = rights_of(operator.users, sender, [names["deny_group"]])
            found = SenderRights(sender, account.id, accepted=account.risks_accepted.get(sender, ""))
            try:
                beyond, could = risks_of(rights, allowed, operator.ours)
                yield replace(found, risks=(*beyond, *could), may_send=may_use(rights, names.set_arn))
            except InvalidInput as error:
                yield replace(found, risks=(str(error),))
