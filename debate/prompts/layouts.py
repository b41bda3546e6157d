"""Two projections of one record: what is sent to a model when a seat has the floor.

*shared*: one head and one growing record for all seats, then a brief for the seat that speaks.
Every seat's prompt begins with every earlier prompt up to the record's end, so a prefix cache
reads each turn's words once, however many seats there are.

*perspective*: a head of its own for each seat; its own turns are the assistant's messages.

Both are pure, and both see the record through `heard`: a turn that a seat may not know cannot
reach its prompt. A paragraph of the record begins at the start of a line with `[Name]:`; further
lines of a turn are indented, so that no participant's words can pose as another's, as the chair's
or as the clerk's.

Where minutes were taken they stand in place of the public record up to their last turn; what a
seat heard in private stays with it. So a prefix grows at its end alone from one time that minutes
are taken to the next.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from debate.errors import UserError
from debate.events import ConferenceOpened
from debate.prompts.briefs import ask_values, of_one_line, turn_values
from debate.prompts.environment import compile_template, neutral, render, shipped_templates
from debate.standing import Announcement, ConferenceState, Minutes, PassedNote, Turn, settled
from debate.state import fold
from debate.steps import Ask, Calling, GiveFloor

INDENT = "\n  "
NOTHING_YET = "(Nothing has been said yet.)"
YOUR_TURN = "(The floor comes back to you.)"
MINUTES = "(Minutes, written by the clerk, of what was said before)"

# Templates that manifests of earlier versions do not hold.
LATER = frozenset({"clerk.j2", "minutes.j2", "ask.j2", "unread.j2"})

Said = Turn | PassedNote | Announcement


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. `user` and `assistant` alternate strictly after one `system`."""

    role: Literal["system", "user", "assistant"]
    content: str
    stable: int = field(default=0, compare=False)
    """How many of its first characters later prompts will begin with again; all of them, in a
    message that is not the last. Where a cache wants to be told, it is told this."""


def request_hash(messages: Iterable[Message]) -> str:
    """The sha256 by which a transcript names a prompt: of its messages as compact JSON."""
    pairs = [[m.role, m.content] for m in messages]
    return hashlib.sha256(
        json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def heard(state: ConferenceState, seat: str | None) -> list[Turn]:
    """The finished turns that a seat may know, in order.

    Left out are the turns of rooms that it is not in and, while an opening is under way, the
    other openings.
    """
    return [
        turn
        for turn in settled(state)
        if turn.room is None or seat in state.rooms.get((turn.phase, turn.room), ())
    ]


def noted(state: ConferenceState, seat: str | None) -> list[PassedNote | Announcement]:
    """What a seat may know of what stands between turns, in order: the notes from the chair that
    are to all or to it, and what the record says by itself."""
    return [n for n in state.notes if isinstance(n, Announcement) or n.to is None or n.to == seat]


def is_public(said: Said) -> bool:
    """Whether everyone at the table may know it."""
    match said:
        case PassedNote():
            return said.to is None
        case Announcement():
            return True
        case Turn():
            return said.room is None


def is_before(said: Said, minutes: Minutes | None) -> bool:
    """Whether it came before the end of what the minutes hold."""
    if minutes is None:
        return False
    if isinstance(said, Turn):
        return said.number <= minutes.through
    return said.after < minutes.through


def in_order(turns: Iterable[Turn], notes: Iterable[PassedNote | Announcement]) -> list[Said]:
    """Turns and notes as they came: a note stands behind every turn that was open before it."""
    waiting = deque(notes)
    said: list[Said] = []
    for turn in turns:
        while waiting and waiting[0].after < turn.number:
            said.append(waiting.popleft())
        said.append(turn)
    return [*said, *waiting]


def note_paragraph(note: PassedNote) -> str:
    """A note as a paragraph of the record. No turn can hold one: its lines would be indented."""
    to = "to everyone" if note.to is None else "to you alone"
    return f"(A note from the chair, {to}): {neutral(note.text).strip().replace(chr(10), INDENT)}"


def announcement_paragraph(said: Announcement) -> str:
    """What the record says by itself, as a paragraph of it. No turn can hold one: its lines would
    be indented."""
    return f"({neutral(' '.join(said.text.split()))})"


def minutes_paragraph(minutes: Minutes) -> str:
    """Minutes as a paragraph of the record. No turn can hold one: its lines would be indented."""
    return f"{MINUTES}:{INDENT}{neutral(minutes.text).strip().replace(chr(10), INDENT)}"


def label(name: str) -> str:
    """What stands before a turn in the record."""
    return f"[{name}]:"


@lru_cache(maxsize=16384)
def paragraph(name: str, text: str) -> str:
    """A turn as a paragraph of the record."""
    return f"{label(name)} {neutral(text).strip().replace(chr(10), INDENT)}"


class Projection:
    """Renders the prompts of one conference. Holds what does not change from call to call.

    Args:
        manifest: The conference's first event; prompts depend on it and on the state alone.

    Raises:
        UserError: if a template is missing, or asks for something that is not there.
        LoadError: if a template uses syntax that is not allowed.
    """

    def __init__(self, manifest: ConferenceOpened) -> None:
        needed = shipped_templates().keys() - LATER
        if missing := sorted(needed - manifest.templates.keys()):
            raise UserError(f"the conference has no template {missing[0]!r}")
        self._manifest = manifest
        self._templates = {
            name: compile_template(source, path=name) for name, source in manifest.templates.items()
        }
        self._scenario: dict[str, Any] = manifest.scenario.model_dump(by_alias=True)
        self._personas: dict[str, dict[str, Any]] = {
            seat.id: of_one_line(manifest.personas[seat.persona].model_dump(by_alias=True))
            for seat in manifest.seats
        }
        self._names = {seat.id: neutral(seat.name) for seat in manifest.seats}
        self._at_table = [seat.id for seat in manifest.seats if seat.role != "audience"]
        self._phases = [self._render("phase.j2", phase=phase) for phase in self._scenario["phases"]]
        self._rules = self._render("rules.j2", scenario=self._scenario)
        self._cards = {seat: self._card(seat) for seat in self._names}
        self._heads: dict[str, str] = {}

    def rehearse(self) -> None:
        """Render a prompt of every seat and phase, so that a fault is found before a conference.

        Raises:
            UserError: if a template asks for something that is not there.
        """
        state = fold([self._manifest])
        phases = range(len(self._scenario["phases"]))
        for n, seat in enumerate(self._names):
            for phase in phases if n == 0 else phases[:1]:
                self.messages(state, GiveFloor(seat, phase, 1))
                self.messages(state, Ask("signature", seat, phase))

    def messages(self, state: ConferenceState, step: Calling) -> tuple[Message, ...]:
        """The prompt of a seat that is given the floor, or asked."""
        turns = heard(state, step.seat)
        said = in_order(turns, noted(state, step.seat))
        if self._manifest.layout == "perspective" and step.seat is not None:
            return self._perspective(state, step, step.seat, turns, said)
        private = [each for each in said if not is_public(each)]
        record = self.record(filter(is_public, said), state.minutes)
        brief = self._brief(state, step, turns, private)
        return (
            Message("system", self._shared_head()),
            Message("user", f"{record}\n\n{brief}", len(record)),
        )

    def again(
        self, messages: tuple[Message, ...], reply: str, *, person: bool = False
    ) -> tuple[Message, ...]:
        """The prompt of an ask whose reply could not be read."""
        # Some servers refuse an empty message of the assistant's.
        said = neutral(reply).strip() or "(nothing)"
        return (
            *messages,
            Message("assistant", said),
            Message("user", self._render("unread.j2", person=person)),
        )

    def _perspective(
        self,
        state: ConferenceState,
        step: Calling,
        seat: str,
        turns: list[Turn],
        said: list[Said],
    ) -> tuple[Message, ...]:
        minutes = state.minutes
        messages = [Message("system", self.own_head(seat))]
        between: list[str] = []
        phase = -1
        if minutes is not None:
            # What was heard in private stands in no minutes.
            old = [each for each in said if is_before(each, minutes) and not is_public(each)]
            between = [minutes_paragraph(minutes), *map(self._placed, old)]
            phase = minutes.phase
        for each in said:
            if is_before(each, minutes):
                continue
            if each.phase not in (phase, -1):
                between.append(self._phases[each.phase])
                phase = each.phase
            if isinstance(each, Turn) and each.seat == seat:
                messages.append(Message("user", "\n\n".join(between) or YOUR_TURN))
                messages.append(Message("assistant", neutral(each.text)))
                between = []
            else:
                between.append(self._placed(each))
        last = "\n\n".join(between) or (YOUR_TURN if turns else NOTHING_YET)
        brief = self._brief(state, step, turns, ())
        messages.append(Message("user", f"{last}\n\n{brief}", len(last)))
        return tuple(messages)

    def between(self, said: Iterable[Said], since: int, until: int) -> str:
        """What a seat heard between two turns of its own, as its own view of the record has it.

        Args:
            said: What it heard, in order; none of it its own.
            since: The phase of its turn before; -1 if there was none.
            until: The phase of the turn that follows.
        """
        parts, phase = [], since
        for each in said:
            if each.phase not in (phase, -1):
                parts.append(self._phases[each.phase])
                phase = each.phase
            parts.append(self._placed(each))
        if until != phase:
            parts.append(self._phases[until])
        return "\n\n".join(parts) or YOUR_TURN

    def record(self, said: Iterable[Said], minutes: Minutes | None = None) -> str:
        """The record as all may read it.

        Args:
            said: What was said, in order.
            minutes: Stand in place of what they hold of it.
        """
        parts: list[str] = ["# The record"]
        phase = -1
        if minutes is not None:
            parts.append(minutes_paragraph(minutes))
            phase = minutes.phase
        for each in said:
            if is_before(each, minutes):
                continue
            if each.phase not in (phase, -1):
                parts.append(self._phases[each.phase])
                phase = each.phase
            parts.append(self._paragraph(each))
        return "\n\n".join(parts)

    def _paragraph(self, said: Said) -> str:
        if isinstance(said, PassedNote):
            return note_paragraph(said)
        if isinstance(said, Announcement):
            if said.by is None:
                return announcement_paragraph(said)
            return paragraph(self._names[said.by], said.text)
        return paragraph(self._names[said.seat], said.text)

    def _placed(self, said: Said) -> str:
        """A paragraph that says where it was heard, if that was in private."""
        room = said.room if isinstance(said, Turn) else None
        where = f"(in private, {neutral(room)}) " if room else ""
        return where + self._paragraph(said)

    def _shared_head(self) -> str:
        if "" not in self._heads:
            in_head = self._manifest.cards == "head"
            cards = [self._cards[s] if in_head else self._line(s) for s in self._at_table]
            self._heads[""] = self._render("head.j2", rules=self._rules, cards=cards)
        return self._heads[""]

    def own_head(self, seat: str) -> str:
        """The system message of a seat's own view: its card, the rules, who else is there."""
        if seat not in self._heads:
            self._heads[seat] = self._render(
                "seat.j2",
                name=self._names[seat],
                rules=self._rules,
                card=self._cards[seat],
                others=[self._line(other) for other in self._at_table if other != seat],
            )
        return self._heads[seat]

    def _card(self, seat: str) -> str:
        persona = self._personas[seat]
        # The public half alone, so that no template can show the other.
        public = {k: v for k, v in persona.items() if k not in ("red_lines", "author")}
        public["goals"] = {"public": persona["goals"]["public"]}
        return self._render("card.j2", name=self._names[seat], persona=public)

    def table(self) -> list[str]:
        """Who sits at the table, each on one line: name, role and organisation."""
        return [self._line(seat) for seat in self._at_table]

    def _line(self, seat: str) -> str:
        persona = self._personas[seat]
        of = f", {persona['organisation']}" if persona["organisation"] else ""
        return f"{self._names[seat]}: {persona['role']}{of}"

    def _brief(
        self,
        state: ConferenceState,
        step: Calling,
        turns: Sequence[Turn],
        private: Iterable[Said],
    ) -> str:
        """The last words before a turn, or before an answer.

        Args:
            state: The conference.
            step: Whose turn it is, or who is asked.
            turns: What this seat has heard so far.
            private: Those of them that stand in no record that all share.
        """
        shared = self._manifest.layout == "shared"
        in_head = self._manifest.cards == "head" and step.seat in self._at_table
        card = self._cards[step.seat] if shared and not in_head and step.seat is not None else ""
        values = {
            "phase": self._scenario["phases"][step.phase],
            "card": card,
            "heard": "\n".join(map(self._paragraph, private)),
            "name": self._names[step.seat] if step.seat is not None else "",
        }
        persona = self._personas[step.seat] if step.seat is not None else None
        if isinstance(step, Ask):
            return self._render("ask.j2", **values, **ask_values(state, step, persona, self._names))
        assert persona is not None
        return self._render(
            "brief.j2", **values, **turn_values(state, step, turns, persona, self._names)
        )

    def _render(self, template: str, **values: Any) -> str:
        found = self._templates.get(template)
        # A manifest of an earlier version does not hold it.
        found = found or compile_template(shipped_templates()[template], path=template)
        return render(found, template, values)
