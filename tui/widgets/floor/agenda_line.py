"""Where a conference stands: one line above the record."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from debate.bill import Bill
from debate.phases import turns_planned
from debate.scenario import HOUSE_MOTION, Phase, PhaseKind, RoundRobin
from debate.standing import ConferenceState, CurrentPhase, turns_held
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.roster import charged, money

BAR = 16  # cells


class AgendaLine(Static):
    """Title, phase and round, progress, time spent, cost."""

    DEFAULT_CSS = """
    AgendaLine { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)

    def show(self, state: ConferenceState, seconds: float, bill: Bill, currency: str) -> None:
        """Show where a conference stands, after so many seconds."""
        scenario = state.opened.scenario
        done, total = progress(state)
        narrow = self.size.width < 90
        text = Text(no_wrap=True, overflow="ellipsis")
        if not narrow:
            text.append(f"{plain(scenario.title)}  ", Style(bold=True))
        text.append(where(state))
        if total:
            text.append(f"  {_bar(done, total, BAR // 2 if narrow else BAR)} {done}/{total}")
        text.append(f"  {clock(seconds)}")
        if bill.costs or state.budget is not None:
            text.append(f"  {charged(bill) if bill.costs else money(Decimal(0), currency)}")
        if state.budget is not None:
            text.append(f" of {money(state.budget, currency)}")
        self.update(text, layout=False)  # it has one line, whatever stands in it


def progress(state: ConferenceState) -> tuple[int, int]:
    """Turns that are done, passed over ones too, and all that the agenda has room for."""
    opened = state.opened
    planned = [turns_planned(opened, n) for n in range(len(opened.scenario.phases))]
    total = sum(planned)
    if state.phase is None:
        return 0, total
    here = len(state.record) - state.phase.opened_after + len(state.phase.skipped)
    done = sum(planned[: state.phase.index]) + min(here, planned[state.phase.index])
    most = opened.scenario.ends.turns
    return done, total if most is None else min(total, most)


def where(state: ConferenceState) -> str:
    """The phase now open, and how far it has come."""
    phase, plan = state.phase, state.phase_plan
    if phase is None or plan is None:
        return "Before the opening"
    title = plain(plan.title)
    told = _DOING[plan.kind](state, phase, plan)
    return f"{title}{told}"


def _rounds(state: ConferenceState, phase: CurrentPhase, plan: Phase) -> str:
    """Where the floor goes round, the round; elsewhere, which turn of how many."""
    if not isinstance(plan.floor, RoundRobin):
        return _turns(state, phase, plan)
    if plan.rounds == 1:
        return ""
    rounds = [t.round for t in state.in_air.values()]
    if len(state.record) > phase.opened_after:
        rounds.append(state.record[-1].round)
    return f", round {max(rounds, default=1)} of {plan.rounds}"


def _turns(state: ConferenceState, phase: CurrentPhase, plan: Phase) -> str:
    planned = turns_planned(state.opened, phase.index)
    told = f", turn {min(turns_held(phase, None) + 1, planned)} of {planned}"
    kinds = {ask.kind for ask in state.asking.values()}
    return told + (": bids" if "bid" in kinds else "")


def _caucus(state: ConferenceState, phase: CurrentPhase, plan: Phase) -> str:
    if plan.rooms == "choice" and not phase.rooms_opened:
        return f": {len(phase.partners)} of {len(state.members)} have chosen whom to meet"
    rooms = len(phase.rooms)
    told = f", {rooms} room{'' if rooms == 1 else 's'}"
    return told + _rounds(state, phase, plan) if isinstance(plan.floor, RoundRobin) else told


def _moves(state: ConferenceState, phase: CurrentPhase, plan: Phase) -> str:
    asked = len(state.members) * plan.rounds
    done = min(turns_held(phase, None), asked)
    tabled = sum(motion.phase == phase.index for motion in state.motions.values())
    more = f", {tabled} tabled" if plan.kind == "motions" else ""
    return f": {done} of {asked} asked{more}"


def _vote(state: ConferenceState, phase: CurrentPhase, plan: Phase) -> str:
    voting = [ask.about for ask in state.asking.values() if ask.kind == "ballot"]
    begun = [motion for motion in phase.ballots if motion not in phase.decided]
    on = next(iter([*voting, *begun]), None)
    if on is None:
        return f": {len(phase.decided)} decided" if phase.decided else ""
    cast = len(phase.ballots.get(on, {}))
    return f" on {'the motion' if on == HOUSE_MOTION else on}: {cast} of {len(state.members)}"


def _communique(state: ConferenceState, phase: CurrentPhase, plan: Phase) -> str:
    if not phase.held:
        return ": being drafted"
    return f": {len(phase.signatures)} of {len(state.members)} asked to sign"


_DOING: dict[PhaseKind, Callable[[ConferenceState, CurrentPhase, Phase], str]] = {
    "opening": lambda state, phase, plan: "",
    "plenary": _rounds,
    "cross": _turns,
    "caucus": _caucus,
    "motions": _moves,
    "amendments": _moves,
    "vote": _vote,
    "communique": _communique,
    "closing": _rounds,
}


def clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _bar(done: int, total: int, width: int) -> str:
    full = round(width * done / total) if total else 0
    return "█" * full + "░" * (width - full)
