"""What a rater may choose from, each by a key of its own, and by a click."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.widgets.floor.blocks import plain


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be chosen."""

    key: str
    text: str
    head: str = ""
    """Stands beside the key, the text then below it."""


class Choices(OptionList):
    """A list of choices; those that are chosen are marked. Texts are never read as markup."""

    DEFAULT_CSS = """
    Choices, Choices:focus {
        height: auto; border: none; padding: 0; background: $background;
        background-tint: $foreground 0%; scrollbar-size-vertical: 1;
        & > .option-list--option-highlighted { background: $background; color: $foreground; }
        & > .option-list--separator { color: $panel-lighten-1; }
    }
    Choices:focus > .option-list--option-highlighted {
        background: $primary 25%; color: $foreground;
    }
    """

    class Picked(Message):
        """Something was chosen by a click, or by enter."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, compact=True, markup=False)
        self._keys: list[str] = []

    def offer(
        self, choices: Sequence[Choice], chosen: Collection[str] = (), *, apart: bool = False
    ) -> None:
        """Offer these.

        Args:
            chosen: The keys of those that are chosen.
            apart: Whether a line stands between them.
        """
        keys = [each.key for each in choices]
        same = keys == self._keys
        at = self.highlighted if same else None
        self._keys = keys
        options: list[Option | None] = []
        for each in choices:
            if apart and options:
                options.append(None)
            options.append(Option(_prompt(each, each.key in chosen)))
        with self.prevent(OptionList.OptionHighlighted):
            y = self.scroll_y
            self.set_options(options)
            self.highlighted = at
            self.scroll_to(y=y if same else 0, animate=False, force=True)

    @property
    def texts(self) -> list[str]:
        """What is offered, as it is read."""
        return [str(each.prompt) for each in self.options]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell what was chosen."""
        event.stop()
        if event.option_index < len(self._keys):
            self.post_message(self.Picked(self._keys[event.option_index]))


def _prompt(choice: Choice, chosen: bool) -> Text:
    text = Text("● " if chosen else "  ")
    text.append(choice.key, Style(bold=True))
    bold = Style(bold=chosen)
    if choice.head:
        text.append(f"  {plain(choice.head)}", Style(bold=True)).append("\n")
    else:
        text.append("  ")
    return text.append(plain(choice.text), bold)
