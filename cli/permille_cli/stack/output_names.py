"""The outputs of a stack by the names of the functions' settings."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from permille_cli.stack.stack import Stack

# Settings whose output does not have their name in CamelCase.
_OUTPUTS = {
    "configuration_set": "ConfigurationSetName",
    "deny_group": "DenyGroupName",
    "owner_link_key": "OwnerLinkKeyArn",
    "platform_token_key": "PlatformTokenKeyArn",
    "policy_parameter": "PolicyParameterName",
    "staff_link_key": "StaffLinkKeyArn",
    "timeline_bus": "TimelineBusName",
    "webhook_secrets_parameter": "WebhookSecretsParameterName",
}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")  # where a word begins in CamelCase
_SETTINGS = {output: setting for setting, output in _OUTPUTS.items()}


class OutputNames(Mapping[str, str]):
    """The outputs of a stack by the names of the functions' settings: `accounts_table` is the output AccountsTable.
    Raises Failed, which names the output, where the stack does not have it."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack

    def __getitem__(self, setting: str) -> str:
        return self._stack[_OUTPUTS.get(setting) or setting.title().replace("_", "")]

    def __iter__(self) -> Iterator[str]:
        for output in self._stack.outputs:
            yield _SETTINGS.get(output) or _WORD.sub("_", output).lower()

    def __len__(self) -> int:
        return len(self._stack.outputs)
