"""The template's parameters, and what values they take."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from permille.domain.values.errors import InvalidInput
from permille_cli.stack import template

LONGEST = 4096  # characters of a value that CloudFormation takes
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
UNSPEAKABLE = re.compile(r"[\"'\\\n]")  # what SAM CLI cannot take over from samconfig.toml


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the template. `default`: None where the value is a decision of the operator."""

    name: str
    description: str
    default: str | None
    rule: Mapping[str, Any]

    def check(self, value: str) -> str:
        """The value, if CloudFormation accepts it. Raises InvalidInput, which says what it takes."""
        if UNSPEAKABLE.search(value):
            raise InvalidInput(f"{self.name} takes no quotation marks, backslashes or line breaks", "set")
        if not self._takes(value):
            raise InvalidInput(f"{self.name} {self.takes}, not {value!r}", "set")
        return value

    @property
    def takes(self) -> str:
        """What values it takes, as the end of a sentence."""
        if "AllowedValues" in self.rule:
            return f"is one of {', '.join(map(str, self.rule['AllowedValues']))}"
        if self.rule["Type"] == "Number":
            most = f" to {self.rule['MaxValue']}" if "MaxValue" in self.rule else " or more"
            return f"is a whole number, {self.rule.get('MinValue', 0)}{most}"
        if "ConstraintDescription" in self.rule:
            return str(self.rule["ConstraintDescription"]).rstrip(".")
        return f"has {self.rule.get('MinLength', 0)} to {self.rule.get('MaxLength', LONGEST)} characters"

    def _takes(self, value: str) -> bool:
        rule = self.rule
        if "AllowedValues" in rule:
            return value in map(str, rule["AllowedValues"])
        if rule["Type"] == "Number":
            return WHOLE_NUMBER.fullmatch(value) is not None and rule.get("MinValue", 0) <= int(value) <= rule.get(
                "MaxValue", int(value)
            )
        fits = rule.get("MinLength", 0) <= len(value) <= rule.get("MaxLength", LONGEST)
        return fits and re.fullmatch(rule.get("AllowedPattern", ".*"), value) is not None


def parameters() -> dict[str, Parameter]:
    """The parameters of the template, by name."""
    return {name: _parameter(name, rule) for name, rule in template.load()["Parameters"].items()}


def _parameter(name: str, rule: Mapping[str, Any]) -> Parameter:
    default = str(rule["Default"]) if "Default" in rule else None
    return Parameter(name, rule.get("Description", ""), default, rule)
