"""Entries about the whole stack: they are on the system timeline, for staff."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.values.status import Mode
from permille.domain.words.actors import who
from permille.domain.words.policy_numbers import changed_numbers
from permille.domain.words.wording import plain, times

_MODES: Mapping[Mode, str] = {
    Mode.ENFORCE: "Who breaks a rule is disabled",
    Mode.MONITOR: "Who breaks a rule is only written down",
}

_DENIED: Mapping[str, str] = {
    "stay": "in the deny group, who stayed in it",
    "out": "taken out of the deny group, whose keys stayed Inactive",
    "on": "taken out of the deny group, whose keys that Permille had made Inactive are Active again",
}


@declared("policy_set", Audience.STAFF, system=True, topic=Topic.STANDING)
class PolicySet(Facts):
    """Another policy was set."""

    policy: Annotated[str, "Its id."]
    replaced: Annotated[str, "The id of the one before; empty where that could not be read."]
    rules: Annotated[Mapping[str, Any], "The policy with all its numbers."]
    replaced_rules: Annotated[Mapping[str, Any], "Those of the one before."]
    by: str

    def headline(self, platform: str) -> str:
        return f"The policy {self.policy} was set"

    def sentence(self) -> str:
        changes = "; ".join(self._changes()) or "no number changed"
        return f"By {who(self.by)}, in the place of {self.replaced or 'one that could not be read'}: {changes}."

    def _changes(self) -> Iterator[str]:
        yield from changed_numbers(self.replaced_rules, self.rules) if self.replaced else ()


@declared("mode_entered", Audience.STAFF, system=True)
class ModeEntered(Facts):
    """Enforce runs in another mode than before."""

    mode: Mode
    before: Literal[""] | Mode

    def headline(self, platform: str) -> str:
        return f"The mode {self.mode} was entered"

    def sentence(self) -> str:
        what = _MODES.get(self.mode, "A newer version of Permille says what it means")
        return f"{what}{f'; before, it was {self.before}' if self.before else ''}."


@declared("breaker_opened", Audience.STAFF, system=True, announced=True)
class BreakerOpened(Facts):
    """The rules disabled as many accounts within an hour as the breaker allows. A person has to reset it."""

    bound: int
    account_id: Annotated[
        str,
        "The first account that was not disabled; empty where one was whose evidence is beyond doubt, and in older "
        "entries, which are on its own timeline.",
    ] = ""
    second_bound: Annotated[int, "How many may be disabled within an hour where the evidence is beyond doubt."] = 0

    def headline(self, platform: str) -> str:
        return f"The breaker opened: {times(self.bound, 'account')} were disabled within an hour"

    def sentence(self) -> str:
        first = f"{plain(self.account_id)} is the first that was not. " if self.account_id else ""
        still = (
            f" Where the evidence is beyond doubt they still do, up to {self.second_bound:,} within an hour."
            if self.second_bound
            else ""
        )
        return (
            f"{first}The rules disable nobody until a person has looked: permille breaker show, permille breaker reset."
            f"{still}"
        )


@declared("breaker_reset", Audience.STAFF, system=True)
class BreakerReset(ByStaff):
    """A person closed the breaker, or changed its bound for the hour."""

    granted: Annotated[int, "How many disablings by the rules may still pass in this hour."]

    def headline(self, platform: str) -> str:
        return f"The breaker was reset: {self.granted:,} more may pass in this hour"


@declared("sender_ignored", Audience.STAFF, system=True)
class SenderIgnored(ByStaff):
    """Feedback about mail of this IAM user or role counts for no account, and is not quarantined."""

    sender: str

    def headline(self, platform: str) -> str:
        return f"Feedback about mail that {plain(self.sender)} sends counts for nobody"


@declared("sender_unignored", Audience.STAFF, system=True)
class SenderUnignored(ByStaff):
    """Feedback about mail that this IAM user or role sends is quarantined again, until an account has the sender."""

    sender: str

    def headline(self, platform: str) -> str:
        return f"{plain(self.sender)} is ignored no more"


@declared("uninstalled", Audience.STAFF, system=True)
class Uninstalled(Facts):
    """An operator restored the identities' former settings, so that the stack can be deleted."""

    given_back: Annotated[int, "How many identities got back what was their default configuration set before."]
    denied: Annotated[Literal["stay", "out", "on"], "What became of the users in the deny group."]
    users: Annotated[int, "How many these are."]
    by: str

    def headline(self, platform: str) -> str:
        restored = "1 identity was" if self.given_back == 1 else f"{self.given_back:,} identities were"
        return f"{restored} given back: mail from there is counted no more"

    def sentence(self) -> str:
        return f"By {who(self.by)}. {times(self.users, 'user')} {_DENIED.get(self.denied, 'in the deny group')}."
