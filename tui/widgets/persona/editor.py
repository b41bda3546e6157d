"""The YAML of a card, to be written in.

Colours come from a few lines of our own, through `TextArea.get_line`, which is there to be styled.
`textual[syntax]` would bring the grammars of fifteen languages as compiled wheels, some twenty
megabytes and one more thing that may not build, to colour files of one simple form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from debate.text import showable
from tui.widgets.persona.yaml_spans import Span, spans

#: Whether a line has an error, or only advice.
Flaw = Literal["error", "advice"]


class CardEditor(TextArea):
    """Edits a card; lines that something is said of are marked."""

    DEFAULT_CSS = """
    CardEditor {
        height: 1fr;
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & .text-area--cursor-line { background: $surface; }
        & .text-area--gutter { color: $foreground 40%; }
        & > .card-editor--key { color: $primary; }
        & > .card-editor--text { color: $foreground; }
        & > .card-editor--number { color: $accent; }
        & > .card-editor--comment { color: $foreground 55%; text-style: italic; }
        & > .card-editor--sign { color: $foreground 60%; text-style: bold; }
        & > .card-editor--error { text-style: underline; color: $text-error; }
        & > .card-editor--advice { text-style: underline; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"card-editor--{name}"
        for name in ("key", "text", "number", "comment", "sign", "error", "advice")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", "Undo", id="studio.undo", tooltip="Take the last change back"),
        Binding(
            "ctrl+y",
            "redo",
            "Redo",
            id="studio.redo",
            tooltip="Make the change again that was taken back",
            show=False,
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            tab_behavior="indent",
            show_line_numbers=True,
            max_checkpoints=500,
        )
        self.indent_width = 2
        self._flaws: Mapping[int, Flaw] = {}
        self._spans: tuple[str, list[list[Span]]] = ("", [])

    async def _on_key(self, event: events.Key) -> None:
        """Leave keys with Alt to the screen: terminals send a character with them, too."""
        if event.key.startswith("alt+") and len(event.character or "") == 1:
            event.prevent_default()
            return
        await super()._on_key(event)

    def mark(self, flaws: Mapping[int, Flaw]) -> None:
        """Mark these lines, counted from 0, and no others."""
        if flaws != self._flaws:
            self._flaws = flaws
            self.notify_style_update()  # lines that were drawn are kept by their text alone
            self.refresh()

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor at a place, both counted from 1, and into view."""
        row = min(max(line - 1, 0), self.document.line_count - 1)
        most = len(self.document.get_line(row))
        self.move_cursor((row, min(max(column - 1, 0), most)), center=True)

    def take(self, text: str) -> None:
        """Put a text in place of all there is, in one step that can be undone."""
        cursor = self.cursor_location
        self.replace(text, (0, 0), self.document.end)
        row = min(cursor[0], self.document.line_count - 1)
        self.move_cursor((row, min(cursor[1], len(self.document.get_line(row)))))

    def get_line(self, line_index: int) -> Text:
        """A line with its colours; what could steer a terminal is shown as a mark."""
        plain = self.document.get_line(line_index)
        if showable(plain) != plain:  # of the same length, or the cursor would stand beside it
            plain = "".join(c if showable(c) == c else "\ufffd" for c in plain)
        line = Text(plain, end="", no_wrap=True)
        parts = self._parts()
        for start, end, kind in parts[line_index] if line_index < len(parts) else ():
            line.stylize(self._style(kind), start, end)
        if flaw := self._flaws.get(line_index):
            begin = len(plain) - len(plain.lstrip())
            line.stylize(self._style(flaw), begin)
        return line

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"card-editor--{name}", partial=True)

    def _parts(self) -> list[list[Span]]:
        """The parts of all lines, found once for as long as the text stays as it is."""
        if (text := self.text) != self._spans[0]:
            self._spans = (text, spans(self.document.lines))
        return self._spans[1]
