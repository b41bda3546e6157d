"""What happens next within a phase, by its kind. Pure, as all of the agenda.

Each function takes the state of a conference with that phase open, and gives the steps that can be
taken now, all at once; none if the phase is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from debate import caucus
from debate.events import ConferenceOpened
from debate.floors import Given, Lacking, View, next_speaker, order_of_round
from debate.names import called
from debate.resolutions import open_motions
from debate.scenario import HOUSE_MOTION, Phase, PhaseKind, RoundRobin
from debate.standing import ConferenceState, CurrentPhase, turns_held
from debate.steps import Ask, Assume, Calling, Decide, GiveFloor, OpenRooms, Step


def steps_of(state: ConferenceState) -> Sequence[Step]:
    """The steps that the phase now open has to be taken next; none if it is over."""
    if state.phase_plan is None:
        return ()
    return _PHASES[state.phase_plan.kind](state)


def rooms_at_opening(state: ConferenceState, index: int) -> caucus.Rooms:
    """The private rooms of a phase that is about to open, where nobody has to be asked."""
    manifest = state.opened
    plan = manifest.scenario.phases[index]
    if plan.kind != "caucus" or plan.rooms == "choice":
        return {}
    seats = manifest.taking_part(plan)
    if plan.rooms != "pairs":
        return caucus.listed(plan.rooms, seats)
    # How many caucuses there were before: each pairs the seats otherwise.
    nth = sum(p.kind == "caucus" for p in manifest.scenario.phases[:index])
    return caucus.named(caucus.paired(seats, nth), _names(state))


def turns_planned(manifest: ConferenceOpened, index: int) -> int:
    """How often the floor is given in a phase, if it is given as often as it can be."""
    plan = manifest.scenario.phases[index]
    seats = len(manifest.taking_part(plan))
    match plan.kind:
        case "cross":
            return 2 * len(_pairs(manifest, plan))
        case "communique":
            return 1
        case "motions" | "amendments" | "vote":
            return 0
        case _:
            return seats * plan.rounds


# -- the floor


def _open_phase(state: ConferenceState) -> tuple[CurrentPhase, Phase]:
    assert state.phase is not None
    assert state.phase_plan is not None
    return state.phase, state.phase_plan


def _floor(
    state: ConferenceState,
    seats: tuple[str, ...],
    turns: int,
    give: Callable[[str, int, str | None], Calling],
    room: str | None = None,
) -> list[Step]:
    """The next step of a phase, or of one of its rooms, in which the floor is given.

    Args:
        state: The conference.
        seats: Who takes part.
        turns: How often the floor is given in all.
        give: The step by which a seat has the floor: its turn of the phase, and how it came.
        room: The room.
    """
    phase, plan = _open_phase(state)
    if isinstance(plan.floor, RoundRobin):
        return _round(state, plan.floor, seats, give, room)
    of_room = None if room is None else frozenset(seats)
    nth = turns_held(phase, room, of_room) + 1
    view = View(
        seats=seats,
        held={seat: held for (where, seat), held in phase.held.items() if where == room},
        nth=nth,
        turns=turns,
        seed=f"{state.seed}/{phase.index}/{room or ''}/{nth}",
        last_text=_last_text(state, room) if plan.floor.rule == "addressed" else "",
        names=called(state.opened) if plan.floor.rule == "addressed" else {},
        bids=phase.bids.get((room, nth), {}),
        called=phase.called.get((room, nth)),
    )
    match next_speaker(plan.floor, view):
        case None:
            return []
        case Given(seat, why):
            return [give(seat, nth, why)]
        case Lacking(bids=bidders) if bidders:
            return [_asked(state, Ask("bid", seat, phase.index, nth, room)) for seat in bidders]
        case _:
            caller = state.opened.chair if plan.floor.rule == "chaired" else None
            return [_asked(state, Ask("call", caller, phase.index, nth, room))]


def _last_text(state: ConferenceState, room: str | None) -> str:
    """What was said last, where all who take part have heard it."""
    return next((t.text for t in reversed(state.record) if t.room == room), "")


def _round(
    state: ConferenceState,
    floor: RoundRobin,
    seats: tuple[str, ...],
    give: Callable[[str, int, str | None], Calling],
    room: str | None,
) -> list[Step]:
    """Round after round, each hearing all before."""
    phase, plan = _open_phase(state)
    # A seat is in the round after the last that it spoke in, or was passed over in.
    passed: dict[str, int] = {}
    for seat, _ in phase.skipped:
        passed[seat] = passed.get(seat, 0) + 1
    done = {
        seat: (phase.held[room, seat].times if (room, seat) in phase.held else 0)
        + passed.get(seat, 0)
        for seat in seats
    }
    round_ = min(done.values(), default=plan.rounds) + 1
    if round_ > plan.rounds:
        return []
    order = order_of_round(floor, seats, seed=state.seed, phase=phase.index, round_=round_)
    return next(([give(seat, round_, None)] for seat in order if done[seat] < round_), [])


def _asked(state: ConferenceState, ask: Ask) -> Step:
    """An ask; or, if it could not be had, that its answer is assumed."""
    phase = state.phase
    slot = (ask.kind, ask.seat, ask.round, ask.room, ask.about)
    return Assume(ask) if phase and slot in phase.given_up else ask


# -- phases


def _opening(state: ConferenceState) -> list[Step]:
    """Everyone once, and none hears another."""
    phase, _ = _open_phase(state)
    spoken = {seat for _, seat in phase.held} | {seat for seat, _ in phase.skipped}
    return [GiveFloor(seat, phase.index, 1) for seat in state.members if seat not in spoken]


def _plenary(state: ConferenceState) -> list[Step]:
    phase, plan = _open_phase(state)
    seats = state.members

    def give(seat: str, nth: int, why: str | None) -> GiveFloor:
        return GiveFloor(seat, phase.index, nth, why=why)

    return _floor(state, seats, len(seats) * plan.rounds, give)


def _closing(state: ConferenceState) -> list[Step]:
    """Everyone once; a rule of the floor decides in which order."""
    phase, plan = _open_phase(state)
    # Passed over, a seat has had its turn as well.
    over = {seat for _, seat in phase.held} | {seat for seat, _ in phase.skipped}
    left = tuple(seat for seat in state.members if seat not in over)
    if not left:
        return []
    seats = state.members if isinstance(plan.floor, RoundRobin) else left

    def give(seat: str, nth: int, why: str | None) -> GiveFloor:
        return GiveFloor(seat, phase.index, nth, why=why)

    return _floor(state, seats, len(state.members), give)


def _pairs(manifest: ConferenceOpened, plan: Phase) -> list[tuple[str, str]]:
    """Who asks whom, in order: as the scenario says, or each the next at the table, in each round
    one further on."""
    seats = manifest.taking_part(plan)
    if plan.pairs:
        return [p for p in plan.pairs if set(p) <= set(seats)] * plan.rounds
    return [
        (seat, seats[(n + 1 + (round_ % (len(seats) - 1))) % len(seats)])
        for round_ in range(plan.rounds)
        for n, seat in enumerate(seats)
        if len(seats) > 1
    ]


def _cross(state: ConferenceState) -> list[Step]:
    """By pairs, one asks and the other answers."""
    phase, plan = _open_phase(state)
    pairs = _pairs(state.opened, plan)
    nth = turns_held(phase, None)
    if nth >= 2 * len(pairs):
        return []
    asks, answers = pairs[nth // 2]
    if nth % 2:
        return [GiveFloor(answers, phase.index, nth + 1, part="answer", to=asks)]
    return [GiveFloor(asks, phase.index, nth + 1, part="question", to=answers)]


def _caucus(state: ConferenceState) -> list[Step]:
    """Rooms side by side; what is said in one is heard in that one alone."""
    phase, plan = _open_phase(state)
    if plan.rooms == "choice" and not phase.rooms_opened:
        seats = state.members
        missing = [seat for seat in seats if seat not in phase.partners]
        if missing and len(seats) > 1:  # who is alone has nobody to choose among
            return [_asked(state, Ask("partner", seat, phase.index)) for seat in missing]
        rooms = caucus.named(caucus.mutual(phase.partners, seats), _names(state))
        return [OpenRooms(phase.index, rooms)]
    steps: list[Step] = []
    for room, seats in phase.rooms.items():

        def give(seat: str, nth: int, why: str | None, room: str = room) -> GiveFloor:
            return GiveFloor(seat, phase.index, nth, room=room, why=why)

        steps += _floor(state, seats, len(seats) * plan.rounds, give, room)
    return steps


def _names(state: ConferenceState) -> dict[str, str]:
    return {card.id: card.name for card in state.opened.seats}


def _motions(state: ConferenceState) -> list[Step]:
    """Each in turn may table a motion, or join one."""
    phase, plan = _open_phase(state)
    seats = state.members

    def give(seat: str, nth: int, why: str | None) -> Ask:
        return Ask("motion", seat, phase.index, nth)

    return _moving(state, _floor(state, seats, len(seats) * plan.rounds, give))


def _amendments(state: ConferenceState) -> list[Step]:
    """Each in turn may propose one; the sponsor of the motion answers at once."""
    phase, plan = _open_phase(state)
    for amendment in state.amendments.values():
        if amendment.accepted is None:
            sponsor = state.motions[amendment.motion].sponsors[0]
            return [_asked(state, Ask("ruling", sponsor, phase.index, about=amendment.id))]
    if not open_motions(state):
        return []
    seats = state.members

    def give(seat: str, nth: int, why: str | None) -> Ask:
        return Ask("amendment", seat, phase.index, nth)

    return _moving(state, _floor(state, seats, len(seats) * plan.rounds, give))


def _moving(state: ConferenceState, steps: Sequence[Step]) -> list[Step]:
    return [_asked(state, step) if isinstance(step, Ask) else step for step in steps]


def _vote(state: ConferenceState) -> list[Step]:
    """Motion by motion: all vote unheard by each other, then it is decided."""
    phase, plan = _open_phase(state)
    on = [HOUSE_MOTION] if plan.vote.on == "house" else [m.id for m in open_motions(state)]
    for motion in on:
        if motion in phase.decided:
            continue
        cast = phase.ballots.get(motion, {})
        if missing := [seat for seat in state.members if seat not in cast]:
            asks = (Ask("ballot", seat, phase.index, about=motion) for seat in missing)
            return [_asked(state, ask) for ask in asks]
        return [Decide(phase.index, motion)]
    return []


def _communique(state: ConferenceState) -> list[Step]:
    """The chair drafts; each signs it, or enters a reservation."""
    phase, _ = _open_phase(state)
    drafter = state.opened.chair or state.members[0]
    if turns_held(phase, None) == 0:
        return [GiveFloor(drafter, phase.index, 1, part="draft")]
    if not phase.held:  # it was passed over: there is nothing to sign
        return []
    missing = [seat for seat in state.members if seat not in phase.signatures]
    return [_asked(state, Ask("signature", seat, phase.index)) for seat in missing]


_PHASES: dict[PhaseKind, Callable[[ConferenceState], list[Step]]] = {
    "opening": _opening,
    "plenary": _plenary,
    "cross": _cross,
    "caucus": _caucus,
    "motions": _motions,
    "amendments": _amendments,
    "vote": _vote,
    "communique": _communique,
    "closing": _closing,
}
