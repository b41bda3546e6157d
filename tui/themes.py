"""Themes, and the colours of speakers in each.

A speaker is told apart by name, by a mark of its own shape, and by colour: never by colour alone.
"""

from __future__ import annotations

from functools import lru_cache

from textual.app import App
from textual.color import Color
from textual.theme import Theme

DEFAULT_THEME = "yalta-night"
#: The theme for what a browser says that its user would rather see.
PREFERRED = {"dark": DEFAULT_THEME, "light": "yalta-paper", "contrast": "high-contrast"}

THEMES = (
    Theme(
        name="yalta-night",
        primary="#7aa2c8",
        secondary="#5f7f9f",
        accent="#e0b050",
        warning="#e0b050",
        error="#e07070",
        success="#7fbf7f",
        foreground="#dcdcd4",
        background="#14171c",
        surface="#1b1f26",
        panel="#252b34",
    ),
    Theme(
        name="yalta-paper",
        primary="#2f5d8a",
        secondary="#5b7a99",
        accent="#9a5b00",
        warning="#9a5b00",
        error="#a32020",
        success="#2d6e2d",
        foreground="#22242a",
        background="#f6f3ea",
        surface="#ece8dc",
        panel="#ded9ca",
        dark=False,
        # Lines between parts; what is lighter than the panel would be lost on the ground.
        variables={"footer-key-foreground": "#9a5b00", "panel-lighten-1": "#b8b09b"},
    ),
    Theme(
        name="high-contrast",
        primary="#ffffff",
        secondary="#ffff00",
        accent="#ffff00",
        warning="#ffff00",
        error="#ff6060",
        success="#00ff60",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        text_alpha=1.0,
        variables={
            "border": "#ffffff",
            "footer-key-foreground": "#ffff00",
            "panel-lighten-1": "#a0a0a0",
        },
    ),
)

#: Hues (degrees) that people of every colour vision tell apart best, after Okabe and Ito (2008).
_HUES = (200, 35, 330, 155, 55, 15, 265, 100)
MARKS = "●■▲◆○□△◇"
MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text


def mark(n: int) -> str:
    """The mark of the nth seat."""
    return MARKS[n % len(MARKS)]


def seat_colour(app: App[object], seat: int) -> Color:
    """The colour of a seat's name in the theme in use."""
    variables = app.theme_variables
    return speaker_colour(seat, variables["background"], variables["foreground"])


@lru_cache(maxsize=1024)
def speaker_colour(n: int, background: str, foreground: str) -> Color:
    """The colour of the nth seat's name, readable on a background.

    Args:
        n: Number of the seat at the table, from 0.
        background: Colour of the ground, as a hex string.
        foreground: Colour of other text; what is returned where the ground is not a plain colour.
    """
    ground = Color.parse(background)
    dark = ground.brightness < 0.5
    # The second time round the hues are paler, and the mark of the seat has changed place.
    saturation = 0.75 if (n // len(_HUES)) % 2 == 0 else 0.4
    hue = _HUES[n % len(_HUES)] / 360
    steps = [0.62 + 0.03 * i for i in range(12)] if dark else [0.42 - 0.03 * i for i in range(12)]
    for lightness in steps:
        colour = Color.from_hsl(hue, saturation, max(0.0, min(1.0, lightness)))
        if contrast(colour, ground) >= MIN_CONTRAST:
            return colour
    return Color.parse(foreground)


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 reckons it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(c) for c in colour.normalized)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
