"""Values of a command line that are what the command takes already. typer would coerce even these by pydantic, whose
import takes as long as reading AWS's descriptions of three services."""

from collections.abc import Callable
from typing import Any


class TakesAsTyped:
    """Of a command or a group of typer: its parameters take a text, their default, or nothing as they are. All else is
    left to typer."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, with the option of help."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            vars(param).setdefault("get_runtime_param", _AsTyped(param.get_runtime_param).itself)
        return params


class _AsTyped:
    """What typer calls to coerce a value. `by_typer`: makes its own, and imports pydantic for it."""

    def __init__(self, by_typer: Callable[[], Any]) -> None:
        self._by_typer = by_typer

    def itself(self) -> "_AsTyped":
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        many = param.multiple or param.nargs == -1
        if many and not value:
            return ()
        fits = value is None or _fits(value, param)
        return value if fits and not many else self._by_typer().coerce(value, param=param, ctx=ctx)


def _fits(value: Any, param: Any) -> bool:
    takes = param.type_descriptor.annotation
    if takes is str or param.type_descriptor.parameter_info.parser is str:
        return isinstance(value, str)
    return value is param.default and isinstance(takes, type) and isinstance(value, takes)
