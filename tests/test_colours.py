"""A platform's colour can be read whatever it is: WCAG 2.2, level AA, in mails and pages, light and dark."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.builders import PLATFORM, an_entry
from tests.support.gallery import ADDRESSES, OWNER

from permille.rendering.colours import READABLE, contrast, readable
from permille.rendering.templates import Brand, rendered
from permille.usecases.notifications.mails import compose

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
GROUNDS = ("page", "card", "shade")
TEXTS = ("ink", "soft", "accent")


@pytest.mark.parametrize(
    ("one", "other", "is_about"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#777777", "#ffffff", 4.48),  # the lightest grey that fails, as WCAG's own tools say
        ("#767676", "#ffffff", 4.54),
        ("#ffffff", "#ffd400", 1.43),
    ],
)
def test_a_contrast_is_what_wcag_says(one: str, other: str, is_about: float) -> None:
    assert contrast(one, other) == pytest.approx(is_about, abs=0.005)


@given(COLOURS, COLOURS)
@example("#808080", "#757575")
def test_every_colour_can_be_made_readable_on_every_ground(colour: str, ground: str) -> None:
    made = readable(colour, ground)

    assert contrast(made, ground) >= READABLE
    assert (made == colour) == (contrast(colour, ground) >= READABLE)


@given(COLOURS)
@example("#ffd400")
@example("#ffffff")
@example("#000000")
def test_on_pages_all_text_is_readable_light_and_dark(colour: str) -> None:
    style = rendered("console/style.css.j2", brand=Brand(PLATFORM, "", colour))
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6});", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)
    )

    for scheme in (light, light | dark):
        assert all(contrast(scheme[text], scheme[ground]) >= READABLE for text in TEXTS for ground in GROUNDS)
        assert contrast(scheme["on-accent"], scheme["accent"]) >= READABLE


@given(COLOURS)
@example("#ffd400")
@example("#ffffff")
@example("#000000")
def test_in_mails_all_text_is_readable_light_and_dark(colour: str) -> None:
    html = compose(an_entry(), OWNER, Brand(PLATFORM, "", colour), ADDRESSES).html
    light = {name: _colours(style) for name, style in re.findall(r'class="(\w+)"[^>]*style="([^"]*)"', html)}
    dark = {name: _colours(style) for name, style in re.findall(r"\.(\w+) \{ (.*?) \}", html)}

    assert set(light) == set(dark) == {"page", "card", "soft", "brand", "button"}
    for scheme in (light, dark):
        grounds = {name: styles.get("background", "") for name, styles in scheme.items()}
        for name, ground in (
            ("page", "page"),
            ("card", "card"),
            ("button", "button"),
            ("brand", "card"),
            ("soft", "page"),
        ):
            assert contrast(scheme[name]["color"], grounds[ground]) >= READABLE


def _colours(style: str) -> dict[str, str]:
    return dict(re.findall(r"(?<![\w-])(color|background): ?(#\w{6})", style))
