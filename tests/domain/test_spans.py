"""When an account was not simply active, told by its timeline."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, an_entry

from permille.domain.account import Status
from permille.domain.spans import Span, last_change, spans
from permille.domain.timeline import Entry, Kind

A_DAY = timedelta(days=1)
BEGINS = NOW - 45 * A_DAY
A, D, T, WAIT, C = Status.ACTIVE, Status.DISABLED, Status.TRIAL, Status.OBSERVING, Status.CLOSED
CHANGES = [
    Kind.DISABLED,
    Kind.STAFF_DISABLED,
    Kind.STAFF_ENABLED,
    Kind.CLOSED,
    Kind.TRIAL_BEGAN,
    Kind.TRIAL_ENDED,
    Kind.TRIAL_UNUSED,
    Kind.STAYS_SUSPENDED,
    Kind.REINSTATED,
]


def told(*kinds_and_days: tuple[Kind, int]) -> list[Entry]:
    """Entries so many days ago, newest first."""
    return sorted((an_entry(kind, NOW - days * A_DAY) for kind, days in kinds_and_days), key=lambda one: one.at)[::-1]


@pytest.mark.parametrize(
    ("entries", "status", "expected"),
    [
        ([], A, []),
        ([], D, [(D, 45, 0)]),
        ([(Kind.DISABLED, 6)], D, [(D, 6, 0)]),
        ([(Kind.DISABLED, 60)], D, [(D, 45, 0)]),
        ([(Kind.COMPLAINT, 8), (Kind.ALERT, 7), (Kind.DISABLED, 6)], D, [(D, 6, 0)]),
        ([(Kind.STAFF_ENABLED, 10)], A, [(D, 45, 10)]),  # what the entry ends is told by it
        ([(Kind.CLOSED, 60), (Kind.STAFF_ENABLED, 10)], A, [(C, 45, 10)]),  # but what was read tells more
        ([(Kind.REINSTATED, 10)], A, [(WAIT, 45, 10)]),
        ([(Kind.TRIAL_BEGAN, 10)], T, [(D, 45, 10), (T, 10, 0)]),
        (
            [(Kind.DISABLED, 9), (Kind.TRIAL_BEGAN, 5), (Kind.TRIAL_ENDED, 4)],
            WAIT,
            [(D, 9, 5), (T, 5, 4), (WAIT, 4, 0)],
        ),
        (
            [(Kind.DISABLED, 9), (Kind.TRIAL_BEGAN, 5), (Kind.TRIAL_ENDED, 4), (Kind.REINSTATED, 2)],
            A,
            [(D, 9, 5), (T, 5, 4), (WAIT, 4, 2)],
        ),
        ([(Kind.TRIAL_BEGAN, 5), (Kind.STAYS_SUSPENDED, 4)], D, [(D, 45, 5), (T, 5, 4), (D, 4, 0)]),
        ([(Kind.TRIAL_BEGAN, 5), (Kind.STAFF_DISABLED, 4)], D, [(D, 45, 5), (T, 5, 4), (D, 4, 0)]),
        ([(Kind.TRIAL_ENDED, 5), (Kind.TRIAL_UNUSED, 3)], D, [(T, 45, 5), (WAIT, 5, 3), (D, 3, 0)]),
        ([(Kind.CREATED, 20), (Kind.DISABLED, 6)], D, [(D, 6, 0)]),
        ([(Kind.DISABLED, 6), (Kind.CLOSED, 2)], C, [(D, 6, 2), (C, 2, 0)]),
    ],
)
def test_spans_are_told_by_the_entries(
    entries: list[tuple[Kind, int]], status: Status, expected: list[tuple[Status, int, int]]
) -> None:
    found = spans(told(*entries), status, BEGINS, NOW)

    assert found == [Span(one, NOW - first * A_DAY, NOW - last * A_DAY) for one, first, last in expected]


def test_days_on_which_much_happened_are_exact_to_the_instant() -> None:
    off, on = NOW - timedelta(hours=5), NOW - timedelta(hours=4, minutes=59)
    entries = [an_entry(Kind.STAFF_ENABLED, on), an_entry(Kind.DISABLED, off)]

    assert spans(entries, A, BEGINS, NOW) == [Span(D, off, on)]


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(-3, 100)), max_size=12), st.sampled_from(Status))
def test_spans_lie_within_the_range_and_never_overlap(entries: list[tuple[Kind, int]], status: Status) -> None:
    found = spans(told(*entries), status, BEGINS, NOW)

    edges = [edge for span in found for edge in (span.begins, span.ends)]
    assert edges == sorted(edges)
    assert all(BEGINS <= edge <= NOW for edge in edges)
    assert (found[-1].status if found and found[-1].ends == NOW else A) == status


def test_the_last_change_says_since_when() -> None:
    entries = told((Kind.DISABLED, 6), (Kind.COMPLAINT, 2), (Kind.REVIEW_REQUESTED, 1))

    assert last_change(entries) == an_entry(Kind.DISABLED, NOW - 6 * A_DAY)
    assert last_change([]) is None
