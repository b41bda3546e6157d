"""The keys of the screen in view, in one line that can be clicked.

Textual's own `Footer` mounts a widget a key, and all of them anew whenever the focus moves: some
80 ms each time, where this takes none.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget


class KeyLine(Widget, can_focus=False):
    """Shows the keys that work now; what does not fit is in the palette."""

    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1; background: $panel; color: $foreground;
        & > .key-line--key { color: $accent; text-style: bold; }
    }
    """
    COMPONENT_CLASSES = {"key-line--key"}  # noqa: RUF012

    def on_mount(self) -> None:
        """Keep up with what has the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._updated)

    def _updated(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def render(self) -> RenderResult:
        key_style = self.get_component_rich_style("key-line--key", partial=True)
        text = Text(no_wrap=True, overflow="ellipsis")
        for key, description, _, _, enabled in self._keys():
            dim = Style(dim=not enabled)
            text.append(f" {key}", key_style + dim).append(f" {description} ", dim)
        last = self._palette()
        room = self.size.width - cell_len(last)
        text.truncate(max(0, room - 1), overflow="ellipsis", pad=True)
        return text.append(f" {last}", key_style)

    def on_click(self, event: events.Click) -> None:
        """Do what is clicked."""
        x = event.get_content_offset_capture(self).x
        if x >= self.size.width - cell_len(self._palette()):
            self.app.action_command_palette()
            return
        at = 0
        for key, description, action, node, enabled in self._keys():
            at += cell_len(key) + cell_len(description) + 3
            if x < at:
                if enabled:
                    self.run_worker(self.app.run_action(action, node))
                return

    def _keys(self) -> list[tuple[str, str, str, DOMNode, bool]]:
        """Key, description, action, whose it is, and whether it can be done, of each action once.

        A screen that has `key_names` says itself which are shown now, by id, and as what.
        """
        found: dict[str, tuple[str, str, str, DOMNode, bool]] = {}
        names: Mapping[str, str] | None = getattr(self.screen, "key_names", None)
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            shown = binding.show if names is None else binding.id in names
            if shown and binding.action not in found:
                key = self.app.get_key_display(binding)
                description = (names or {}).get(binding.id or "", binding.description)
                found[binding.action] = (key, description, binding.action, node, enabled)
        return list(found.values())

    def _palette(self) -> str:
        return "^p all "
