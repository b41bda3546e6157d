"""What a person may choose from, each by a key of its own."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.widgets.floor.questions import Question


class ChoiceList(OptionList):
    """Shows the choices of a question; which are chosen is marked."""

    DEFAULT_CSS = """
    ChoiceList, ChoiceList:focus {
        border: none; padding: 0; background: $background; background-tint: $foreground 0%;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    ChoiceList:focus > .option-list--option-highlighted {
        background: $primary 25%; color: $foreground; text-style: bold;
    }
    """

    class Taken(Message):
        """Something was chosen, or no longer is."""

    def __init__(self) -> None:
        super().__init__(compact=True, markup=False)
        self.chosen: list[int] = []
        """What is chosen, the most wanted first."""
        self._question: Question | None = None

    def offer(self, question: Question | None) -> None:
        """Offer the choices of a question, none of them chosen."""
        self._question, self.chosen = question, []
        self._draw(0)

    def take(self, index: int) -> None:
        """Choose one; of several that may be chosen, take it back if it was."""
        question = self._question
        if question is None or index >= len(question.choices):
            return
        if question.most == 1:
            self.chosen = [index]
        elif index in self.chosen:
            self.chosen.remove(index)
        elif question.choices[index].reads:
            kept = [n for n in self.chosen if question.choices[n].reads]
            self.chosen = [*kept[-question.most :], index][-question.most :]
        else:  # nobody, which goes with nobody else
            self.chosen = [index]
        self._draw(index)
        self.post_message(self.Taken())

    def on_key(self, event: events.Key) -> None:
        """A choice's key chooses it; another letter goes to the next choice that begins with it,
        and is no command of the screen's in any case. Space chooses, as Enter does."""
        if not event.is_printable or event.character is None:
            return
        event.stop()
        event.prevent_default()
        choices = self._question.choices if self._question else ()
        if event.character == " ":
            self.action_select()
            return
        for n, choice in enumerate(choices):
            if choice.key == event.character:
                self.take(n)
                return
        self._go_to(event.character.casefold())

    def _go_to(self, letter: str) -> None:
        """Go to the next choice that begins with a letter, if there is one."""
        labels = [choice.label for choice in self._question.choices] if self._question else []
        here = -1 if self.highlighted is None else self.highlighted
        for n in (*range(here + 1, len(labels)), *range(max(here, 0))):
            if labels[n].casefold().startswith(letter):
                self.highlighted = n
                return

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """So do Enter and a click."""
        event.stop()
        self.take(event.option_index)

    def _draw(self, highlight: int) -> None:
        question = self._question
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(
                self._option(n) for n in range(len(question.choices) if question else 0)
            )
            self.highlighted = highlight if question and question.choices else None

    def _option(self, n: int) -> Option:
        assert self._question is not None
        choice = self._question.choices[n]
        mark = " "
        if n in self.chosen:
            several = self._question.most > 1 and choice.reads
            mark = str(self.chosen.index(n) + 1) if several else "●"
        text = Text(f"{mark} ")
        text.append(f"{choice.key or ' '}", Style(bold=True))
        return Option(text.append(f"  {choice.label}"))
