"""SES's own suppression list: kept by the fake, and by the adapter on SES's answers, which moto does not give."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.support.operator_fakes import FakeSesSuppressions

from permille.aws.ses_suppressions import SesSuppressionList
from permille.domain.values.errors import PermissionDenied, RequestRejected, Unavailable

ANN = "ann@example.com"
LISTED = {"SuppressedDestination": {"EmailAddress": ANN, "Reason": "COMPLAINT", "LastUpdateTime": 0}}
ASKED = {"EmailAddress": ANN}


@pytest.fixture
def ses(aws: None) -> Any:
    return boto3.client("sesv2")


def test_the_fake_says_why_and_forgets_it() -> None:
    listed = FakeSesSuppressions({ANN: "COMPLAINT"})

    assert (listed.reason(ANN), listed.reason("bob@example.com")) == ("COMPLAINT", "")
    listed.remove(ANN)
    listed.remove(ANN)
    assert listed.reason(ANN) == ""


def test_an_address_is_removed_from_the_list_of_ses(ses: Any) -> None:
    listed = SesSuppressionList(ses=ses)
    with Stubber(ses) as answers:
        answers.add_response("get_suppressed_destination", LISTED, ASKED)
        answers.add_client_error("get_suppressed_destination", "NotFoundException", expected_params=ASKED)
        answers.add_response("delete_suppressed_destination", {}, ASKED)
        answers.add_client_error("delete_suppressed_destination", "NotFoundException", expected_params=ASKED)

        assert (listed.reason(ANN), listed.reason(ANN)) == ("COMPLAINT", "")
        listed.remove(ANN)
        listed.remove(ANN)  # somebody was faster
        answers.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", PermissionDenied),
        ("BadRequestException", RequestRejected),
        ("TooManyRequestsException", Unavailable),
    ],
)
@pytest.mark.parametrize("operation", ["get", "delete"])
def test_a_call_that_ses_refuses_is_an_error(ses: Any, operation: str, code: str, error: type[Exception]) -> None:
    listed = SesSuppressionList(ses=ses)
    with Stubber(ses) as answers:
        answers.add_client_error(f"{operation}_suppressed_destination", code)

        with pytest.raises(error):
            listed.reason(ANN) if operation == "get" else listed.remove(ANN)
