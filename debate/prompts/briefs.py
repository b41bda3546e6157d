"""What the last words of a prompt are made of: the values that its template lays out.

Pure. All that comes from a file or a model is made neutral, and stands on one line, where it is
laid out; see `environment.render`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from debate.events import ConferenceOpened
from debate.forms import form_of
from debate.phases import turns_planned
from debate.resolutions import open_motions
from debate.scenario import HOUSE_MOTION, Phase, RoundRobin
from debate.standing import ConferenceState, Motion, Turn
from debate.steps import Ask, GiveFloor

Values = dict[str, Any]


def of_one_line(value: Any) -> Any:
    """A card's texts, each on one line: a line break in one could pose as a heading or a rule."""
    if isinstance(value, dict):
        return {key: of_one_line(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [of_one_line(item) for item in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def turn_values(
    state: ConferenceState,
    step: GiveFloor,
    last: Turn | None,
    nth: int,
    persona: Values,
    names: Mapping[str, str],
) -> Values:
    """What the brief before a turn is made of.

    Args:
        state: The conference.
        step: Whose turn it is.
        last: The last turn that this seat has heard.
        nth: How many turns of its own it has heard.
        persona: Its card.
        names: Of all seats.
    """
    manifest, plan = state.opened, state.opened.scenario.phases[step.phase]
    phrases = persona["voice"]["catchphrases"]
    # Whom the seat answers: who spoke last in this phase, and where it speaks, if not itself.
    here = last is not None and (last.phase, last.room) == (step.phase, step.room)
    answers = last.seat if last and here and last.seat != step.seat else None
    return {
        "persona": persona,
        "round": step.round,
        **_of_how_many(manifest, step, plan),
        "part": step.part or "",
        "to": names[step.to] if step.to else "",
        "room": _company(state, step, names),
        "answers": names[answers] if answers else "",
        "asked": _asked(state, step),
        "carried": [f"{m.id}, {m.title}: {m.text}" for m in _carried(state)],
        # Another one each turn, so that a small model does not say the same thing twice.
        "position": _position(persona, nth),
        "phrase": phrases[nth % len(phrases)] if phrases else "",
    }


def ask_values(
    state: ConferenceState, ask: Ask, persona: Values | None, names: Mapping[str, str]
) -> Values:
    """What the brief before an answer is made of. Arguments as of `turn_values`.

    Args:
        persona: The card of the seat that is asked; None of the person who holds the conference.
    """
    plan = state.opened.scenario.phases[ask.phase]
    form = form_of(state, ask)
    private: Iterable[str] = ()
    if persona is not None:
        private = (*persona["goals"]["private"], *persona["red_lines"])
    person = ask.seat is None or state.profiles[ask.seat].family == "human"
    moving = ask.kind in ("motion", "amendment")
    motions = open_motions(state) if moving else []
    return {
        "kind": ask.kind,
        "person": person,
        "aims": " ".join(private),
        "position": _position(persona, 0) if persona is not None else "",
        "names": form.among.names,
        "questions": ask.seat is not None and ask.room is None,
        "motions": [_motion_values(motion, names) for motion in motions],
        "tables": form.among.tables,
        "joins": form.among.motions if ask.kind == "motion" else (),
        "secret": plan.vote.secret,
        "about": _about(state, ask, names),
    }


def _motion_values(motion: Motion, names: Mapping[str, str]) -> Values:
    by = ", ".join(names[seat] for seat in motion.sponsors)
    return {"id": motion.id, "by": by, "title": motion.title, "text": motion.text}


def _about(state: ConferenceState, ask: Ask, names: Mapping[str, str]) -> Values:
    if ask.kind == "ruling" and (amendment := state.amendments.get(ask.about or "")):
        return {
            "by": names[amendment.by],
            "motion": amendment.motion,
            "text": amendment.text,
            "before": state.motions[amendment.motion].text,
        }
    if ask.kind == "ballot" and ask.about == HOUSE_MOTION:
        text = " ".join(state.opened.scenario.motion.split())
        return {"motion": "the motion of the conference", "by": "", "text": text}
    if ask.kind == "ballot" and (motion := state.motions.get(ask.about or "")):
        values = _motion_values(motion, names)
        return {**values, "motion": motion.id, "text": f"{motion.title}. {motion.text}"}
    return {"by": "", "motion": "", "text": "", "before": ""}


def _position(persona: Values, nth: int) -> str:
    stances = persona["stances"]
    return str(stances[nth % len(stances)]["position"]) if stances else ""


def _of_how_many(manifest: ConferenceOpened, step: GiveFloor, plan: Phase) -> Values:
    """Where the floor goes round, its rounds; elsewhere the turns of the phase."""
    if isinstance(plan.floor, RoundRobin) and plan.kind != "cross":
        return {"rounds": plan.rounds, "unit": "round"}
    turns = turns_planned(manifest, step.phase)
    return {"rounds": 0 if plan.kind == "communique" or step.room else turns, "unit": "turn"}


def _company(state: ConferenceState, step: GiveFloor, names: Mapping[str, str]) -> list[str]:
    """Who else is in the room."""
    if step.room is None:
        return []
    seats = state.rooms.get((step.phase, step.room), ())
    return [names[seat] for seat in seats if seat != step.seat]


def _asked(state: ConferenceState, step: GiveFloor) -> str:
    """What the chair asked as it gave the floor."""
    if state.phase is None or step.room is not None:
        return ""
    call = state.phase.called.get((None, step.round))
    return call.question if call and call.to == step.seat else ""


def _carried(state: ConferenceState) -> list[Motion]:
    return [motion for motion in state.motions.values() if motion.carried]
