"""The template's rule about Regions, as CloudFormation evaluates it: before all, so with any resource."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.stack.conftest import Stack

from permille_cli.stack.template import load

RULE = "RegionHasFunctionUrls"
RULES = {RULE: load()["Rules"][RULE]}  # the others look at parameters


def create(stack: Stack, region: str) -> Any:
    template = {"Rules": RULES, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation = stack.client("cloudformation", region=region)
    return cloudformation.create_stack(StackName="elsewhere", TemplateBody=json.dumps(template))


def test_a_region_without_function_urls_is_refused(stack: Stack) -> None:
    with pytest.raises(ClientError, match="Lambda has no function URLs in this Region") as refused:
        create(stack, "eu-south-2")

    assert "Deploy to another Region" in str(refused.value)


def test_any_other_is_not(stack: Stack) -> None:
    assert create(stack, "eu-west-1")["StackId"]
