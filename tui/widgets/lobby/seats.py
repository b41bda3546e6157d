"""The seats of a conference to be: one list, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from debate.scenario import Role
from debate.speakers.availability import Availability, State
from tui.themes import mark, speaker_colour
from tui.widgets.lobby.plain import MUTED, fitted, one_line

#: A sign and a colour for how a model stands; the words beside them say the same.
SIGNS: dict[State, tuple[str, str]] = {
    "ready": ("✓", "$text-success"),
    "download": ("↓", "$text-warning"),
    "key-missing": ("✗", "$text-error"),
    "unreachable": ("✗", "$text-error"),
    "unknown": ("?", "$text-error"),
}
_GAP = "  "
_INDENT = 6  # number, mark and the spaces after them
_WIDEST_MODEL = 32


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat as the list shows it."""

    name: str
    persona: str
    model: str
    found: Availability | None
    """None while it is being looked up."""
    role: Role = "member"


@dataclass(frozen=True, slots=True)
class SeatAction:
    """Something that can be done to a seat: by a letter on the list, by a key anywhere."""

    name: str
    letters: str
    keys: str
    label: str
    description: str
    tooltip: str
    shown: bool = True
    """Whether the footer shows it."""

    def binding(self, *, on_list: bool) -> Binding:
        """Its binding on the list, or on the screen."""
        return Binding(
            self.letters if on_list else self.keys,
            f"screen.{self.name}",
            self.description,
            id=f"lobby.{self.name}",
            tooltip=self.tooltip,
            show=on_list and self.shown,
        )


SEAT_ACTIONS = (
    SeatAction("add_seat", "a", "f3", "Add", "Add seat", "Choose a persona for a new seat"),
    SeatAction(
        "remove_seat", "d,delete", "f8", "Remove", "Remove seat", "Take the seat away", shown=False
    ),
    SeatAction(
        "seat_up",
        "shift+up",
        "alt+up",
        "↑",
        "Move seat up",
        "One place nearer to the first",
        shown=False,
    ),
    SeatAction(
        "seat_down",
        "shift+down",
        "alt+down",
        "↓",
        "Move seat down",
        "One place nearer to the last",
        shown=False,
    ),
    SeatAction("seat_persona", "p", "f4", "Persona", "Persona", "Choose who sits there"),
    SeatAction("seat_model", "m,enter", "f6", "Model", "Model", "Choose the seat's model, or you"),
    SeatAction(
        "seat_edit",
        "e",
        "f9",
        "Edit",
        "Edit persona",
        "Open the seat's persona in the studio",
        shown=False,
    ),
    SeatAction(
        "all_models",
        "M",
        "f7",
        "Models",
        "Model of all seats",
        "Choose one model for all seats",
        shown=False,
    ),
)


class SeatList(OptionList):
    """The seats, in the order of the table."""

    DEFAULT_CSS = """
    SeatList {
        height: auto;
        min-height: 3;
        max-height: 50vh;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        background: $background;
        padding: 0;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:focus { border: round $primary; background-tint: $foreground 0%; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted {
            background: $panel; color: $foreground; text-style: none;
        }
        &:focus > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: bold;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [a.binding(on_list=True) for a in SEAT_ACTIONS]

    def __init__(self) -> None:
        super().__init__(id="seats", markup=False)
        self.border_title = "Seats"
        self._seats: Sequence[SeatLine] = ()

    @property
    def index(self) -> int | None:
        """The seat that is highlighted, from 0."""
        return self.highlighted

    def show(self, lines: Sequence[SeatLine], highlight: int | None = None) -> None:
        """Show these seats.

        Args:
            highlight: The seat to highlight, if another than before.
        """
        self._seats = tuple(lines)
        self._draw(self.highlighted if highlight is None else highlight)
        self.border_title = f"Seats · {len(lines)}" if lines else "Seats · nobody yet"

    def on_resize(self) -> None:
        """Columns depend on the width."""
        self._draw(self.highlighted)

    def on_click(self, event: events.Click) -> None:
        """A double click chooses the model."""
        if event.chain == 2:
            self.call_later(self.run_action, "screen.seat_model")

    def _draw(self, highlight: int | None) -> None:
        width = self.scrollable_content_region.width - 2
        variables = self.app.theme_variables
        ground = variables["background"], variables["foreground"]
        colours = [speaker_colour(n, *ground).hex for n in range(len(self._seats))]
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(Option(line) for line in drawn(self._seats, colours, width))
            if self._seats:
                self.highlighted = min(highlight or 0, len(self._seats) - 1)


def drawn(seats: Sequence[SeatLine], colours: Sequence[str], width: int) -> list[Content]:
    """The seats as lines of a table; on several lines each where it would not fit.

    Args:
        colours: Colour of each seat's name.
        width: Cells there are.
    """
    texts = [
        replace(s, name=_titled(s), persona=one_line(s.persona), model=one_line(s.model))
        for s in seats
    ]
    columns = [
        max((cell_len(text) for text in column), default=0)
        for column in (
            [t.name for t in texts],
            [t.persona for t in texts],
            [t.model for t in texts],
            [_standing(t.found)[0] for t in texts],
        )
    ]
    columns[2] = min(columns[2], _WIDEST_MODEL)
    fits = _INDENT + sum(columns) + 3 * len(_GAP) <= width
    draw = _in_columns if fits else _several_lines
    return [draw(n, t, colours[n], columns, width) for n, t in enumerate(texts)]


def _in_columns(n: int, seat: SeatLine, colour: str, columns: Sequence[int], _: int) -> Content:
    said, style = _standing(seat.found)
    return Content.assemble(
        *_who(n, fitted(seat.name, columns[0]), colour),
        (_GAP + fitted(seat.persona, columns[1]), MUTED),
        _GAP + fitted(seat.model, columns[2]),
        (_GAP + said, style),
    )


def _several_lines(n: int, seat: SeatLine, colour: str, _: Sequence[int], width: int) -> Content:
    said, style = _standing(seat.found)
    beside = _INDENT + cell_len(seat.model) + len(_GAP) + cell_len(said) <= width
    between = _GAP if beside else f"\n{'':{_INDENT}}"
    return Content.assemble(
        *_who(n, seat.name, colour),
        (_GAP + seat.persona, MUTED),
        f"\n{'':{_INDENT}}{seat.model}",
        (between + said, style),
    )


def _who(n: int, name: str, colour: str) -> tuple[str | tuple[str, str], ...]:
    return (f"{n + 1:>3}", (f" {mark(n)} ", colour), (name, f"{colour} bold"))


def _titled(seat: SeatLine) -> str:
    """Its name, and what it is at the table if it is no member."""
    return one_line(seat.name) + ("" if seat.role == "member" else f" ({seat.role})")


def _standing(found: Availability | None) -> tuple[str, str]:
    """How a model stands, in words with a sign before them, and their style."""
    if found is None:
        return "… looking", MUTED
    sign, style = SIGNS[found.state]
    return f"{sign} {one_line(found.text)}", style
