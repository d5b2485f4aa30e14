"""Which resources are the stack's own is known from its outputs."""

import pytest

from permille_cli.stack.own_arns import own_arns
from permille_cli.stack.template import load

TEMPLATE = load()
NAMED = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:123456789012:table/{}",
    "AWS::Events::EventBus": "arn:aws:events:us-east-1:123456789012:event-bus/{}",
    "AWS::SNS::Topic": "arn:aws:sns:us-east-1:123456789012:{}",
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:123456789012:{}",
}
RESOURCES = {name: one["Type"] for name, one in TEMPLATE["Resources"].items() if one["Type"] in NAMED}


def of_reference(logical: str) -> str:
    """What Ref says of a resource of that name."""
    kind = RESOURCES.get(logical, "")
    if kind == "AWS::SQS::Queue":
        return f"https://sqs.us-east-1.amazonaws.com/123456789012/{logical}"
    return NAMED[kind].format(logical) if kind == "AWS::SNS::Topic" else logical


@pytest.mark.parametrize("resource", RESOURCES)
def test_each_of_the_templates_is_found(resource: str) -> None:
    outputs = {name: one["Value"] for name, one in TEMPLATE["Outputs"].items()}
    named = {name: of_reference(value["Ref"]) for name, value in outputs.items() if "Ref" in value}

    assert NAMED[RESOURCES[resource]].format(resource) in own_arns(named, "aws", "us-east-1", "123456789012")


@pytest.mark.parametrize("outputs", [{}, {"AlarmTopicArn": "none"}, {"Region": "us-east-1"}])
def test_what_is_not_named_is_not_there(outputs: dict[str, str]) -> None:
    assert own_arns(outputs, "aws", "us-east-1", "123456789012") == []
