"""The persona studio: write a card, and hear what becomes of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import TabbedContent, TabPane
from textual.worker import Worker

from debate.audition import Candidate, usual_others
from debate.errors import UserError, YaltaError
from debate.kept_answers import kept_answers
from debate.library import load_persona
from debate.persona import Persona
from debate.probes import probes
from debate.seating import card_hash
from debate.speakers import catalog
from debate.speakers.registry import Registry, local_file
from tui.screens.asking import asks
from tui.screens.studio_desk import Desk
from tui.widgets.floor.blocks import Block
from tui.widgets.floor.record import Record
from tui.widgets.key_line import KeyLine
from tui.widgets.lobby.download import DownloadScreen
from tui.widgets.persona import asking
from tui.widgets.persona.audition_pane import AuditionPane
from tui.widgets.persona.counts import count_blocks
from tui.widgets.persona.draft import Draft
from tui.widgets.persona.keys import HELP, KEYS
from tui.widgets.persona.prompts import LAYOUTS, Sent, blocks_of, sent
from tui.widgets.persona.scene_pane import ScenePane

TABS = ("prompt", "audition", "scene", "counts")
BROKEN = "This card cannot be read: mend what stands below the text."


class StudioScreen(Desk):
    """The studio.

    Args:
        draft: The card to write.
    """

    HELP = HELP
    DEFAULT_CSS = """
    StudioScreen {
        & #place { height: 1; background: $panel; padding: 0 1; }
        & #outside { height: auto; background: $warning-muted; padding: 0 1; display: none; }
        & #outside Static { width: 1fr; }
        & #outside Button { min-width: 0; margin-left: 1; }
        &.-news #outside { display: block; }
        & #sides { height: 1fr; }
        & #text { width: 1fr; }
        & #heard { width: 1fr; display: none; }
        &.-other #text { display: none; }
        &.-other #heard { display: block; }
        & TabbedContent, & ContentSwitcher, & TabPane { height: 1fr; }
        & TabPane { padding: 0; }
        &.-wide #text { display: block; }
        &.-wide #heard { display: block; border-left: solid $panel-lighten-1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.prompt, self.counts = Record(id="prompt-record"), Record(id="counts-record")
        self.audition, self.scene = AuditionPane(), ScenePane()
        self.models = asking.Models()
        self._prompts: list[Sent] = []
        self._layout = 0
        self._registry: Registry | None = None
        self._listening: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield self.place
        yield from self.outside()
        with Horizontal(id="sides"):
            with Vertical(id="text"):
                yield self.editor
                yield self.findings
            with Vertical(id="heard"), TabbedContent(initial="prompt"):
                yield TabPane("Prompt", self.prompt, id="prompt")
                yield TabPane("Audition", self.audition, id="audition")
                yield TabPane("In scene", self.scene, id="scene")
                yield TabPane("Counts", self.counts, id="counts")
        yield self.status
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to write."""
        self.prompt.follow = self.counts.follow = False
        self.begin()

    async def on_unmount(self) -> None:
        """Nothing outlives the screen."""
        await self.leave()

    async def leave(self) -> None:
        """Stop listening; let go of models."""
        self.action_stop()
        if self._listening is not None:
            with suppress(Exception):
                await self._listening.wait()
        registry, self._registry = self._registry, None
        if registry is not None:
            await registry.__aexit__()

    # -- going about

    @asks
    async def action_new(self) -> None:
        """Begin a new persona."""
        if (draft := await asking.new_draft(self)) and await self.may_leave():
            await self._change_to(draft)

    @asks
    async def action_open(self) -> None:
        """Open another persona."""
        name = await self.app.push_screen_wait(await asking.which_persona("Open whom?"))
        if name and await self.may_leave():
            try:
                await self._change_to(asking.draft_of(name))
            except UserError as error:
                self.yalta.tell(error)

    async def _change_to(self, draft: Draft) -> None:
        await self.leave()
        self.app.switch_screen(StudioScreen(draft))

    def action_side(self) -> None:
        """Go to the other side."""
        to_text = self.has_class("-other") or (
            self.has_class("-wide") and not self.editor.has_focus
        )
        self.set_class(not to_text, "-other")
        (self.editor if to_text else self._shown()).focus()

    def action_next_tab(self) -> None:
        """Show the next tab."""
        self.action_tab(TABS[(TABS.index(self.tab) + 1) % len(TABS)])

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        if not self.has_class("-wide"):
            self.add_class("-other")
        self.query_one(TabbedContent).active = name
        self._shown().focus()

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        return self.query_one(TabbedContent).active

    def _shown(self) -> Record:
        return {
            "prompt": self.prompt,
            "audition": self.audition.one.record,
            "scene": self.scene.record,
        }.get(self.tab, self.counts)

    @on(TabbedContent.TabActivated)
    def _tab_shown(self) -> None:
        self._show_tab()

    # -- what becomes of it

    def card_changed(self) -> None:
        """Show what becomes of the card now."""
        self._show_tab()

    @work(exclusive=True, group="tab", exit_on_error=False)
    async def _show_tab(self) -> None:
        """Bring the tab that is shown up to the card."""
        card, tab = self.card, self.tab
        try:
            if card is None:
                self._show_broken(tab)
            elif tab == "prompt":
                self._prompts = await asyncio.to_thread(sent, card)
                self._show_prompt()
            elif tab == "audition" and not self.is_listening:
                await self.audition.show(Candidate(card, self.audition.model))
            elif tab == "scene":
                self.scene.label(self.scene.others or usual_others(card))
            elif tab == "counts":
                await self._show_counts(card)
        except Exception as error:
            self.yalta.tell(error)

    def _show_broken(self, tab: str) -> None:
        record = {"prompt": self.prompt, "counts": self.counts}.get(tab)
        if record is not None and self.examined is not None:
            record.load([Block("remark", text=BROKEN)])

    def _show_prompt(self) -> None:
        if self.card is None:
            self._show_broken("prompt")
        elif self._prompts:
            self.prompt.follow = False
            self.prompt.reload(blocks_of(self._prompts, self._layout))

    async def _show_counts(self, card: Persona) -> None:
        kept = await asyncio.to_thread(kept_answers, card.id)
        self.counts.follow = False
        self.counts.reload(await asyncio.to_thread(count_blocks, kept, card_hash(card)))

    def action_layout(self) -> None:
        """Show the prompt of the next layout."""
        self._layout = (self._layout + 1) % len(LAYOUTS)
        self.action_tab("prompt")
        self._show_prompt()

    # -- hearing it

    @property
    def is_listening(self) -> bool:
        """Whether it is being heard."""
        return self._listening is not None and not self._listening.is_finished

    @asks
    async def action_model(self) -> None:
        """Choose who speaks for it."""
        name = await self.app.push_screen_wait(
            await self.models.ask(f"Who speaks for {self.draft.path.stem}?")
        )
        if name and asking.speaks(name, self):
            self.audition.speak_by(name)
            self._chosen()

    @asks
    async def action_beside(self) -> None:
        """Choose what stands beside it."""
        if card := self._readable():
            found = await asking.beside(self, card)
            if found is not None:
                self.audition.beside = found[0]
                self._chosen()

    @asks
    async def action_questions(self) -> None:
        """Choose a question, or write one."""
        found = await asking.question(self)
        if found is not None:
            self.audition.question = found[0]
            self._chosen()

    @asks
    async def action_others(self) -> None:
        """Choose who is in the scene with it."""
        if card := self._readable():
            found = await asking.others(self, self.scene.others or usual_others(card))
            if found is not None:
                self.scene.others = found
                self._chosen("scene")

    @asks
    async def action_motion(self) -> None:
        """Write what the scene is about."""
        found = await asking.motion(self, self.scene.motion)
        if found:
            self.scene.motion = found
            self._chosen("scene")

    def _chosen(self, tab: str = "audition") -> None:
        self.audition.label()
        self.action_tab(tab)
        self._show_tab()

    def _readable(self) -> Persona | None:
        if self.card is None:
            self.notify(BROKEN, severity="warning", markup=False)
        return self.card

    @asks
    async def action_hear(self) -> None:
        """Put the questions; in the tab of the scene, play it."""
        card = self._readable()
        if card is None or self.is_listening:
            return
        if self.tab not in ("audition", "scene") or not self.query_one("#heard").display:
            self.action_tab("scene" if self.tab == "scene" else "audition")
        candidate = Candidate(card, self.audition.model)
        if not await self._have(candidate):
            return
        if self.tab == "scene":
            self._listening = self._play(candidate)
        else:
            self._listening = self._put(candidate)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to stop only while it is heard."""
        allowed = super().check_action(action, parameters)
        return allowed and (action != "stop" or self.is_listening or None)

    async def _have(self, candidate: Candidate) -> bool:
        """Whether the models' files are here, once people have been asked whether to fetch them."""
        beside = self.audition.beside
        models = {candidate.model, *({beside.candidate.model} if beside else ())}
        try:
            files = {e.name: e for m in sorted(models) if (e := local_file(m))}
        except YaltaError as error:
            self.yalta.tell(error)
            return False
        missing = [entry for entry in files.values() if not catalog.installed(entry)]
        return not missing or await self.app.push_screen_wait(DownloadScreen(missing))

    @work(exclusive=True, group="listen", exit_on_error=False)
    async def _put(self, candidate: Candidate) -> None:
        question = self.audition.question
        try:
            put = (question,) if question else await asyncio.to_thread(probes)
            await self.audition.show(candidate)
            self.status.say(f"Listening to {candidate.card.name}")
            await self.audition.hear(put, self._models())
        except* Exception as group:
            for error in group.exceptions:
                self.yalta.tell(error)
        finally:
            self._over()

    @work(exclusive=True, group="listen", exit_on_error=False)
    async def _play(self, candidate: Candidate) -> None:
        ids = self.scene.others or usual_others(candidate.card)
        try:
            others = [await asyncio.to_thread(load_persona, name) for name in ids]
            self.status.say(f"Listening to {candidate.card.name} in a scene")
            await self.scene.play(candidate, others, self._models())
        except Exception as error:
            self.yalta.tell(error)
        finally:
            self._over()

    def _over(self) -> None:
        if self.is_attached:
            self.status.say("")
            self.call_later(self.refresh_bindings)

    def _models(self) -> Registry:
        """Speakers, kept for as long as the screen: an engine takes seconds to start."""
        self._registry = self._registry or Registry()
        return self._registry

    def action_stop(self) -> None:
        """Stop listening; what was heard is kept."""
        if self.is_listening and self._listening is not None:
            self._listening.cancel()
