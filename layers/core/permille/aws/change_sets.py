"""The change sets of a CloudFormation stack. SAM CLI says nothing in its exit status of one that was declined."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


def pending_change_sets(stack: str, *, cloudformation: "CloudFormationClient | None" = None) -> set[str]:
    """The ids of those that could be executed. A stack that does not exist has none."""
    with service_call(f"reading the change sets of {stack}"):
        found = _listed(stack, cloudformation or client("cloudformation"))
    return {one["ChangeSetId"] for one in found if one["ExecutionStatus"] == "AVAILABLE"}


def _listed(stack: str, cloudformation: "CloudFormationClient") -> list[Any]:
    pages = cloudformation.get_paginator("list_change_sets").paginate(StackName=stack)
    try:
        return [one for page in pages for one in page["Summaries"]]
    except ClientError as refused:
        if "does not exist" not in str(refused):
            raise
        return []
