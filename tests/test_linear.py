"""Whatever somebody writes, reading it takes time in proportion to its length: what is to take milliseconds for 40,000
hostile characters, and seconds where a pattern is quadratic, is cut off at half a second of CPU. With
`--hypothesis-profile=thorough` it is five times as many characters."""

import importlib
import json
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import pytest
from tests.support.builders import ses_event, ses_notification, sns_envelope
from tests.support.examples import is_thorough

import permille
from permille.addresses.domains import in_a_labels
from permille.addresses.mailbox import canonical_address
from permille.aws.ses_events import parse
from permille.domain.feedback.smtp_status import code_of
from permille.domain.login import tokens
from permille.domain.people import validation
from permille.domain.policy.policy_file import parse_policy
from permille.domain.sending import smtp_server
from permille.domain.values.errors import PermilleError
from permille.domain.words.wording import exposed, plain, without_controls

LENGTH, CPU_SECONDS = (200_000, 5.0) if is_thorough() else (40_000, 0.5)  # ten times what the slowest reader takes
ASCII = ' |\t|\n|\r\n |a|0|1.|.|-|a-|a.|a@|@|_|=?|=?a?q?|?=|+|;|, |"|\\"|\\|(|)|()|[|[]|<|<>|:'
DATED = "2026-|T00:|Z |+00:00 |5.1.1 |${"
OTHER = "\u200b|\u202e|\ud800|é|e\u0301|\u2028|\ufe0f\u200d|\u3002"
PIECES = f"{ASCII}|{DATED}|{OTHER}".split("|")
HOSTILE = {
    repr(before + piece + after): before + piece * (LENGTH // len(piece)) + after
    for piece in PIECES
    for before, after in (("", "!"), ("2026-03-10T12:00:00", "x"))
}
ANCHORED = {  # never searched for in a text
    "permille.addresses.mailbox._PLAIN",
    "permille.addresses.tokens._ENCODED",
    "permille.addresses.tokens._TOKEN",
    "permille.rendering.templates._MAIL_ADDRESS",
    "permille.usecases.senders.new_account.ADDRESS",
    "permille.usecases.senders.new_account.IDENTITY",
    "permille.domain.sending.iam_policy._VARIABLE",  # it is, in documents of IAM's, which have some thousand characters
}
READERS: dict[str, Callable[[str], object]] = {
    "canonical_address": canonical_address,
    "in_a_labels": in_a_labels,
    "code_of": lambda text: code_of("", text),
    "plain": plain,
    "exposed": exposed,
    "without_controls": without_controls,
    "day": validation.day_from,
    "entry_id": validation.entry_id,
    "reason": validation.reason,
    "server": lambda text: smtp_server.server(text, 587, "ann", local=False),
    "link": tokens.read,
    "policy": parse_policy,
}


@contextmanager
def cpu_seconds(most: float) -> Iterator[None]:
    """Ends whatever takes longer, however busy the machine is: a pattern looks for signals as it goes."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"it took more than {most} seconds of CPU")

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every compiled pattern of the package, by where it stands."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in pkgutil.walk_packages(permille.__path__, "permille."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
    return found


PATTERNS = patterns()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_linear(name: str) -> None:
    pattern = PATTERNS[name]
    for text in HOSTILE.values():
        given = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
        with cpu_seconds(CPU_SECONDS):
            pattern.match(given)
            pattern.fullmatch(given)
            if name not in ANCHORED:
                pattern.sub(given[:0], given)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_every_reader_of_what_people_write_is_linear(reader: Callable[[str], object]) -> None:
    for text in HOSTILE.values():
        with cpu_seconds(CPU_SECONDS), suppress(PermilleError):
            reader(text)


def bodies(text: str) -> Iterator[str]:
    """Feedback in which each text that somebody else writes is this one."""
    mail = {"timestamp": text, "messageId": text, "source": text, "commonHeaders": {"subject": text}}
    kinds: dict[str, dict[str, Any]] = {
        "Complaint": {"timestamp": text, "complaintFeedbackType": text, "feedbackId": text},
        "Bounce": {"timestamp": text, "bounceType": text, "bouncedRecipients": [{"emailAddress": text}]},
        "Delivery": {"timestamp": text, "recipients": [text]},
    }
    for kind, about in kinds.items():
        yield json.dumps(ses_event(kind, **about))
    yield json.dumps(ses_notification("Complaint", mail=mail, caller=text, destination=[text]))
    refused = {"emailAddress": "ann@example.com", "status": text, "diagnosticCode": text}
    yield json.dumps(ses_event("Bounce", bouncedRecipients=[refused]))
    yield json.dumps(sns_envelope(text))
    yield text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_feedback_is_read_in_linear_time(text: str) -> None:
    for body in bodies(text):
        with cpu_seconds(CPU_SECONDS):
            parse(body)
