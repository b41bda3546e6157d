"""The desk of the studio: a card's text, what is said of it, and its file."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from debate.errors import Problem, UserError, YaltaError
from debate.library import short_path
from debate.persona import Persona
from debate.persona_lint import Examined, examine
from tui.screens.asking import AskingScreen, asks
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.lobby.plain import one_line
from tui.widgets.persona import asking
from tui.widgets.persona.draft import ChangedOutside, Draft
from tui.widgets.persona.editor import CardEditor, Flaw
from tui.widgets.persona.findings import Findings

POLL = 1.0  # seconds between looks at the file
LULL = 0.25  # seconds without a change after which the text is examined


class Desk(AskingScreen[None]):
    """The part of the studio that writes. What becomes of a card is the other part's.

    Args:
        draft: The card to write.
    """

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self.editor = CardEditor(id="editor")
        self.findings = Findings(id="findings")
        self.examined: Examined | None = None
        self.news: str | None = None
        """What another program wrote into the file, until it is decided what to do about it."""
        self.place = Static(id="place", markup=False)
        self.status = StatusLine()

    def outside(self) -> ComposeResult:
        """The line that tells of another program's changes."""
        with Horizontal(id="outside"):
            yield Static(markup=False)
            yield Button("Take the file's", action="screen.reload", compact=True)
            yield Button("Keep mine", action="screen.keep", compact=True)

    def begin(self) -> None:
        """Begin to write."""
        self.editor.load_text(self.draft.text)
        self.editor.focus()
        self.set_interval(POLL, self._look_outside)
        self._examine(0)

    def card_changed(self) -> None:
        """The card is another than before, or cannot be read."""

    async def leave(self) -> None:
        """Let go of all that is held."""

    # -- the text

    @property
    def is_unsaved(self) -> bool:
        """Whether there is something that is not in the file."""
        return self.draft.is_new or self.editor.text != self.draft.text

    @property
    def card(self) -> Persona | None:
        """The card as it is in the editor, if it can be read."""
        return self.examined.persona if self.examined else None

    @on(CardEditor.Changed)
    def _changed(self) -> None:
        self._show_place()
        self._examine(LULL)

    @work(exclusive=True, group="examine", exit_on_error=False)
    async def _examine(self, lull: float) -> None:
        await asyncio.sleep(lull)
        try:
            path = str(self.draft.path)
            found = await asyncio.to_thread(examine, self.editor.text, path=path)
        except Exception as error:
            self.yalta.tell(error)
            return
        before, self.examined = self.card, found
        self.findings.show(found.errors, found.advice)
        flaws: dict[int, Flaw] = {p.line - 1: "advice" for p in found.advice}
        self.editor.mark({**flaws, **{p.line - 1: "error" for p in found.errors}})
        self._show_place()
        if found.persona != before or found.persona is None:
            self.card_changed()

    @on(Findings.Chosen)
    def _go_to(self, event: Findings.Chosen) -> None:
        self._reveal(event.problem)

    def action_next_finding(self) -> None:
        """Go to the next error or advice."""
        row, column = self.editor.cursor_location
        if problem := self.findings.next_after(row + 1, column + 1):
            self._reveal(problem)

    def _reveal(self, problem: Problem) -> None:
        self.remove_class("-other")
        self.editor.go_to(problem.line, problem.column)
        self.editor.focus()

    def _show_place(self) -> None:
        card = self.card
        name = f"{card.name} · " if card else ""
        unsaved = " · ● not saved" if self.is_unsaved else ""
        shipped = " · ships with the program: saving makes a copy" if self.draft.is_shipped else ""
        self.place.update(one_line(f"{name}{short_path(self.draft.path)}{unsaved}{shipped}"))
        self.status.notice = (card.notice or "") if card else ""

    # -- the file

    @asks
    async def action_save(self) -> None:
        """Save the card; of one that ships, a copy."""
        if self.draft.is_shipped:
            await self._save_copy(self.draft.path.stem)
        else:
            await self._save()

    @asks
    async def action_save_as(self) -> None:
        """Save it as another persona."""
        name = await self.app.push_screen_wait(asking.which_id("Save as which id?"))
        if name and (good := asking.checked_id(name, self)):
            await self._save_copy(good)

    async def _save(self) -> bool:
        """Save; ask first, if that would write over what somebody else wrote."""
        try:
            await asyncio.to_thread(self.draft.save, text := self.editor.text)
        except ChangedOutside:
            answer = await self.app.push_screen_wait(asking.over_news(self.draft.path))
            if answer == "reload":
                await self._take_news()
            if answer != "write":
                return False
            self._accept_news()
            return await self._save()
        except YaltaError as error:
            self.yalta.tell(error)
            return False
        self._saved(text)
        return True

    def _saved(self, text: str) -> None:
        self._set_news(None)
        errors = len(self.examined.errors) if self.examined else 0
        faults = f", with {errors} error{'s'[: errors != 1]} in it" if errors else ""
        self.status.say(f"Saved {short_path(self.draft.path)}{faults}")
        self._show_place()

    async def _save_copy(self, name: str) -> bool:
        """Save under an id, in a folder of one's own."""
        path = await asking.which_home(name, self)
        if path is None:
            return False
        text = asking.renamed(self.editor.text, name)
        copy = Draft(path)
        if not copy.is_new and copy.text != text:
            answer = await self.app.push_screen_wait(asking.over_existing(copy.path))
            if answer != "write":
                return False
        self.draft = copy
        if text != self.editor.text:
            self.editor.take(text)
        return await self._save()

    @work(exclusive=True, group="outside", exit_on_error=False)
    async def _look_outside(self) -> None:
        """Notice what others write into the file."""
        try:
            news = await asyncio.to_thread(self.draft.news)
        except UserError as error:
            self.status.say(str(error))
            return
        if await asyncio.to_thread(lambda: self.draft.is_gone):
            said = f"{self.draft.path.name} was deleted by another program. Saving writes it again."
            self.status.say(said)
        if news is not None and news != self.news:
            if news == self.editor.text:
                self.draft.accept(news)
                self._show_place()
            else:
                self._set_news(news)

    def _set_news(self, news: str | None) -> None:
        self.news = news
        said = f"{self.draft.path.name} was changed by another program."
        self.query_one("#outside Static", Static).update(one_line(said))
        self.set_class(news is not None, "-news")
        self.refresh_bindings()

    def _accept_news(self) -> None:
        news = self.draft.news()
        if news is not None:
            self.draft.accept(news)
        self._set_news(None)
        self._show_place()

    async def _take_news(self) -> None:
        news = await asyncio.to_thread(self.draft.news)
        if news is not None:
            self.draft.accept(news)
            self.editor.take(news)
        self._set_news(None)
        self._show_place()

    @asks
    async def action_reload(self) -> None:
        """Take what another program wrote; undo brings one's own back."""
        await self._take_news()

    def action_keep(self) -> None:
        """Keep the text here: saving writes it over the file's."""
        self._accept_news()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done now is not offered."""
        if action in ("reload", "keep"):
            return self.news is not None and super().check_action(action, parameters)
        return super().check_action(action, parameters)

    # -- going about

    async def may_leave(self) -> bool:
        """Ask what to do with what is not saved. Returns whether the screen may go."""
        if not self.is_unsaved:
            return True
        answer = await self.app.push_screen_wait(asking.unsaved(self.draft.path))
        if answer != "save":
            return answer == "drop"
        if self.draft.is_shipped:
            return await self._save_copy(self.draft.path.stem)
        return await self._save()

    @asks
    async def action_back(self) -> None:
        """Leave the studio."""
        if await self.may_leave():
            await self.leave()
            self.dismiss()
