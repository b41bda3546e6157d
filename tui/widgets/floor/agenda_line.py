"""Where a conference stands: one line above the record."""

from __future__ import annotations

from decimal import Decimal

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from debate.state import ConferenceState
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.roster import money

BAR = 16  # cells


class AgendaLine(Static):
    """Title, phase and round, progress, time spent, cost."""

    DEFAULT_CSS = """
    AgendaLine { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)

    def show(
        self, state: ConferenceState, seconds: float, cost: Decimal | None, currency: str
    ) -> None:
        """Show where a conference stands, after so many seconds."""
        scenario = state.opened.scenario
        done, total = progress(state)
        narrow = self.size.width < 90
        text = Text(no_wrap=True, overflow="ellipsis")
        if not narrow:
            text.append(f"{plain(scenario.title)}  ", Style(bold=True))
        text.append(where(state))
        text.append(f"  {_bar(done, total, BAR // 2 if narrow else BAR)} {done}/{total}")
        text.append(f"  {clock(seconds)}")
        if cost is None or cost or state.budget is not None:
            text.append(f"  {money(cost, currency)}")
        if state.budget is not None:
            text.append(f" of {money(state.budget, currency)}")
        self.update(text, layout=False)  # it has one line, whatever stands in it


def progress(state: ConferenceState) -> tuple[int, int]:
    """Turns that are done, passed over ones too, and all that the agenda has room for."""
    seats = len(state.opened.seats)
    phases = state.opened.scenario.phases
    total = seats * sum(phase.rounds for phase in phases)
    if state.phase is None:
        return 0, total
    past = seats * sum(phase.rounds for phase in phases[: state.phase.index])
    here = len(state.record) - state.phase.opened_after + len(state.phase.skipped)
    most = state.opened.scenario.ends.turns
    return past + here, total if most is None else min(total, most)


def where(state: ConferenceState) -> str:
    """The phase now open, and its round."""
    plan = state.phase_plan
    if plan is None:
        return "Before the opening"
    if plan.rounds == 1:
        return plain(plan.title)
    rounds = [t.round for t in state.in_air.values()]
    if state.phase and len(state.record) > state.phase.opened_after:
        rounds.append(state.record[-1].round)
    return f"{plain(plan.title)}, round {max(rounds, default=1)} of {plan.rounds}"


def clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _bar(done: int, total: int, width: int) -> str:
    full = round(width * done / total) if total else 0
    return "█" * full + "░" * (width - full)
