"""Texts that staff choose from, and then edit, when they answer a request for a review."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

ReviewAnswerName = Literal["approve", "decline"]
BETWEEN = "|"  # the texts of a setting


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    """A text for the owner, with the decision that it suits."""

    decision: ReviewAnswerName
    text: str


DEFAULTS = (
    PreparedAnswer(
        "approve",
        "Send to those who opened or bought lately, and to nobody else on this day. One complaint ends it, so put the "
        "unsubscribe link at the top.",
    ),
    PreparedAnswer(
        "approve", "Thank you, that explains it. Send on this day what you planned, to the people who know you best."
    ),
    PreparedAnswer(
        "decline",
        "Please say where the addresses came from, and how people agreed to your e-mails. We cannot switch the account "
        "on before we know that.",
    ),
    PreparedAnswer(
        "decline",
        "The list was bought or shared, so those people never asked for your e-mails. Take it off completely, and ask "
        "again with a list of your own customers.",
    ),
    PreparedAnswer(
        "decline",
        "Nothing has changed since the last time as far as we can see. Take off everybody who has not opened an e-mail "
        "of yours for a year, and then ask again.",
    ),
)


def prepared_answers(setting: str) -> tuple[PreparedAnswer, ...]:
    """The operator's own answers, and then the defaults. Raises ValueError where the setting cannot be read.

    setting: `approve: TEXT | decline: TEXT`; may be empty
    """
    if not setting.strip():
        return DEFAULTS
    return (*map(_answer_of, setting.split(BETWEEN)), *DEFAULTS)


def _answer_of(part: str) -> PreparedAnswer:
    name, _, text = part.partition(":")
    for decision in get_args(ReviewAnswerName):
        if name.strip() == decision and text.strip():
            return PreparedAnswer(decision, text.strip())
    raise ValueError("SUPPORT_ANSWERS takes `approve: TEXT | decline: TEXT`, each with a text")


def chosen_answer(answers: tuple[PreparedAnswer, ...], number: str) -> PreparedAnswer | None:
    """The answer of that number, from 0; None where there is none."""
    return answers[int(number)] if re.fullmatch("[0-9]{1,3}", number) and int(number) < len(answers) else None
