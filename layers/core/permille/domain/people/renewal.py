"""Renews the SMTP credential: a new access key replaces the former one of the account's IAM user. IAM allows two keys,
so that the former one has to be deleted before the next renewal."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.credential import Renewal
from permille.domain.people import staff
from permille.domain.people.staff_commands import Enable
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.credential import CredentialRenewed
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import DecisionRefused
from permille.domain.words.wording import in_zone, local

MOST_KEYS = 2  # of one user: IAM's quota, which cannot be raised


@dataclass(frozen=True, slots=True)
class Renew:
    """How to renew.

    by: who renews
    grace: how long the old key still works
    lost: nobody has the password of the last renewal, so that its key is replaced
    enable: a command that enables the account as well; None to leave its status
    """

    by: str
    grace: timedelta = timedelta()
    lost: bool = False
    enable: Enable | None = None


def begun(account: Account, keys: Collection[str], renew: Renew, zone: tzinfo, now: datetime) -> Account:
    """The account with a renewal that is about to create a key. `keys`: all keys of the user; `zone`: of the instants
    in messages. Raises DecisionRefused where no key can be created."""
    _check(account, renew, zone, now)
    old, dropped, until = _split(account, frozenset(keys), now)
    left = sorted(frozenset(keys) - dropped)
    if len(left) >= MOST_KEYS:
        raise DecisionRefused(
            f"{account.own_sender} has the keys {', '.join(left)}, as many as IAM allows, and not all are Permille's: "
            "delete the one that is not needed, and try again"
        )
    renewal = Renewal(account.own_sender, _sorted(old), dropped=_sorted(dropped), until=until)
    return replace(account, renewal=renewal, decided_at=now)


def _check(account: Account, renew: Renew, zone: tzinfo, now: datetime) -> None:
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed, and that is final: add an account of another id")
    if account.own_sender not in account.senders:
        raise adopted(account)
    until = account.old_key_works_until(now)
    if until and not renew.lost:
        raise DecisionRefused(
            f"{account.id} was renewed, and its old key works until {local(in_zone(until, zone))}: IAM allows two "
            "keys; renew it then or, where nobody has the new password, repeat the command with --lost"
        )
    if renew.lost and account.renewal is None:
        raise DecisionRefused(f"the credential of {account.id} was never renewed: renew it without --lost")
    if renew.enable:
        staff.enable(account, renew.enable, now)


def adopted(account: Account) -> DecisionRefused:
    """The error where the account's user was adopted, so that its keys are not Permille's."""
    return DecisionRefused(
        f"{', '.join(account.senders)} was adopted: its keys are not Permille's; make the new key where this one "
        "was made"
    )


Split = tuple[frozenset[str], frozenset[str], datetime | None]


def _split(account: Account, keys: frozenset[str], now: datetime) -> Split:
    """The keys that the new one replaces; those to be deleted before; and until when the replaced ones work, if an
    earlier renewal fixed that. Keys of an interrupted renewal are deleted: nobody has seen their password. While an old
    key works, the renewal replaces a lost password, so that the last new key is deleted."""
    last = account.renewal
    if last is None:
        return keys, frozenset(), None
    old = frozenset(last.old)
    if not last.new:
        return keys & old, keys - old, last.until
    if account.old_key_works_until(now):
        return keys & old, frozenset({last.new}), last.until
    return keys - old, old, None


def renewed(account: Account, key: str, renew: Renew, now: datetime) -> Outcome:
    """Completes the renewal that has begun. `key`: the id of the new key."""
    assert account.renewal is not None, "has begun"
    at_once = renew.enable is not None or not account.status.may_send
    until = now if at_once else account.renewal.until or now + renew.grace
    renewal = replace(account.renewal, new=key, until=until, dropped=(), put_off_at=None, ended=False)
    account = replace(account, renewal=renewal)
    if renew.enable:
        return staff.enable(account, renew.enable, now, new_credential=True)
    facts = CredentialRenewed(
        sender=renewal.sender,
        access_key_id=key,
        old_credential_works_until=until,
        ended=until <= now,
        off=not account.may_send,
        by=renew.by,
    )
    return Outcome(replace(account, decided_at=now, due_at=now), [entry(account.id, now, facts)])


def _sorted(keys: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(keys))
