"""When an account was not simply active, told by its timeline."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, an_entry

from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status
from permille.reading.spans import Span, last_change, spans

A_DAY = timedelta(days=1)
BEGINS = NOW - 45 * A_DAY
A, D, T, WAIT, C = Status.ACTIVE, Status.DISABLED, Status.TRIAL, Status.OBSERVING, Status.CLOSED
CHANGES = [
    "disabled",
    "staff_disabled",
    "staff_enabled",
    "closed",
    "trial_began",
    "trial_ended",
    "trial_unused",
    "stays_suspended",
    "reinstated",
]


def told(*kinds_and_days: tuple[str, int]) -> list[Entry]:
    """Entries so many days ago, newest first."""
    return sorted((an_entry(kind, NOW - days * A_DAY) for kind, days in kinds_and_days), key=lambda one: one.at)[::-1]


@pytest.mark.parametrize(
    ("entries", "status", "expected"),
    [
        ([], A, []),
        ([], D, [(D, 45, 0)]),
        ([("disabled", 6)], D, [(D, 6, 0)]),
        ([("disabled", 60)], D, [(D, 45, 0)]),
        ([("complaint", 8), ("alert", 7), ("disabled", 6)], D, [(D, 6, 0)]),
        ([("staff_enabled", 10)], A, [(D, 45, 10)]),  # what the entry ends is told by it
        ([("closed", 60), ("staff_enabled", 10)], A, [(C, 45, 10)]),  # but what was read tells more
        ([("reinstated", 10)], A, [(WAIT, 45, 10)]),
        ([("trial_began", 10)], T, [(D, 45, 10), (T, 10, 0)]),
        (
            [("disabled", 9), ("trial_began", 5), ("trial_ended", 4)],
            WAIT,
            [(D, 9, 5), (T, 5, 4), (WAIT, 4, 0)],
        ),
        (
            [("disabled", 9), ("trial_began", 5), ("trial_ended", 4), ("reinstated", 2)],
            A,
            [(D, 9, 5), (T, 5, 4), (WAIT, 4, 2)],
        ),
        ([("trial_began", 5), ("stays_suspended", 4)], D, [(D, 45, 5), (T, 5, 4), (D, 4, 0)]),
        ([("trial_began", 5), ("staff_disabled", 4)], D, [(D, 45, 5), (T, 5, 4), (D, 4, 0)]),
        ([("trial_ended", 5), ("trial_unused", 3)], D, [(T, 45, 5), (WAIT, 5, 3), (D, 3, 0)]),
        ([("created", 20), ("disabled", 6)], D, [(D, 6, 0)]),
        ([("disabled", 6), ("closed", 2)], C, [(D, 6, 2), (C, 2, 0)]),
    ],
)
def test_spans_are_told_by_the_entries(
    entries: list[tuple[str, int]], status: Status, expected: list[tuple[Status, int, int]]
) -> None:
    found = spans(told(*entries), status, BEGINS, NOW)

    assert found == [Span(one, NOW - first * A_DAY, NOW - last * A_DAY) for one, first, last in expected]


def test_days_on_which_much_happened_are_exact_to_the_instant() -> None:
    off, on = NOW - timedelta(hours=5), NOW - timedelta(hours=4, minutes=59)
    entries = [an_entry("staff_enabled", on), an_entry("disabled", off)]

    assert spans(entries, A, BEGINS, NOW) == [Span(D, off, on)]


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(-3, 100)), max_size=12), st.sampled_from(Status))
def test_spans_lie_within_the_range_and_never_overlap(entries: list[tuple[str, int]], status: Status) -> None:
    found = spans(told(*entries), status, BEGINS, NOW)

    edges = [edge for span in found for edge in (span.begins_at, span.ends_at)]
    assert edges == sorted(edges)
    assert all(BEGINS <= edge <= NOW for edge in edges)
    assert (found[-1].status if found and found[-1].ends_at == NOW else A) == status


def test_the_last_change_says_since_when() -> None:
    entries = told(("disabled", 6), ("complaint", 2), ("review_requested", 1))

    assert last_change(entries) == an_entry("disabled", NOW - 6 * A_DAY)
    assert last_change([]) is None
