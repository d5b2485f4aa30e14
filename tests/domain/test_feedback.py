"""What counts as a delivery, a bounce or a complaint, and by which identity it counts once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import SIMULATED, a_bounce, a_complaint, a_delivery

from permille.domain.feedback import Complaint

ANN, BOB = "ann@example.com", "bob@example.com"
addresses = st.lists(st.sampled_from([ANN, BOB, "ANN@example.com", SIMULATED]), max_size=6)


def a_report(destination: tuple[str, ...] = (ANN, BOB), **different: Any) -> Complaint:
    return a_complaint("m-1", message={"destination": destination}, **different)


@pytest.mark.parametrize(
    ("feedback_type", "counts"),
    [
        ("abuse", True),
        ("fraud", True),
        ("virus", True),
        ("other", True),
        ("", True),  # the documented report without a feedback type
        ("brand-new-type", True),
        ("Abuse", True),
        ("not-spam", False),
        ("Not-Spam", False),
        ("auth-failure", False),
        ("AUTH-FAILURE", False),
    ],
)
def test_a_complaint_counts_by_its_type_compared_without_case(feedback_type: str, counts: bool) -> None:
    assert (a_complaint(feedback_type=feedback_type).why_not_counted == "") is counts


@pytest.mark.parametrize("sub_type", ["OnAccountSuppressionList", "OnTenantSuppressionList", "Anything"])
def test_a_suppression_hit_is_no_complaint_because_nothing_was_sent(sub_type: str) -> None:
    assert sub_type in a_complaint(sub_type=sub_type).why_not_counted


@pytest.mark.parametrize(
    ("candidates", "destination", "counts"),
    [
        ((SIMULATED,), (SIMULATED,), False),
        ((SIMULATED.upper(),), (ANN,), False),
        (("complaint+label@simulator.amazonses.com",), (ANN,), False),
        ((SIMULATED, ANN), (SIMULATED, ANN), True),  # only where all of them are
        ((ANN,), (SIMULATED,), True),
        ((), (SIMULATED,), False),  # the list is missing: the destination says it
        ((), (ANN, SIMULATED), True),
        (("complaint@evil-simulator.amazonses.com",), (ANN,), True),  # exactly at the simulator
        (("complaint@simulator.amazonses.com.evil.example",), (ANN,), True),
        (("simulator.amazonses.com@example.com",), (ANN,), True),
    ],
)
def test_a_report_of_the_mailbox_simulator_does_not_count(
    candidates: tuple[str, ...], destination: tuple[str, ...], counts: bool
) -> None:
    assert (a_report(destination, candidates=candidates).why_not_counted == "") is counts


@pytest.mark.parametrize(
    ("recipients", "identities"),
    [
        ((ANN,), ["delivery#m-1#ann@example.com"]),
        ((ANN, BOB), ["delivery#m-1#ann@example.com", "delivery#m-1#bob@example.com"]),
        (("Ann@Example.COM",), ["delivery#m-1#ann@example.com"]),
        ((ANN, "ANN@example.com"), ["delivery#m-1#ann@example.com"]),
        ((ANN, "success@simulator.amazonses.com"), ["delivery#m-1#ann@example.com"]),
        ((), []),
    ],
)
def test_each_recipient_of_a_delivery_counts_once(recipients: tuple[str, ...], identities: list[str]) -> None:
    assert a_delivery("m-1", recipients).identities() == identities


@pytest.mark.parametrize(
    ("permanent", "sub_type", "counts"),
    [
        (True, "General", True),
        (True, "NoEmail", True),
        (True, "", True),
        (False, "General", False),
        (False, "MailboxFull", False),
        (True, "Suppressed", False),
        (True, "OnAccountSuppressionList", False),
        (True, "OnTenantSuppressionList", False),
        (True, "EmailValidationSuppressed", False),
        (True, "UnsubscribedRecipient", False),
        (True, "unsubscribedrecipient", False),
    ],
)
def test_a_bounce_counts_where_it_is_permanent_and_the_mail_was_sent(
    permanent: bool, sub_type: str, counts: bool
) -> None:
    bounce = a_bounce([ANN, SIMULATED], permanent=permanent, sub_type=sub_type)

    assert bounce.identities() == (["bounce#m-1#ann@example.com"] if counts else [])


def test_one_report_is_one_complaint_however_many_recipients_it_lists() -> None:
    assert a_report(candidates=(ANN, BOB)).identity == a_report(candidates=(ANN,)).identity


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        # one destination: the message says it all, whatever else differs between the dialects
        (a_report((ANN,)), a_report((ANN,), feedback_id="f-2", candidates=()), True),
        # several destinations: each report has an id
        (a_report(), a_report(candidates=(BOB,)), True),
        (a_report(), a_report(feedback_id="f-2"), False),
        # ... and where it has none, its candidates tell it from others
        (a_report(feedback_id="", candidates=(ANN, BOB)), a_report(feedback_id="", candidates=(BOB, ANN)), True),
        (a_report(feedback_id="", candidates=(ANN,)), a_report(feedback_id="", candidates=("ANN@Example.com",)), True),
        (a_report(feedback_id="", candidates=(ANN,)), a_report(feedback_id="", candidates=(BOB,)), False),
        # a report that does not count never stands in the way of one that does
        (a_report((ANN,)), a_report((ANN,), feedback_type="not-spam"), False),
        (a_complaint("m-1"), a_complaint("m-2"), False),
    ],
)
def test_the_identity_of_a_report(one: Complaint, other: Complaint, same: bool) -> None:
    assert (one.identity == other.identity) is same


@given(addresses)
def test_the_order_and_case_of_recipients_change_nothing(recipients: list[str]) -> None:
    told = a_delivery("m-1", recipients).identities()

    assert len(set(told)) == len(told)
    assert set(a_delivery("m-1", [one.upper() for one in reversed(recipients)]).identities()) == set(told)


@pytest.mark.parametrize(("candidates", "recipient"), [((ANN,), ANN), ((ANN, BOB), ""), ((), "")])
def test_a_recipient_is_named_where_the_report_names_exactly_one(candidates: tuple[str, ...], recipient: str) -> None:
    assert a_complaint(candidates=candidates).recipient == recipient
