"""Optimistic locks of forms: what the page showed on which somebody decided."""

from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.people import review
from permille.domain.values.errors import DecisionRefused


@dataclass(frozen=True, slots=True)
class VersionRead:
    """The account's version when a page of the desk was rendered."""

    version: int

    def check(self, account: Account) -> None:
        """Raises DecisionRefused where anything was decided since."""
        if account.version != self.version:
            raise DecisionRefused(
                f"something was decided about {account.id} since you opened this page, and your decision was not "
                "taken; read it again"
            )


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """The token of support's answer when the owner's page was rendered."""

    token: str

    def check(self, account: Account) -> None:
        """Raises DecisionRefused where support has answered since."""
        if review.answer_token(account.review) != self.token:
            raise DecisionRefused("support has answered since you opened this page; read it again")
