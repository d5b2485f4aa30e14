"""`permille feedback redrive`: dead letters go back to be counted."""

import pytest
from tests.support.fakes import When
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.values.errors import PermissionDenied, Unavailable

REDRIVE = ("feedback", "redrive")
BODIES = ["a", "b", "c"]


@pytest.fixture(autouse=True)
def _resting(stack: FakeStack) -> None:
    stack.feedback_dead_letters.bodies = list(BODIES)


def test_all_go_back_to_be_counted(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.text(*REDRIVE) == "3 put back on the queue.\n"

    assert (stack.feedback_dead_letters.source, stack.feedback_dead_letters.count()) == (BODIES, 0)


def test_the_limit_puts_back_one(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.answer(*REDRIVE, "--limit", "1") == {"put_back": 1}

    assert (stack.feedback_dead_letters.source, stack.feedback_dead_letters.count()) == (["a"], 2)


def test_without_dead_letters_nothing_is_done(stack: FakeStack, terminal: Terminal) -> None:
    stack.feedback_dead_letters.bodies.clear()

    assert terminal.answer(*REDRIVE) == {"put_back": 0}


def test_a_letter_that_fails_again_is_not_moved_in_circles(stack: FakeStack, terminal: Terminal) -> None:
    letters = stack.feedback_dead_letters
    for _ in BODIES:
        stack.faults.meanwhile("dead_letters.redrive", lambda: letters.bodies.append("failed again"))

    assert terminal.answer(*REDRIVE) == {"put_back": 3}


def test_fewer_than_none_is_refused(terminal: Terminal) -> None:
    assert "--limit" in terminal.refused(*REDRIVE, "--limit", "0")


@pytest.mark.parametrize("call", ["count", "receive", "redrive", "delete"])
@pytest.mark.parametrize("when", When)
def test_whatever_fails_no_letter_is_lost_and_the_same_command_does_the_rest(
    stack: FakeStack, terminal: Terminal, call: str, when: When
) -> None:
    stack.faults.fail(f"dead_letters.{call}", when=when, error=Unavailable("AWS did not answer"))

    assert terminal.failed(*REDRIVE) == "AWS did not answer"
    stack.feedback_dead_letters.are_seen_again()
    terminal.text(*REDRIVE)

    assert set(stack.feedback_dead_letters.source) == set(BODIES)
    assert stack.feedback_dead_letters.count() == 0


def test_a_missing_permission_is_an_error(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("dead_letters.receive", error=PermissionDenied("reading dead letters: AWS does not allow it"))

    assert terminal.failed(*REDRIVE) == "reading dead letters: AWS does not allow it"
