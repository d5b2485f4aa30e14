"""What taking Permille away asks of SES and Lambda, on answers as AWS gives them."""

from typing import Any

import boto3
import pytest
from tests.support.wire import Wire

from permille.aws.functions import LambdaFunctions
from permille.aws.identities import SesIdentities
from permille.domain.values.errors import PermissionDenied


@pytest.fixture
def ses(aws: None) -> Any:
    return boto3.client("sesv2")


def page(*names: str, **more: str) -> dict[str, Any]:
    return {"EmailIdentities": [{"IdentityName": name, "IdentityType": "DOMAIN"} for name in names], **more}


def test_all_identities_are_listed_page_by_page(ses: Any) -> None:
    wire = Wire(ses)
    wire.answer("ListEmailIdentities", page("a.example", "b@c.example", NextToken="more"))
    wire.answer("ListEmailIdentities", page("d.example"))

    assert list(SesIdentities(ses=ses).all()) == ["a.example", "b@c.example", "d.example"]
    assert [asked.get("NextToken") for _, asked in wire.asked] == [None, "more"]


def test_a_set_that_ses_does_not_know_is_not_there(ses: Any) -> None:
    ses.create_configuration_set(ConfigurationSetName="theirs")
    identities = SesIdentities(ses=ses)

    assert identities.has_set("theirs")
    Wire(ses).refuse("GetConfigurationSet", "NotFoundException")
    assert not identities.has_set("gone")


def test_what_ses_does_not_allow_is_an_error(ses: Any) -> None:
    wire, identities = Wire(ses), SesIdentities(ses=ses)
    for operation in ("ListEmailIdentities", "GetConfigurationSet"):
        wire.refuse(operation, "AccessDeniedException")

    with pytest.raises(PermissionDenied, match="listing the identities of SES"):
        list(identities.all())
    with pytest.raises(PermissionDenied, match="reading the configuration set theirs"):
        identities.has_set("theirs")


def test_a_function_that_is_stopped_may_run_no_times_at_once(aws: None) -> None:
    client = boto3.client("lambda")
    wire = Wire(client)
    wire.answer("PutFunctionConcurrency", {"ReservedConcurrentExecutions": 0})

    LambdaFunctions(functions=client).stop("permille-Enforce-1A2B")

    asked = {"FunctionName": "permille-Enforce-1A2B", "ReservedConcurrentExecutions": 0}
    assert wire.asked == [("PutFunctionConcurrency", asked)]


def test_a_function_that_may_not_be_stopped_is_an_error(aws: None) -> None:
    client = boto3.client("lambda")
    Wire(client).refuse("PutFunctionConcurrency", "AccessDeniedException")

    with pytest.raises(PermissionDenied, match="stopping the function Enforce"):
        LambdaFunctions(functions=client).stop("Enforce")
