"""How a field of a JSON shape is described in the OpenAPI document."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Doc:
    """Annotates a field with its description. pydantic calls the method below, so that no
    package but console/api/ imports pydantic.

    text: the description, a sentence
    format: the `format` of JSON Schema, such as date-time; empty where there is none
    """

    text: str
    format: str = ""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        extra = {"format": self.format} if self.format else {}
        return {**handler(schema), "description": self.text, **extra}
