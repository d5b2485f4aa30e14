"""Surveys the IAM users that send already, as lines of a file of accounts to be filled in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from permille.domain.sending.iam_patterns import covers
from permille.domain.sending.sending_identities import identities_of, may_send
from permille.domain.sending.user_flags import UserFlag
from permille.domain.values.errors import InvalidInput
from permille.ports.iam_users import AppliedPolicy, KeyUsage
from permille.ports.user_survey import SurveyedUser, UserSurvey
from permille.usecases.senders.console_group import CONSOLE_GROUP
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.user_rights import UserRights, check_may_send, risks_of

Track = Callable[[Sequence[SurveyedUser]], Iterable[SurveyedUser]]
LONGEST_ID = 54


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users are surveyed. Empty: all.

    prefix: of the name
    path: of the user in IAM
    tag: its name and value; an empty value stands for any
    """

    prefix: str = ""
    path: str = "/"
    tag: tuple[str, str] | None = None

    def takes(self, user: SurveyedUser) -> bool:
        """Whether it is surveyed."""
        is_named = user.name.startswith(self.prefix) and user.path.startswith(self.path)
        return is_named and (self.tag is None or _has_tag(user.tags, *self.tag))


def _has_tag(tags: Mapping[str, str], name: str, value: str) -> bool:
    return name in tags and value in ("", tags[name])


@dataclass(frozen=True, slots=True)
class SendingUser:
    """A user that may send.

    account_id: a proposal
    identities: the identities of SES that its policies name; empty where they name none
    takes_over: it is in the group of SES's console, and has to leave it
    risks: what it may do that an operator has to accept
    notes: what else the operator should know
    """

    name: str
    account_id: str
    identities: tuple[str, ...]
    keys: Sequence[KeyUsage]
    flags: tuple[UserFlag, ...]
    takes_over: bool
    risks: tuple[str, ...]
    notes: tuple[str, ...]

    def row(self, accept_risk: str) -> Mapping[str, str]:
        """Its line in the file of accounts, to be filled in."""
        return {
            "account_id": self.account_id,
            "identities": " ".join(self.identities),
            "senders": self.name,
            "take_over": "yes" if self.takes_over else "",
            "accept_risk": accept_risk if UserFlag.RISKY in self.flags else "",
            "note": "; ".join([*map(used, self.keys), *self.notes]),
        }


def used(key: KeyUsage) -> str:
    """When a key was last used, and with which service."""
    last = f"last used on {key.used_at:%Y-%m-%d} with {key.service}" if key.used_at else "never used"
    return f"{key.id} {last}"


def survey_users(services: OnboardServices, survey: UserSurvey, wanted: UserFilter, track: Track) -> list[SendingUser]:
    """The users that may send and are no account's yet, by name. Changes nothing. `track`: yields the users, and shows
    how far it is."""
    accounts = list(services.accounts.all())
    taken = {name.lower() for account in accounts for name in account.senders}
    taken |= {ignored.name.lower() for ignored in services.accounts.ignored()}
    known = frozenset(services.identities.all())
    found = [user for user in survey.all() if wanted.takes(user) and user.name.lower() not in taken]
    senders = sorted((user for user in found if may_send(_documents(_rights(user)))), key=lambda user: user.name)
    ids = _ids([user.name for user in senders], {account.id for account in accounts})
    looking = _Survey(services, survey, known)
    return [looking.look_at(user, account_id) for user, account_id in zip(track(senders), ids, strict=True)]


@dataclass(frozen=True, slots=True)
class _Survey:
    services: OnboardServices
    survey: UserSurvey
    known: frozenset[str]

    def look_at(self, user: SurveyedUser, account_id: str) -> SendingUser:
        """One user, with its keys."""
        identities = identities_of(_documents(_rights(user)), self.services.ses, self.known)
        takes_over = CONSOLE_GROUP in user.groups
        rights = _rights(user, {self.services.deny_group, *[CONSOLE_GROUP] * takes_over})
        allowed = self.services.resources(identities)
        beyond, could = risks_of(rights, allowed, self.services.adoption.ours)
        is_person = self.survey.has_password(user.name) or self.survey.has_mfa(user.name)
        flags = {
            UserFlag.PERSON: is_person,
            UserFlag.RISKY: bool(beyond or could),
            UserFlag.NOT_SWITCHABLE: not covers(self.services.switchable, user.name),
        }
        return SendingUser(
            user.name,
            account_id,
            identities,
            self.services.users.keys(user.name),
            tuple(flag for flag, is_set in flags.items() if is_set),
            takes_over,
            (*beyond, *could),
            tuple(self._notes(user, rights, allowed, gets_own=takes_over)),
        )

    def _notes(
        self, user: SurveyedUser, rights: UserRights, allowed: frozenset[str], *, gets_own: bool
    ) -> Iterator[str]:
        if self.services.deny_group in user.groups:
            yield "it is in the deny group, and cannot send"
        if len(allowed) == 1:
            yield "its policies name no identity that SES has: fill it in"
        try:
            check_may_send(user.name, rights, allowed, gets_own=gets_own)
        except InvalidInput:
            yield f"its policies must allow the configuration set {self.services.configuration_set}: the plan says how"


def _rights(user: SurveyedUser, without: Iterable[str] = ()) -> UserRights:
    groups = user.of_groups.keys() - {*without}
    by_groups: list[AppliedPolicy] = [policy for group in sorted(groups) for policy in user.of_groups[group]]
    return UserRights((*user.policies, *by_groups), user.boundary)


def _documents(rights: UserRights) -> list[str | Mapping[str, object]]:
    return [policy.document for policy in rights.policies]


def _ids(names: Sequence[str], taken: Iterable[str]) -> list[str]:
    """An id for each user, none twice."""
    used_up, ids = {*taken}, []
    for name in names:
        bare = re.sub("[^a-z0-9]+", "-", name.lower().removeprefix("permille-")).strip("-")[:LONGEST_ID] or "account"
        free = (f"{bare[: LONGEST_ID - len(end)]}{end}" for end in _ends())
        ids.append(next(one for one in free if one not in used_up))
        used_up.add(ids[-1])
    return ids


def _ends() -> Iterator[str]:
    number = 1
    yield ""
    while True:
        number += 1
        yield f"-{number}"
