"""The ARNs of the stack's own tables, queues, topics and bus, from its outputs: a restored table, or the topic of the
alarms, may have another name than the stack."""

from collections.abc import Mapping

# By the suffix of an output's name: the service, and the prefix of the resource's name in its ARN.
KINDS = {
    "Table": ("dynamodb", "table/"),
    "QueueUrl": ("sqs", ""),
    "FailuresUrl": ("sqs", ""),
    "BusName": ("events", "event-bus/"),
}


def own_arns(outputs: Mapping[str, str], partition: str, region: str, aws_account: str) -> list[str]:
    """The ARNs; outputs that an older version does not have are left out."""
    made = [
        f"arn:{partition}:{service}:{region}:{aws_account}:{kind}{value.rpartition('/')[2]}"
        for name, value in outputs.items()
        for end, (service, kind) in KINDS.items()
        if name.endswith(end)
    ]
    topics = [value for name, value in outputs.items() if name.endswith("TopicArn") and value.startswith("arn:")]
    return made + topics
