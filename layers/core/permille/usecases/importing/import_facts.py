"""Reads what the plan of an import is made from: accounts, identities of SES, users of IAM."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from permille.domain.account.account import Account
from permille.domain.sending.iam_policy import sending_policy
from permille.domain.sending.import_plan import AccountLine, ImportFacts
from permille.domain.values.errors import InvalidInput
from permille.usecases.importing.account_file import ImportRow
from permille.usecases.senders.add_account import SesFacts, check_smtp
from permille.usecases.senders.adoption import AdoptionRequest, check_adoption
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.shared_identities import IdentityOwners, SharedIdentity

Track = Callable[[Sequence[ImportRow]], Iterable[ImportRow]]


def gather(services: OnboardServices, rows: Sequence[ImportRow], ses: SesFacts, track: Track) -> ImportFacts:
    """Reads what these lines need. Changes nothing.

    track: yields the rows, and shows how far it is
    """
    accounts = {account.id: account for account in services.accounts.all()}
    quota = services.users.user_quota()
    reading = _Reading(services, IdentityOwners(accounts.values()), services.users.names(), _shared_in_file(rows))
    for row in track([row for row in rows if row.new and row.asked.account_id not in accounts]):
        assert row.new is not None, "was read"
        reading.look_at(row.asked, row.new)
    return ImportFacts(
        accounts,
        ses.identities,
        quota.used,
        quota.quota,
        frozenset(reading.reusable),
        reading.obstacles,
        reading.notes,
    )


@dataclass(slots=True)
class _Reading:
    """Reads line by line."""

    services: OnboardServices
    owners: IdentityOwners
    users: frozenset[str]
    notes: dict[int, list[str]]
    reusable: set[int] = field(default_factory=set)
    obstacles: dict[int, str] = field(default_factory=dict)

    def look_at(self, asked: AccountLine, new: NewAccount) -> None:
        """Notes what is in the way of the account, and what the operator should know of it."""
        shared = self.owners.shared(new.identities, new.account_id)
        notes = self.notes.setdefault(asked.line, [])
        notes += [str(one) for one in shared if not one.is_unusual]
        try:
            _check_shared([one for one in shared if one.is_unusual])
            if new.adopted:
                notes += _adoptable(self.services, new)
            else:
                self._check_own_user(asked.line, new)
        except InvalidInput as error:
            self.obstacles[asked.line] = error.messages

    def _check_own_user(self, line: int, new: NewAccount) -> None:
        account = Account(id=new.account_id, owner_email=new.owner_email, senders=())
        check_smtp(self.services)
        sending_policy(self.services.resources(new.identities))
        creator = self.services.user_of(new.account_id)
        if account.own_sender.lower() in self.users:
            creator.check(account)
            self.reusable.add(line)
        else:
            creator.check_name(account.own_sender)


def _check_shared(unusual: Sequence[SharedIdentity]) -> None:
    """Raises InvalidInput where an account that is off could go on sending as the new one: a person has to look."""
    if unusual:
        raise InvalidInput(f"{unusual[0]}: add it by itself, with `permille account add`, which asks")


def _adoptable(services: OnboardServices, new: NewAccount) -> Iterator[str]:
    """Notes about the users. Raises InvalidInput where one cannot be adopted."""
    request = AdoptionRequest(
        new.adopted, services.resources(new.identities), accept_risk=new.accept_risk, take_over=new.take_over
    )
    adopted = check_adoption(services.adoption, request)
    for risk in adopted.risks:
        yield f"the risk of {risk.sender} is accepted: {'; '.join(risk.statements)}"
    for name in adopted.keyless:
        yield f"{name} has no access key yet, so it cannot send"


def _shared_in_file(rows: Sequence[ImportRow]) -> dict[int, list[str]]:
    """Notes about lines that name the same identity."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        for identity in row.asked.identities:
            lines.setdefault(identity, []).append(row.asked.line)
    notes: dict[int, list[str]] = {}
    for identity, found in lines.items():
        for line in found[1:]:
            notes.setdefault(line, []).append(f"{identity} is an identity of line {found[0]} too")
    return notes
