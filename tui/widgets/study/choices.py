"""What a rater may choose from, each by a key of its own, and by a click."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.table import Table
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
    run_in: bool = False
    """Whether its lines follow each other without a break, to take less room."""


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
        self.choices: tuple[Choice, ...] = ()
        self.chosen: frozenset[str] = frozenset()

    def forget(self) -> None:
        """What is offered next is for another question: it begins at the top."""
        self.choices = ()

    def offer(
        self, choices: Sequence[Choice], chosen: Collection[str] = (), *, apart: bool = False
    ) -> None:
        """Offer these.

        Args:
            chosen: The keys of those that are chosen.
            apart: Whether a line stands between them.
        """
        same = tuple(choices) == self.choices
        at = self.highlighted if same else None
        self.choices, self.chosen = tuple(choices), frozenset(chosen)
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
    def below(self) -> tuple[Choice, ...]:
        """Those that begin further down than what is seen."""
        under = {index for index, line in self._lines[self._bottom :] if line == 0}
        return tuple(each for n, each in enumerate(self.choices) if n in under)

    @property
    def goes_on(self) -> bool:
        """Whether anything stands further down than what is seen."""
        return self._bottom < self.virtual_size.height

    @property
    def _bottom(self) -> int:
        return self.scroll_offset.y + self.scrollable_content_region.height

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell what was chosen."""
        event.stop()
        if event.option_index < len(self.choices):
            self.post_message(self.Picked(self.choices[event.option_index].key))


def _prompt(choice: Choice, chosen: bool) -> Table:
    """The mark, the key, and the text, whose lines stand below each other."""
    row = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for width in (1, max(1, len(choice.key))):
        row.add_column(width=width)
    row.add_column(ratio=1)
    words = Text(plain(choice.head), Style(italic=True))
    look = Style(bold=chosen, italic=False)
    if choice.head:
        words.append("  " if choice.run_in else "\n")
    if choice.run_in:
        for n, line in enumerate(choice.text.splitlines()):
            name, colon, said = line.partition(":")
            words.append("  " if n else "", look)
            words.append(plain(name + colon), look + Style(underline=bool(colon)))
            words.append(plain(said), look)
    else:
        words.append(plain(choice.text), look)
    row.add_row("●" if chosen else " ", Text(choice.key, Style(bold=True)), words)
    return row
