"""Export: a transcript in another form, in a file of the user's choice."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from debate.batch.known import Batches
from debate.errors import UserError
from debate.export.form import FORMS, Form, file_name, write_file
from debate.export.source import source
from debate.library import short_path
from tui.app import YaltaApp
from tui.modes import Mode
from tui.screens.dialogs import Confirm, Dialog
from tui.widgets.floor.blocks import plain


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written, and where."""

    form: Form
    place: str
    """The file, as the user says it."""

    def file(self, transcript: Path) -> Path:
        """The file: in a folder, if its place is one, and with an ending, if it has none."""
        path = Path(self.place).expanduser().absolute()
        if path.is_dir() or self.place.endswith(("/", os.sep)):
            return path / file_name(transcript.stem, self.form)
        return path if path.suffix else path.with_name(path.name + self.form.suffix)

    def found(self, transcript: Path) -> tuple[Path, bool]:
        """The file, and whether it is there already. Blocks.

        Raises:
            UserError: if nothing can be written there.
        """
        try:
            path = self.file(transcript)
            is_there = os.path.lexists(path)
            if is_there and path.resolve() == transcript.resolve():
                raise UserError(f"{path} is the transcript itself")
        except (OSError, ValueError, RuntimeError) as error:  # no name; nobody's home
            raise UserError(f"{self.place} cannot be a file: {error}") from None
        return path, is_there


class ExportDialog(Dialog[Wanted]):
    """Asks for a form and a place.

    Args:
        name: The transcript's.
        wanted: What was said before, if it is asked again.
    """

    modes: ClassVar[frozenset[Mode]] = frozenset()  # it writes
    DEFAULT_CSS = """
    ExportDialog {
        & OptionList { background: $surface; }
        & Input { background: $panel; margin: 1 0 0 0; padding: 0 1; }
        & .export--where { color: $text-muted; height: auto; }
    }
    """

    def __init__(self, name: str, wanted: Wanted | None = None) -> None:
        super().__init__()
        first = next(iter(FORMS.values()))
        self._name = name
        self._wanted = wanted or Wanted(first, file_name(name, first))

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(f"Export {self._name}"), markup=False, classes="dialog--title")
            yield OptionList(*(Option(Text(form.title)) for form in FORMS.values()), compact=True)
            yield Input(self._wanted.place, compact=True, tooltip="The file that is written")
            where = f"tab goes to the name, which is one in {plain(str(Path.cwd()))}"
            yield Static(where, markup=False, classes="export--where")
            with Horizontal():
                yield Button("Export  enter", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The form is asked for first; enter takes the rest as it stands."""
        forms = self.query_one(OptionList)
        forms.highlighted = [*FORMS.values()].index(self._wanted.form)
        forms.focus()

    @on(OptionList.OptionHighlighted)
    def _form_changed(self, event: OptionList.OptionHighlighted) -> None:
        """Have the file's name end as the form does."""
        form = [*FORMS.values()][event.option_index]
        field = self.query_one(Input)
        if field.value.endswith(self._wanted.form.suffix):
            field.value = field.value.removesuffix(self._wanted.form.suffix) + form.suffix
        self._wanted = replace(self._wanted, form=form)

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    @on(Button.Pressed)
    def _taken(self) -> None:
        place = self.query_one(Input).value.strip()
        if place:
            self.dismiss(replace(self._wanted, place=place))
        else:
            self.notify("Name a file first.", severity="warning", markup=False)


async def export(app: YaltaApp, transcript: Path) -> None:
    """Ask what to write, and begin to; a file that is there is asked about first.

    To be called by a command that `asks`. It is written by a worker of the app, in a thread, so
    that whoever asked may leave.
    """
    wanted = None
    while (wanted := await app.push_screen_wait(ExportDialog(transcript.stem, wanted))) is not None:
        try:
            path, is_there = await asyncio.to_thread(wanted.found, transcript)
        except UserError as error:
            app.tell(error)
            continue
        if is_there:
            question = Confirm(
                f"{plain(short_path(path))} is there already.",
                [("stay", "Another name"), ("over", "Write over it")],
            )
            if await app.push_screen_wait(question) != "over":
                continue
        writing = _write(app, transcript, path, wanted.form, over=is_there)
        app.run_worker(writing, group="export", exit_on_error=False)
        return


async def _write(app: YaltaApp, transcript: Path, path: Path, form: Form, *, over: bool) -> None:
    def write() -> None:
        factors = Batches().factors(transcript)
        write_file(form, source(transcript, transcript.stem, factors), path, over=over)

    try:
        await asyncio.to_thread(write)
    except Exception as error:
        app.tell(error, title="It was not exported")
        return
    app.notify(plain(short_path(path)), title="Exported to", timeout=10, markup=False)
