"""Two projections of one record: what is sent to a model when a seat has the floor.

*shared*: one head and one growing record for all seats, then a brief for the seat that speaks.
Every seat's prompt begins with every earlier prompt up to the record's end, so a prefix cache
reads each turn's words once, however many seats there are.

*perspective*: a head of its own for each seat; its own turns are the assistant's messages.

Both are pure, and both see the record through `heard` alone: a turn that a seat may not know cannot
reach its prompt. A paragraph of the record begins at the start of a line with `[Name]:`; further
lines of a turn are indented, so that no participant's words can pose as another's, as the chair's
or as the clerk's.

Where minutes were taken they stand in place of the public record up to their last turn; what a
seat heard in private stays with it. So a prefix grows at its end alone from one time that minutes
are taken to the next, and the same is true of what has to be rendered: the record that all share is
laid out once, and each turn adds its own paragraph.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from debate.errors import UserError
from debate.events import ConferenceOpened
from debate.prompts.briefs import ask_values, of_one_line, turn_values
from debate.prompts.environment import compile_template, neutral, render, shipped_templates
from debate.prompts.heard import (
    Note,
    Said,
    apart,
    beginning,
    by_one,
    in_order,
    is_before,
    last_heard,
    times_heard,
)
from debate.standing import (
    Announcement,
    ConferenceState,
    Minutes,
    PassedNote,
    Turn,
    settled_in_public,
)
from debate.state import fold
from debate.steps import Ask, Calling, GiveFloor
from debate.told import Grown

INDENT = "\n  "
NOTHING_YET = "(Nothing has been said yet.)"
YOUR_TURN = "(The floor comes back to you.)"
MINUTES = "(Minutes, written by the clerk, of what was said before)"

# Templates that manifests of earlier versions do not hold.
LATER = frozenset({"clerk.j2", "minutes.j2", "ask.j2", "unread.j2"})


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


def _heading(minutes: Minutes | None) -> tuple[str, int]:
    """How a record begins, and the phase that it then is in."""
    if minutes is None:
        return "# The record", -1
    return f"# The record\n\n{minutes_paragraph(minutes)}", minutes.phase


def label(name: str) -> str:
    """What stands before a turn in the record."""
    return f"[{name}]:"


@lru_cache(maxsize=2048)  # more than a window holds; what was minuted is not laid out again
def paragraph(name: str, text: str) -> str:
    """A turn as a paragraph of the record."""
    return f"{label(name)} {neutral(text).strip().replace(chr(10), INDENT)}"


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A record that was laid out, and all that it was laid out from."""

    minutes: Minutes | None
    turns: Grown[Turn]
    notes: Grown[Note]
    text: str
    phase: int
    """The phase that it ends in."""

    def grows_to(self, minutes: Minutes | None, turns: Grown[Turn], notes: Grown[Note]) -> bool:
        """Whether another record begins with all of this one."""
        if self.minutes is not minutes or not (
            turns.grew_from(self.turns) and notes.grew_from(self.notes)
        ):
            return False
        # A turn that was in the air when a note was passed ends after it, and stands before it.
        more = len(turns) > len(self.turns)
        late = more and self.notes and turns[len(self.turns)].number <= self.notes[-1].after
        return not late


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
        self._last: _LaidOut | None = None

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
        if self._manifest.layout == "perspective" and step.seat is not None:
            return self._perspective(state, step, step.seat)
        record = self._shared_record(state)
        brief = self._brief(state, step, apart(state, step.seat))
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
    ) -> tuple[Message, ...]:
        minutes = state.minutes
        messages = [Message("system", self.own_head(seat))]
        between: list[str] = []
        phase = -1
        if minutes is not None:
            # What was heard in private stands in no minutes.
            old = [each for each in apart(state, seat) if is_before(each, minutes)]
            between = [minutes_paragraph(minutes), *map(self._placed, old)]
            phase = minutes.phase
        for each in by_one(state, seat):
            if each.phase not in (phase, -1):
                between.append(self._phases[each.phase])
                phase = each.phase
            if isinstance(each, Turn) and each.seat == seat:
                messages.append(Message("user", "\n\n".join(between) or YOUR_TURN))
                messages.append(Message("assistant", neutral(each.text)))
                between = []
            else:
                between.append(self._placed(each))
        silent = last_heard(state, seat) is None
        last = "\n\n".join(between) or (NOTHING_YET if silent else YOUR_TURN)
        brief = self._brief(state, step, ())
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
            said: What was said, in order, and no minutes hold.
            minutes: Stand in place of what they hold.
        """
        return self._laid_out(*_heading(minutes), said)[0]

    def _shared_record(self, state: ConferenceState) -> str:
        """The record as all may read it now. Where the last one that was laid out has only grown
        since, no more than what is new of it is laid out."""
        turns, notes = settled_in_public(state), state.notes.public
        last = self._last
        if last is None or not last.grows_to(state.minutes, turns, notes):
            first, begin = beginning(state)
            text, phase = _heading(state.minutes)
        else:
            first, begin, text, phase = len(last.turns), len(last.notes), last.text, last.phase
        text, phase = self._laid_out(text, phase, in_order(turns[first:], notes[begin:]))
        self._last = _LaidOut(state.minutes, turns, notes, text, phase)
        return text

    def _laid_out(self, text: str, phase: int, said: Iterable[Said]) -> tuple[str, int]:
        """A text with further paragraphs, and the phase that it then ends in."""
        parts = [text]
        for each in said:
            if each.phase not in (phase, -1):
                parts.append(self._phases[each.phase])
                phase = each.phase
            parts.append(self._paragraph(each))
        return "\n\n".join(parts), phase

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
        private: Iterable[Said],
    ) -> str:
        """The last words before a turn, or before an answer.

        Args:
            state: The conference.
            step: Whose turn it is, or who is asked.
            private: What this seat has heard that stands in no record that all share.
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
        last, nth = last_heard(state, step.seat), times_heard(state, step.seat)
        return self._render(
            "brief.j2", **values, **turn_values(state, step, last, nth, persona, self._names)
        )

    def _render(self, template: str, **values: Any) -> str:
        found = self._templates.get(template)
        # A manifest of an earlier version does not hold it.
        found = found or compile_template(shipped_templates()[template], path=template)
        return render(found, template, values)
