"""Rounds, seed, budget and layout: small fields in a row, or in two where a row is too narrow."""

from __future__ import annotations

from typing import cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label, Select, Static

from debate.events import Layout
from debate.scenario import Scenario
from tui.widgets.lobby.setup import LAYOUTS, Setup, mistake, tidied


class Field(Horizontal):
    """A label and its field."""

    DEFAULT_CSS = """
    Field {
        height: 1; width: 1fr;
        & Label { color: $text-muted; width: 7; }
        & Input { background: $panel; width: 1fr; padding: 0 1 !important; }
        & Input.-mistaken { color: $text-error; }
        & Select { width: 1fr; background: $panel; }
        & SelectCurrent { padding: 0 1 !important; background: $panel; }
    }
    """


class Fields(Horizontal):
    """The small fields of the form."""

    DEFAULT_CSS = """
    Fields {
        height: auto;
        layout: grid;
        grid-size: 4;
        grid-columns: 14 1fr 16 23;
        grid-rows: 1;
        grid-gutter: 0 1;
        & #mistake { column-span: 4; display: none; color: $text-error; height: 1; }
        & #mistake { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def compose(self) -> ComposeResult:
        """The fields."""
        with Field():
            yield Label("Rounds")
            yield Input(
                id="rounds", type="integer", compact=True, tooltip="Rounds of every plenary"
            )
        with Field():
            yield Label("Seed")
            yield Input(
                id="seed",
                type="integer",
                compact=True,
                placeholder="drawn",
                tooltip="Seed of orders and of sampling; empty draws one",
            )
        with Field():
            yield Label("Budget")
            yield Input(
                id="budget",
                type="number",
                compact=True,
                tooltip="Cost at which it ends, in the currency of the models' prices",
            )
        with Field():
            yield Label("Layout")
            yield Select[Layout](
                [(layout, layout) for layout in LAYOUTS],
                id="layout",
                allow_blank=False,
                compact=True,
                tooltip="How the record is put before the models: one for all, or each seat's own",
            )
        yield Static(id="mistake", markup=False)

    def show(self, setup: Setup, scenario: Scenario) -> None:
        """Fill the fields in; an empty one shows what holds then."""
        rounds = {p.rounds for p in scenario.phases if p.kind == "plenary"}
        cost = scenario.ends.cost
        # A scenario without a plenary has no rounds to set.
        asked = setup.rounds if rounds else ""
        plain = {"rounds": asked, "seed": setup.seed, "budget": setup.budget}
        for name, value in plain.items():
            self.query_one(f"#{name}", Input).value = value
        self.query_one("#rounds", Input).placeholder = "/".join(map(str, sorted(rounds))) or "none"
        self.query_one("#rounds", Input).disabled = not rounds
        self.query_one("#budget", Input).placeholder = f"{cost:g}" if cost else "none"
        self.query_one("#layout", Select).value = setup.layout

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with what is typed."""
        wrong = mistake(event.input.id or "", event.value)
        event.input.set_class(wrong is not None, "-mistaken")
        fields = ((name, self.typed(name)) for name in ("rounds", "seed", "budget"))
        told = next(filter(None, (mistake(name, text) for name, text in fields)), None)
        line = self.query_one("#mistake", Static)
        line.update(f"✗ {told}" if told else "")
        line.display = told is not None

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Whoever leaves a field sees what it was taken for."""
        event.input.value = tidied(event.input.id or "", event.value)

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return self.query_one(f"#{name}", Input).value

    @property
    def layout_chosen(self) -> Layout:
        """The layout that is chosen."""
        return cast("Layout", self.query_one("#layout", Select).value)
