"""What the interface may do: everything, reading alone, or rating alone.

A screen says of itself in which modes it opens, and of its commands which only read. What says
nothing is not allowed; so a new screen or command is shut out until somebody has thought about it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from textual.screen import ModalScreen, Screen, SystemModalScreen


class Mode(Enum):
    """What the interface may do."""

    ALL = "all"
    READING = "reading"
    """The library and the reader: runs no model, and writes no transcript, persona or setting."""
    RATING = "rating"
    """The rating room of one rater."""


def may_open(mode: Mode, screen: Screen[Any]) -> bool:
    """Whether a screen opens in a mode. Textual's own, as the palette, do."""
    if mode is Mode.ALL or type(screen) is Screen or isinstance(screen, SystemModalScreen):
        return True
    modes: frozenset[Mode] = getattr(screen, "modes", frozenset())
    return mode in modes


def may_do(mode: Mode, screen: Screen[Any], action: str) -> bool:
    """Whether a command of a screen is given in a mode; what every screen of Textual's has, is."""
    if mode is not Mode.READING or hasattr(Screen, f"action_{action}"):
        return True
    if isinstance(screen, ModalScreen):  # a question: its answer is acted on by whoever asked
        return True
    reads: frozenset[str] = getattr(screen, "reads", frozenset())
    return action in reads
