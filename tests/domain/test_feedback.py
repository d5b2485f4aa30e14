"""What counts as a delivery, a bounce or a complaint, and by which identity it counts once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import SIMULATED, a_bounce, a_complaint, a_delivery, a_marker

from permille.domain.feedback.complaint import Complaint

ANN, BOB = "ann@example.com", "bob@example.com"
addresses = st.lists(st.sampled_from([ANN, BOB, "ANN@example.com", SIMULATED]), max_size=6)


def a_report(destination: tuple[str, ...] | None = (ANN, BOB), **different: Any) -> Complaint:
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
        (("(a) complaint@simulator.amazonses.com",), (ANN,), False),  # however it is written
        (("Ann <complaint@Simulator.AmazonSES.com.>",), (ANN,), False),
        ((SIMULATED, "postmaster"), (SIMULATED,), True),  # who cannot be read may be somebody real
        (("postmaster",), (SIMULATED,), True),
        ((), (SIMULATED, "postmaster"), True),
        ((), (), True),  # nobody is known
        ((), None, True),
    ],
)
def test_a_report_of_the_mailbox_simulator_does_not_count(
    candidates: tuple[str, ...], destination: tuple[str, ...] | None, counts: bool
) -> None:
    assert (a_report(destination, candidates=candidates).why_not_counted == "") is counts


@pytest.mark.parametrize(
    ("recipients", "counting"),
    [
        ((ANN,), [ANN]),
        ((ANN, BOB), [ANN, BOB]),
        (("Ann@Example.COM",), [ANN]),
        ((ANN, "ANN@example.com", "Ann <ann@example.com>"), [ANN]),
        ((ANN, "success@simulator.amazonses.com"), [ANN]),
        (
            (ANN, "undisclosed-recipients:;", ""),
            [ANN],
        ),  # a delivery speaks for the sender: who cannot be read is left out
        ((), []),
    ],
)
def test_each_recipient_of_a_delivery_counts_once(recipients: tuple[str, ...], counting: list[str]) -> None:
    assert a_delivery("m-1", recipients).identities() == [a_marker("delivery", "m-1", one) for one in counting]


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

    assert bounce.identities() == ([a_marker("bounce", "m-1", ANN)] if counts else [])


@pytest.mark.parametrize(
    ("listed", "destination", "counting"),
    [
        ((ANN, "Ann <ANN@example.com>"), (ANN,), [ANN]),
        (("postmaster", ANN, "postmaster"), (ANN,), [ANN, "postmaster"]),  # who cannot be read bounced all the same
        ((), (ANN, BOB), [ANN, BOB]),  # nobody is listed: whom the mail went to
        ((), (ANN, "postmaster"), [ANN, "postmaster"]),
        ((), (), [""]),  # nobody is known: somebody it was
        ((), None, [""]),
        ((SIMULATED,), (ANN,), []),
        ((), (SIMULATED,), []),
    ],
)
def test_each_recipient_of_a_bounce_counts_once(
    listed: tuple[str, ...], destination: tuple[str, ...] | None, counting: list[str]
) -> None:
    bounce = a_bounce(listed, destination=destination)

    assert bounce.identities() == [a_marker("bounce", "m-1", one) for one in counting]


def test_no_marker_of_a_recipient_is_that_of_another_message() -> None:
    one, other = a_delivery("m", ["1#ann@example.com"]), a_delivery("m#1", [ANN])

    assert one.identities() != other.identities()


def test_no_identity_tells_an_address() -> None:
    told = [*a_delivery("m-1", [ANN]).identities(), *a_bounce([ANN]).identities(), a_report(feedback_id="").identity]

    assert [identity for identity in told if "@" in identity] == []


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
        (a_report(feedback_id="", candidates=("odd",)), a_report(feedback_id="", candidates=()), False),
        # one mailbox written twice is one destination; what cannot be read is one more
        (a_report((ANN, "Ann <ann@example.com>")), a_report((ANN,), feedback_id="f-2"), True),
        (a_report((ANN, "postmaster")), a_report((ANN, "postmaster"), feedback_id="f-2"), False),
        (a_report(("postmaster", "postmaster")), a_report(("postmaster", "postmaster"), feedback_id="f-2"), False),
        (a_report(("postmaster",)), a_report(("postmaster",), feedback_id="f-2"), True),
        # it is not known to whom the message went
        (a_report(None), a_report(None, feedback_id="f-2"), False),
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


@pytest.mark.parametrize(
    ("candidates", "destination", "recipient"),
    [
        ((ANN,), (ANN, BOB), ANN),
        (("Ann <ann@example.com>", "ANN@example.com"), (ANN, BOB), ANN),
        ((ANN, BOB), (ANN,), ""),
        ((ANN, "postmaster"), (ANN,), ""),  # it may have been the other
        ((), (ANN,), ANN),  # the list is empty or missing, and the mail went to one
        (("postmaster",), (ANN,), ANN),  # the list names nobody that can be read
        ((), (ANN, BOB), ""),
        ((), (ANN, "postmaster"), ""),
        ((), ("postmaster",), ""),
        ((), (), ""),
        ((), None, ""),
    ],
)
def test_who_complained_is_named_where_it_is_certain(
    candidates: tuple[str, ...], destination: tuple[str, ...] | None, recipient: str
) -> None:
    assert a_report(destination, candidates=candidates).recipient == recipient
