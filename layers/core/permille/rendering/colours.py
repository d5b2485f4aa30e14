"""Colours with enough contrast to be read (WCAG 2.2, 1.4.3). A colour is #rrggbb."""

READABLE = 4.5  # the contrast of level AA, for text of any size
_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = 100


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, background: str) -> str:
    """The colour, made darker or lighter until it can be read on the background."""
    end = max(_BLACK, _WHITE, key=lambda extreme: contrast(extreme, background))
    mixtures = (_mixed(colour, end, step) for step in range(_STEPS + 1))
    return next(mixture for mixture in mixtures if contrast(mixture, background) >= READABLE)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _mixed(colour: str, other: str, step: int) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{(first * (_STEPS - step) + second * step) // _STEPS:02x}" for first, second in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
