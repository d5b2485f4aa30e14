"""The names of what a stack is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

# The functions by their logical names in the template: the setting that has the name of each.
FUNCTIONS = {
    "IngestComplaint": "ingest_function_name",
    "Enforce": "enforce_function_name",
    "Notify": "notify_function_name",
    "Console": "console_function_name",
    "Api": "api_function_name",
    "Access": "access_function_name",
    "Webhook": "webhook_function_name",
    "Providers": "providers_function_name",
    "Provisioning": "provisioning_function_name",
}

EMULATED = "000000000000"  # the AWS account of the embedded stack; AWS has none of that id


@dataclass(frozen=True, slots=True)
class StackNames:
    """Names, ARNs and parameters of the deployed stack.

    stack: its name
    named: the rest, by the fields of `settings`, as `feedback_topic_arn`. Raises KeyError where one is missing
    """

    stack: str
    named: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.named[name]

    @property
    def topic(self) -> str:
        """The ARN of the feedback topic."""
        return self["feedback_topic_arn"]

    @property
    def configuration_set(self) -> str:
        """The name of the stack's configuration set."""
        return self["configuration_set"]

    @property
    def partition(self) -> str:
        """AWS's partition, such as `aws`."""
        return self.topic.split(":")[1]

    @property
    def region(self) -> str:
        """The AWS Region."""
        return self.topic.split(":")[3]

    @property
    def aws_account(self) -> str:
        """The id of the AWS account."""
        return self.topic.split(":")[4]

    @property
    def is_embedded(self) -> bool:
        """Whether it is an embedded stack."""
        return self.aws_account == EMULATED

    @property
    def ses(self) -> str:
        """The prefix of SES's ARNs, as in arn:aws:ses:us-east-1:123456789012."""
        return f"arn:{self.partition}:ses:{self.region}:{self.aws_account}"

    @property
    def set_arn(self) -> str:
        """The ARN of the configuration set."""
        return f"{self.ses}:configuration-set/{self.configuration_set}"

    def queue_arn(self, url_setting: str) -> str:
        """The ARN of a queue. `url_setting`: the setting that has its URL."""
        name = self[url_setting].rpartition("/")[2]
        return f"arn:{self.partition}:sqs:{self.region}:{self.aws_account}:{name}"

    def function_arn(self, logical: str) -> str:
        """The ARN of a function. `logical`: its logical name."""
        return f"arn:{self.partition}:lambda:{self.region}:{self.aws_account}:function:{self.functions[logical]}"

    @property
    def functions(self) -> Mapping[str, str]:
        """The functions' names, by their logical names."""
        return {logical: self[setting] for logical, setting in FUNCTIONS.items()}
