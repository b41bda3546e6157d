"""A line of buttons above what is heard."""

from __future__ import annotations

from textual.containers import Horizontal


class Buttons(Horizontal):
    """What can be chosen, each button saying what is; those that act are short."""

    DEFAULT_CSS = """
    Buttons {
        height: auto; padding: 0 1;
        & Button.-textual-compact { width: 1fr; min-width: 0; margin-right: 1; background: $panel; }
        & Button.-textual-compact { text-wrap: nowrap; text-overflow: ellipsis; }
        & Button.-short { width: 8; }
        & Button.-textual-compact:hover { background: $primary 30%; }
        & Button.-go { background: $primary; color: $background; }
    }
    """
