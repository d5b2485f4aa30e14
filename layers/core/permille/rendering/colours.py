"""Colours that can be read (WCAG 2.2, 1.4.3): each is #rrggbb."""

READABLE = 4.5  # level AA, of text of any size
_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, on: str) -> str:
    """The colour, made darker or lighter until it can be read on the other."""
    towards = max(_BLACK, _WHITE, key=lambda end: contrast(end, on))
    mixed = (_mixed(colour, towards, step) for step in range(_STEPS + 1))
    return next(one for one in mixed if contrast(one, on) >= READABLE)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _mixed(colour: str, other: str, step: int) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{(one * (_STEPS - step) + two * step) // _STEPS:02x}" for one, two in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
