"""That a list goes on below what is seen of it."""

from __future__ import annotations

from textual.widgets import Static

from tui.widgets.study.choices import Choices


class More(Static):
    """A line below a list, there as long as more of it follows.

    Args:
        of: The list.
        noun: What those of it are called that have a heading.
    """

    DEFAULT_CSS = """
    More { height: 1; padding: 0 1; color: $accent; display: none; }
    """

    def __init__(self, of: Choices, noun: str) -> None:
        super().__init__(markup=False)
        self._of, self._noun = of, noun

    def on_mount(self) -> None:
        """Keep up with the list, wherever it is scrolled and however large it is."""
        self.watch(self._of, "scroll_y", self._tell)
        self.watch(self._of, "virtual_size", self._tell)
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self._tell())

    def _tell(self) -> None:
        self.display = self._of.goes_on and self._of.display
        said = "↓ more: page down"
        if number := sum(bool(each.head) for each in self._of.below):
            said = f"↓ {number} more {self._noun}{'s' if number > 1 else ''}: page down"
        if said != self.content:  # else every layout would ask for another
            self.update(said)
