"""Set a conference up: what it is about, who sits at the table, which model speaks for whom."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.css.query import NoMatches
from textual.widgets import Button, Static

from debate.errors import LoadError, YaltaError
from debate.library import transcripts_folder
from debate.persona import SIMULATION_NOTICE
from debate.scenario import Scenario
from debate.speakers import catalog
from debate.speakers.availability import model_choices
from debate.speakers.catalog import ModelFile
from debate.speakers.registry import DEFAULT_MODEL, local_file
from tui.screens.asking import AskingScreen, asks
from tui.screens.dialogs import Confirm
from tui.screens.pick import Choice, PickScreen
from tui.widgets.key_line import KeyLine
from tui.widgets.lobby.download import DownloadScreen
from tui.widgets.lobby.form import Form
from tui.widgets.lobby.help import HELP
from tui.widgets.lobby.lookout import Lookout, summary
from tui.widgets.lobby.model_question import ModelQuestion
from tui.widgets.lobby.recent import RecentList, recent_transcripts
from tui.widgets.lobby.seats import SEAT_ACTIONS, SeatList
from tui.widgets.lobby.setup import WrongField, fresh, remembered, restored, wishes_of
from tui.widgets.lobby.stock import Stock

if TYPE_CHECKING:
    from tui.session import Opening

_FIRST_SCENARIO = "yalta"


class LobbyScreen(AskingScreen[None]):
    """Set a conference up."""

    DEFAULT_CSS = """
    LobbyScreen {
        & #head { height: 1; padding: 0 2; }
        & #name { width: auto; color: $primary; text-style: bold; }
        & #what { width: 1fr; color: $text-muted; padding: 0 2; }
        & #notice { width: auto; color: $text-muted; text-style: italic; }
        & #columns { height: 1fr; layout: vertical; overflow-y: auto; scrollbar-size-vertical: 1; }
        & #form { height: auto; width: 1fr; }
        & #side { height: auto; width: 1fr; padding: 0 1; }
        & #side Horizontal { height: auto; padding: 0 1; }
        & Button { min-width: 0; width: auto; padding: 0 1; margin-right: 1; }
        & #seat-keys Button, & #side Button { background: $panel; }
        & #seat-keys Button:hover, & #side Button:hover { background: $primary 30%; }
        & #actions { height: 1; padding: 0 2; background: $panel; }
        & #standing { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & #start { margin-right: 0; padding: 0 3; }
        &.-narrow #what { visibility: hidden; }
        &.-narrow Button { padding: 0; }
        &.-narrow Fields { grid-size: 2; grid-columns: 1fr 1fr; }
        &.-narrow #mistake { column-span: 2; }
        &.-wide #columns { layout: horizontal; overflow-y: hidden; }
        &.-wide #form { height: 100%; }
        &.-wide #side { height: 100%; width: 46; padding: 0 1 0 0; }
        &.-wide #head { margin-bottom: 1; }
        &.-wide #agenda { display: block; }
        &.-wide #motion { min-height: 5; }
    }
    """
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "start", "Start", id="lobby.start", tooltip="Hold the conference set up here"
        ),
        *(action.binding(on_list=False) for action in SEAT_ACTIONS),
        Binding(
            "f5",
            "look_again",
            "Look again",
            id="lobby.look_again",
            tooltip="Read files anew, and see again which models can be used",
            show=False,
        ),
        Binding(
            "ctrl+o",
            "screen.open_recent",
            "Open transcript",
            id="lobby.open_recent",
            tooltip="Read the highlighted transcript",
            show=False,
        ),
        Binding(
            "ctrl+r",
            "screen.resume_recent",
            "Resume transcript",
            id="lobby.resume_recent",
            tooltip="Go on with the highlighted transcript, if it is unfinished",
            show=False,
        ),
        Binding("escape", "back", "Back", id="lobby.back", tooltip="Back to where you were"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._stock = Stock()
        self._lookout = Lookout()
        self._offered = [DEFAULT_MODEL]

    def compose(self) -> ComposeResult:
        """The form, the transcripts beside or below it, and the way on."""
        with Horizontal(id="head"):
            yield Static("yalta", id="name")
            yield Static("set up a conference", id="what")
            yield Static(SIMULATION_NOTICE, id="notice", markup=False)
        with Container(id="columns"):
            yield Form(self._lookout)
            with VerticalScroll(id="side", can_focus=False):
                yield RecentList()
                with Horizontal():
                    yield Button("Read", action="screen.open_recent", compact=True)
                    yield Button("Resume", action="screen.resume_recent", compact=True)
        with Horizontal(id="actions"):
            yield Static("", id="standing", markup=False)
            yield Button(
                "Start", id="start", variant="primary", action="screen.start", compact=True
            )
        yield KeyLine()

    def on_mount(self) -> None:
        """Look for what there is to choose from."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._form.show_seats())
        self.query_one(SeatList).focus()
        self._load()

    def on_screen_resume(self) -> None:
        """What was done on another screen may have changed what is said here."""
        self._find_recent()
        if self._form.scenario is not None:
            self._load()

    def on_screen_suspend(self) -> None:
        """The form is remembered when it is left."""
        self.yalta.settings.save()

    def on_unmount(self) -> None:
        """So it is when the program ends."""
        self.yalta.settings.save()

    @property
    def _form(self) -> Form:
        return self.query_one(Form)

    # What there is to choose from.

    def action_look_again(self) -> None:
        """Read files anew, and ask again which models can be used."""
        self._load()
        self._find_recent()

    @work(exclusive=True, group="stock")
    async def _load(self) -> None:
        self._stock = await asyncio.to_thread(Stock.load)
        try:
            self._offered = await asyncio.to_thread(model_choices)
        except LoadError as error:
            self.yalta.tell(error)
        if not self.is_attached:
            return
        with suppress(NoMatches):  # the screen is being taken down, its parts first
            self._refill()
            self._form.offer(self._stock)
            self._look_up(again=True)

    def _refill(self) -> None:
        """Bring the form up to what the files say now; what the user changed stays changed."""
        setup, old = self._form.setup, self._form.scenario
        if setup is None or old is None:
            self._restore()
            return
        new = self._stock.scenarios.get(old.id)
        if isinstance(new, Scenario) and new != old:
            kept = remembered(setup, old)
            self._form.fill(restored(kept, new, self._stock.personas), new)

    def _restore(self) -> None:
        """Fill the form as it was last left; as the first scenario has it, if that cannot be."""
        kept = self.yalta.settings.lobby
        for name in (kept.get("scenario"), _FIRST_SCENARIO, *self._stock.scenarios):
            scenario = self._stock.scenarios.get(name) if isinstance(name, str) else None
            if isinstance(scenario, Scenario):
                same = name == kept.get("scenario")
                personas = self._stock.personas
                setup = restored(kept, scenario, personas) if same else fresh(scenario)
                self._form.fill(setup, scenario)
                return

    @on(Form.ScenarioChosen)
    def _choose_scenario(self, event: Form.ScenarioChosen) -> None:
        found = self._stock.scenarios.get(event.scenario)
        if isinstance(found, Scenario):
            self._form.begin_afresh(found)
            return
        if found is not None:
            self.yalta.tell(found)
        self._form.show_choice()

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        setup, scenario = self._form.setup, self._form.scenario
        if setup is not None and scenario is not None:
            self.yalta.settings.lobby = remembered(setup, scenario)
        if event.seats:
            self._look_up()

    @work(exclusive=True, group="lookout")
    async def _look_up(self, *, again: bool = False) -> None:
        offered = [(model, True) for model in self._offered]
        models = {*self._form.models(), *offered}
        with suppress(NoMatches):  # as above
            await self._lookout.look(models, self._show_found, again=again)
            self._show_found()

    def _show_found(self) -> None:
        self._form.show_seats()
        models = self._form.models()
        found = [self._lookout.of(*named) for named in dict.fromkeys(models)]
        for standing in self.query("#standing").results(Static):
            standing.update(summary(len(models), found))

    # Seats.

    def action_add_seat(self) -> None:
        """Choose a persona for a new seat."""
        self.app.push_screen(self._persona_question("Who sits at the new seat?"), self._add)

    def _add(self, persona: str | None) -> None:
        if persona:
            self._form.add_seat(persona)
            self.query_one(SeatList).focus()

    def action_remove_seat(self) -> None:
        """Remove the highlighted seat."""
        self._form.remove_seat()

    def action_seat_up(self) -> None:
        """Move the highlighted seat up."""
        self._form.move_seat(-1)

    def action_seat_down(self) -> None:
        """Move the highlighted seat down."""
        self._form.move_seat(1)

    def action_seat_persona(self) -> None:
        """Choose who sits on the highlighted seat."""
        if row := self._form.row:
            name = self._stock.name_of(row.persona)
            question = self._persona_question(f"Who sits there instead of {name}?")
            self.app.push_screen(question, lambda p: self._form.set_persona(p) if p else None)

    def action_seat_model(self) -> None:
        """Choose the highlighted seat's model."""
        if row := self._form.row:
            name = self._stock.name_of(row.persona)
            question = self._model_question(
                f"Model of {name}", row.model, "empty: as for all seats"
            )
            self.app.push_screen(question, lambda m: None if m is None else self._form.set_model(m))

    def action_seat_edit(self) -> None:
        """Open the persona of the highlighted seat in the studio."""
        if row := self._form.row:
            self.yalta.open_studio(row.persona)

    def action_all_models(self) -> None:
        """Choose one model for all seats."""
        question = self._model_question(
            "Model of all seats", self._form.model, "empty: as the scenario says"
        )
        self.app.push_screen(
            question, lambda m: None if m is None else self._form.set_all_models(m)
        )

    def _persona_question(self, title: str) -> PickScreen:
        # Whoever presides cannot sit there a second time.
        free = [p for p in self._stock.personas.items() if p[0] not in self._form.staying]
        return PickScreen(title, [Choice(i, c.name, f"{i} · {c.about}") for i, c in free])

    def _model_question(self, title: str, value: str, empty: str) -> PickScreen:
        return ModelQuestion(title, self._offered, self._lookout, value=value, empty=empty)

    # On to the stage.

    async def opening(self) -> tuple[Opening, list[ModelFile]]:
        """The conference that the form asks for, and the files that must be fetched for it.

        Raises:
            UserError: if it cannot be held so.
        """
        from tui.session import Opening

        setup, scenario = self._form.setup, self._form.scenario
        if setup is None or scenario is None:
            raise WrongField("scenario", "no scenario is chosen")
        models = self._form.models()
        wishes, places = await asyncio.to_thread(wishes_of, setup, scenario)
        await self._lookout.look(models, self._show_found, again=True)
        files = {}
        for place, (model, named) in zip(places, models, strict=True):
            found = self._lookout.of(model, named)
            if found and found.fetch:
                files[found.fetch.name] = found.fetch
            elif found and found.state in ("key-missing", "unknown"):
                # A server that does not answer may yet do so; these cannot go well.
                raise WrongField("seats", f"{place.name} cannot speak by {model}: {found.text}")
        return Opening(scenario, wishes), list(files.values())

    @asks
    async def action_start(self) -> None:
        """Hold the conference; fetch a model's file first, if there must be one."""
        try:
            opening, files = await self.opening()
        except YaltaError as error:
            self._tell(error)
            return
        if await self._have(files):
            from tui.screens.stage import StageScreen

            self.yalta.settings.save()
            self.app.push_screen(StageScreen(opening))

    def action_open_recent(self) -> None:
        """Read the highlighted transcript."""
        if recent := self.query_one(RecentList).chosen:
            from tui.screens.reader import ReaderScreen

            self.app.push_screen(ReaderScreen(recent.path))

    @asks
    async def action_resume_recent(self, ask: bool = False) -> None:
        """Go on with the highlighted transcript; a mere letter may have been meant otherwise."""
        from tui.session import Resuming, models_of

        recent = self.query_one(RecentList).chosen
        if recent is None:
            return
        if recent.finished:
            self.notify("This conference is over; Enter reads it.", markup=False)
            return
        question = Confirm(f"Resume {recent.title}?", [("go", "Go on with it"), ("stay", "Stay")])
        if ask and await self.app.push_screen_wait(question) != "go":
            return
        try:
            models = await asyncio.to_thread(models_of, recent.path)
            files = {e.name: e for m in sorted(models) if (e := local_file(m))}
        except YaltaError as error:
            self._tell(error)
            return
        if await self._have([e for e in files.values() if not catalog.installed(e)]):
            from tui.screens.stage import StageScreen

            self.app.push_screen(StageScreen(Resuming(recent.path)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Back is there only where there is something to go back to."""
        allowed = super().check_action(action, parameters)
        if action == "back" and self.app.screen_stack.index(self) <= 1:
            return False
        return allowed

    def action_back(self) -> None:
        """Back to the screen that this one was opened from."""
        self.app.pop_screen()

    async def _have(self, files: list[ModelFile]) -> bool:
        """Whether these files are here, once people have been asked whether to fetch them."""
        return not files or await self.app.push_screen_wait(DownloadScreen(files))

    def _tell(self, error: YaltaError) -> None:
        if isinstance(error, WrongField):
            self.query_one(f"#{error.field}").focus()
        self.yalta.tell(error)

    @work(exclusive=True, group="recent")
    async def _find_recent(self) -> None:
        found = await asyncio.to_thread(recent_transcripts, transcripts_folder())
        for recent in self.query(RecentList):
            recent.show(found)
