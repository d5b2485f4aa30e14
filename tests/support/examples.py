"""How much is tried. Of the state machines' examples: what `pytest --examples N` says; else, with
`--hypothesis-profile=thorough`, all of their own number, and everyday a fifth of it."""

from hypothesis import settings

THOROUGH = "thorough"
_named = 0


def name(number: int) -> None:
    global _named
    _named = number


def examples(all_of_them: int) -> int:
    return _named or (all_of_them if is_thorough() else all_of_them // 5)


def is_thorough() -> bool:
    return settings.get_current_profile_name() == THOROUGH
