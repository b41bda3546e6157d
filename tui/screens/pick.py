"""A list to choose one thing from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.modes import Mode
from tui.widgets.lobby.plain import MUTED, one_line


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things to choose from."""

    value: str
    label: str
    note: str = ""


class PickScreen(ModalScreen[str | None]):
    """Asks for one of several things; gives its value, or None if nothing was chosen.

    Args:
        title: What is asked for.
        choices: What there is.
        free: Whether anything that is typed is an answer too; Enter then takes what is typed, and
            the list only helps. Otherwise Enter takes the highlighted choice.
        value: What stands in the field at first.
        empty: What an empty field means, where that is an answer.
    """

    DEFAULT_CSS = """
    PickScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 72; max-width: 96%; height: auto; max-height: 90%;
            background: $surface; border: round $primary; border-title-color: $primary;
            border-subtitle-color: $text-muted; padding: 0 1;
        }
        & Input { background: $panel; margin: 1 0; padding: 0 1; }
        & OptionList {
            height: auto; max-height: 16; min-height: 1; background: $surface;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & OptionList > .option-list--option-highlighted,
        & OptionList:focus > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: none;
        }
        & .pick--hint { color: $text-muted; margin-top: 1; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.READING})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave it as it was")
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        free: bool = False,
        value: str = "",
        empty: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._shown = list(choices)
        self._wanted = ""
        self._free = free
        self._value = value
        self._empty = empty

    def compose(self) -> ComposeResult:
        """The field, the list, and what the keys do."""
        hint = "Enter takes what is typed, → completes it, ↓ goes to the list"
        with Vertical() as box:
            box.border_title = Text(one_line(self._title))
            yield Input(
                self._value,
                placeholder=self._empty or self._wanting,
                suggester=self._suggester(),
                compact=True,
            )
            yield OptionList(compact=True, markup=False)
            yield Static(
                (hint if self._choices else "Free text: enter takes what is typed")
                if self._free
                else "Enter takes the highlighted one",
                classes="pick--hint",
                markup=False,
            )

    @property
    def _wanting(self) -> str:
        """What is to be typed."""
        is_text = self._free and not self._choices
        return "type the answer here" if is_text else "type to narrow the list"

    def on_mount(self) -> None:
        """Show all there is."""
        self._narrow("" if self._free else self._value)

    def offer(self, choices: Sequence[Choice]) -> None:
        """Offer these from now on; what is typed and what is highlighted stays."""
        self._choices = choices
        for field in self.query(Input):  # none, if the question is already answered
            field.suggester = self._suggester()
            at = self.query_one(OptionList).highlighted
            kept = self._shown[at].value if at is not None and at < len(self._shown) else None
            self._narrow(self._wanted, kept)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._value:  # what stands there at first narrows nothing
            self._value = event.value
            self._narrow(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if self._free:
            self._answer(event.value.strip())
        else:
            self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._shown):
            self._answer(self._shown[event.option_index].value)

    def on_key(self, event: events.Key) -> None:
        """Up and down move in the list while one types."""
        options = self.query_one(OptionList)
        if event.key not in ("up", "down") or options.has_focus or not options.display:
            return
        event.stop()
        if self._free:
            options.focus()
        elif event.key == "down":
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def _answer(self, value: str) -> None:
        if value or self._empty:
            self.dismiss(value)

    def _suggester(self) -> SuggestFromList | None:
        return SuggestFromList([choice.value for choice in self._choices]) if self._free else None

    def _narrow(self, typed: str, highlight: str | None = None) -> None:
        self._wanted = typed
        words = typed.casefold().split()
        self._shown = [
            choice
            for choice in self._choices
            if all(w in f"{choice.value} {choice.label} {choice.note}".casefold() for w in words)
        ]
        options = self.query_one(OptionList)
        options.display = bool(self._choices) or not self._free
        nothing = "nothing of that name is listed"
        options.set_options(
            [Option(_drawn(choice)) for choice in self._shown]
            or [Option(Content.styled(nothing, MUTED), disabled=True)]
        )
        values = [choice.value for choice in self._shown]
        at = values.index(highlight) if highlight in values else 0
        options.highlighted = at if self._shown else None


def _drawn(choice: Choice) -> Content:
    return Content.assemble(one_line(choice.label), (f"  {one_line(choice.note)}", MUTED))
