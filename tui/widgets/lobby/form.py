"""The form: a scenario and what is changed of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, Label, Select, Static, TextArea

from debate.errors import YaltaError
from debate.scenario import Phase, Role, Scenario
from tui.widgets.lobby.fields import Fields
from tui.widgets.lobby.lookout import Lookout, Named
from tui.widgets.lobby.plain import one_line
from tui.widgets.lobby.seats import SEAT_ACTIONS, SeatLine, SeatList
from tui.widgets.lobby.setup import Row, Setup, fresh, model_of, moved, role_of
from tui.widgets.lobby.stock import Stock

_NONE = ""


class Form(VerticalScroll, can_focus=False):
    """What the conference is to be. Its rows are changed by its methods, the rest by typing."""

    DEFAULT_CSS = """
    Form {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & .row { height: auto; }
        & .row > Label { width: 10; color: $text-muted; }
        & #scenario { width: 1fr; }
        & #scenario SelectCurrent { padding: 0 1; background: $panel; }
        & #motion {
            height: auto; min-height: 3; max-height: 8; width: 1fr;
            border: round $foreground 25%; border-title-color: $text-muted;
            background: $background; padding: 0 1;
        }
        & #motion:focus { border: round $primary; }
        & #motion .text-area--cursor-line { background: $background; }
        & #seat-keys { padding: 0 1; margin-bottom: 1; }
        & #agenda { color: $text-muted; padding: 0 0 0 10; margin-bottom: 1; display: none; }
    }
    """

    class Changed(Message):
        """Something in the form is another than before.

        Args:
            seats: Whether it is a seat or a model.
        """

        def __init__(self, *, seats: bool = False) -> None:
            super().__init__()
            self.seats = seats

    class ScenarioChosen(Message):
        """Another scenario is wanted."""

        def __init__(self, scenario: str) -> None:
            super().__init__()
            self.scenario = scenario

    def __init__(self, lookout: Lookout) -> None:
        super().__init__(id="form")
        self.scenario: Scenario | None = None
        self.rows: tuple[Row, ...] = ()
        self.model = ""
        self._stock = Stock()
        self._lookout = lookout

    def compose(self) -> ComposeResult:
        """Scenario, motion, seats, and the small fields."""
        with Horizontal(id="scenario-row", classes="row"):
            yield Label("Scenario")
            yield Select(
                [(Text("looking …"), _NONE)],
                id="scenario",
                allow_blank=False,
                compact=True,
                tooltip="What the conference is about",
            )
        yield Static("", id="agenda", markup=False)
        motion = TextArea(id="motion", soft_wrap=True)
        motion.border_title = "Motion"
        yield motion
        yield SeatList()
        with Horizontal(id="seat-keys", classes="row"):
            for action in SEAT_ACTIONS:
                yield Button(
                    action.label,
                    action=f"screen.{action.name}",
                    tooltip=action.tooltip,
                    compact=True,
                )
        yield Fields()

    @property
    def setup(self) -> Setup | None:
        """The form as it stands; None if no scenario could be read."""
        if self.scenario is None:
            return None
        fields = self.query_one(Fields)
        return Setup(
            scenario=self.scenario.id,
            motion=self.query_one("#motion", TextArea).text,
            rows=self.rows,
            model=self.model,
            rounds=fields.typed("rounds"),
            seed=fields.typed("seed"),
            budget=fields.typed("budget"),
            layout=fields.layout_chosen,
        )

    @property
    def staying(self) -> set[str]:
        """The seats that the scenario has as its chair and its audience."""
        plans = self.scenario.seats if self.scenario else ()
        return {plan.name for plan in plans if plan.role != "member"}

    @property
    def row(self) -> Row | None:
        """The seat that is highlighted."""
        index = self.query_one(SeatList).highlighted
        return self.rows[index] if index is not None and index < len(self.rows) else None

    def offer(self, stock: Stock) -> None:
        """Offer these scenarios and personas; what is chosen stays chosen."""
        self._stock = stock
        options = [(_offered(name, found), name) for name, found in stock.scenarios.items()]
        if self.scenario is None or self.scenario.id not in stock.scenarios:
            options.insert(0, (Text("choose one" if options else "there is none"), _NONE))
        select = self.query_one("#scenario", Select)
        with self.prevent(Select.Changed):
            select.set_options(options)
        self.show_choice()

    def show_choice(self) -> None:
        """Let the list of scenarios show which one the form holds."""
        chosen = self.scenario.id if self.scenario else _NONE
        with self.prevent(Select.Changed):
            known = chosen in self._stock.scenarios
            self.query_one("#scenario", Select).value = chosen if known else _NONE

    def fill(self, setup: Setup, scenario: Scenario) -> None:
        """Hold this scenario, set up so."""
        self.scenario, self.rows, self.model = scenario, setup.rows, setup.model
        self.query_one("#motion", TextArea).load_text(setup.motion)
        self.query_one(Fields).show(setup, scenario)
        self.query_one("#agenda", Static).update(_agenda(scenario))
        self.show_choice()
        self.show_seats(0)

    def begin_afresh(self, scenario: Scenario) -> None:
        """Hold this scenario, nothing of it changed but the model of all seats."""
        self.fill(fresh(scenario, model=self.model), scenario)
        self.post_message(self.Changed(seats=True))

    def add_seat(self, persona: str) -> None:
        """Put a seat at the end of the table."""
        self._set((*self.rows, Row(persona, persona)), len(self.rows))

    def remove_seat(self) -> None:
        """Take the highlighted seat away."""
        if self.row is not None and self._may_go(self.row):
            at = self._at
            self._set([r for n, r in enumerate(self.rows) if n != at], at)

    def move_seat(self, by: int) -> None:
        """Move the highlighted seat."""
        if self.row is not None:
            at = self._at
            self._set(moved(self.rows, at, by), min(max(at + by, 0), len(self.rows) - 1))

    def set_persona(self, persona: str) -> None:
        """Put somebody else on the highlighted seat."""
        if self.row is not None and self._may_go(self.row):
            self._change(lambda row: replace(row, seat=persona, persona=persona))

    def set_model(self, model: str) -> None:
        """Name the highlighted seat's model; with an empty name it has none of its own."""
        self._change(lambda row: replace(row, model=model))

    def set_all_models(self, model: str) -> None:
        """Name the model of all seats; with an empty name the scenario's own speak."""
        self.model = model
        self._set(tuple(replace(row, model="") for row in self.rows), self._at)

    def models(self) -> list[Named]:
        """The model of each seat, and whether the user named it."""
        setup, scenario = self.setup, self.scenario
        if setup is None or scenario is None:
            return []
        return [model_of(row, setup, scenario) for row in self.rows]

    def show_seats(self, highlight: int | None = None) -> None:
        """Show the seats with what is known of their models."""
        lines = [
            SeatLine(
                self._stock.name_of(row.persona),
                row.persona,
                named[0],
                self._lookout.of(*named),
                self._role(row),
            )
            for row, named in zip(self.rows, self.models(), strict=True)
        ]
        for seats in self.query(SeatList):  # none, if what was looked up comes after the end
            seats.show(lines, highlight)

    def _role(self, row: Row) -> Role:
        return role_of(row, self.scenario) if self.scenario else "member"

    def _may_go(self, row: Row) -> bool:
        """Whether a seat is anybody's; one that the scenario needs for what it is stays."""
        role = self._role(row)
        if role != "member":
            said = f"The scenario has this seat as its {role}: it stays. m says which model speaks."
            self.notify(said, markup=False)
        return role == "member"

    @property
    def _at(self) -> int:
        return self.query_one(SeatList).highlighted or 0

    def _change(self, change: Callable[[Row], Row]) -> None:
        if self.row is not None:
            at = self._at
            self._set([change(r) if n == at else r for n, r in enumerate(self.rows)], at)

    def _set(self, rows: Sequence[Row], highlight: int) -> None:
        self.rows = tuple(rows)
        self.show_seats(highlight)
        self.post_message(self.Changed(seats=True))

    @on(Select.Changed, "#scenario")
    def _scenario_chosen(self, event: Select.Changed) -> None:
        event.stop()
        now = self.scenario.id if self.scenario else _NONE
        if isinstance(event.value, str) and event.value not in (_NONE, now):
            self.post_message(self.ScenarioChosen(event.value))

    @on(Select.Changed, "#layout")
    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self.scenario is not None:
            self.post_message(self.Changed())


def _offered(name: str, found: Scenario | YaltaError) -> Text:
    """A scenario as the list offers it."""
    if isinstance(found, YaltaError):
        return Text.assemble(one_line(name), ("  ✗ cannot be read", "bold"))
    return Text(f"{one_line(found.title)}  ({name})")


def _agenda(scenario: Scenario) -> str:
    """The phases of a scenario, in a line: title, kind, floor, rounds."""
    return " → ".join(_phase(phase) for phase in scenario.phases)


def _phase(phase: Phase) -> str:
    title = one_line(phase.title)
    told: list[str] = [] if phase.kind in title.casefold() else [phase.kind]
    if phase.floor.rule != "round_robin":
        told.append(phase.floor.rule)
    if phase.kind == "vote" and phase.vote.secret:
        told.append("secret")
    kind = f" ({', '.join(told)})" if told else ""
    return title + kind + (f" × {phase.rounds}" if phase.rounds > 1 else "")
