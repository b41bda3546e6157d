"""Where each text of a prompt comes from.

A conference's texts are put between marks, each mark naming a `Source`, and its prompts are
rendered from them by the same `Projection` as ever. What then stands between two marks came from
that source; what stands outside any came from a template, or is a label of the record. So nothing
here has an opinion on who may know what: only what `layouts` puts into a prompt is found in it,
whatever templates the conference was held with.

A mark is a private-use character that none of the texts holds, so no participant can forge one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel

from debate.errors import UserError
from debate.events import ConferenceOpened
from debate.prompts.environment import neutral
from debate.standing import (
    Amendment,
    Announcement,
    Called,
    ConferenceState,
    Minutes,
    Motion,
    PassedNote,
    Turn,
)

SourceKind = Literal[
    "card",
    "scenario",
    "fact",
    "note",
    "announced",
    "motion",
    "amendment",
    "minutes",
    "turn",
    "wording",
    "unknown",
]

Path = tuple[str | int, ...]
"""Where in a card or a scenario a text stands: names of fields and indices."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text comes from. Texts of one source belong together, as a stance and its topic."""

    kind: SourceKind
    """`unknown`: words of a prompt whose sources cannot be told apart."""
    part: str = ""
    """Which part: a field of a card or a scenario, the id of a fact or a motion, a template."""
    item: int = 0
    """Which of several such parts, from 1; 0 where there is but one."""
    seat: str | None = None
    """Whose card it is, who spoke or moved, or whom alone a note was for."""
    name: str | None = None
    """What that seat is called at the table."""
    private: bool = False
    """Whether it is of a card's private half, said in a private room, or a note to one seat."""
    turn: int | None = None
    """The turn that was spoken, behind which a note stands, or through which minutes go."""
    room: str | None = None
    """The private room that a turn was spoken in."""

    def described(self, seat: str) -> str:
        """What it is called where a seat's sources are listed.

        Args:
            seat: The seat that was given it.
        """
        return _DESCRIBED[self.kind](self, self.seat == seat)


def _card(source: Source, own: bool) -> str:
    whose = "own card" if own else f"card of {source.name}"
    return f"{whose}, {'private' if source.private else 'public'}: {_numbered(source)}"


def _note(source: Source, own: bool) -> str:
    to = "to this seat alone" if source.private else "to all"
    return f"note from the chair {to}, after turn {source.turn}"


def _announced(source: Source, own: bool) -> str:
    if source.part:
        return source.part
    who = "own question" if own else f"question by {source.name}" if source.seat else "the record"
    return f"{who}, after turn {source.turn}"


def _moved(source: Source, own: bool) -> str:
    what = f"{source.kind} {source.part}"
    return f"own {what}" if own else f"{what} by {source.name}"


def _turn(source: Source, own: bool) -> str:
    who = f"own turn {source.turn}" if own else f"turn {source.turn}, {source.name}"
    return f"{who}, in private ({source.room})" if source.room else who


def _numbered(source: Source) -> str:
    return f"{source.part} {source.item}" if source.item else source.part


_DESCRIBED: dict[SourceKind, Callable[[Source, bool], str]] = {
    "card": _card,
    "scenario": lambda source, own: f"scenario: {_numbered(source)}",
    "fact": lambda source, own: f"fact {source.part}",
    "note": _note,
    "announced": _announced,
    "motion": _moved,
    "amendment": _moved,
    "minutes": lambda source, own: f"minutes through turn {source.turn}",
    "turn": _turn,
    "wording": lambda source, own: f"wording of {source.part or 'the record'}",
    "unknown": lambda source, own: "words of a prompt whose sources cannot be told apart",
}


class Marks:
    """Puts texts between marks, and finds them again.

    Args:
        texts: All that is going to be marked or to stand beside it: no character of these is used.

    Raises:
        UserError: if they leave no characters to mark with.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        used = set().union(*texts)
        free = list(islice((c for c in map(chr, range(0xF0000, 0xFFFFE)) if c not in used), 12))
        if len(free) < 12:
            raise UserError("the texts hold every private-use character: none is left to mark with")
        self._characters = free
        self._open, self._close, *figures = free
        self._sources: list[Source] = []
        digits = "".join(figures)
        self._written = str.maketrans("0123456789", digits)
        self._read = str.maketrans(digits, "0123456789")
        self._span = re.compile(
            rf"{self._open}([{digits}]+)([^{self._open}{self._close}]*){self._close}"
        )

    def put(self, text: str, source: Source) -> str:
        """The text between marks, without what no prompt would show of it."""
        inner = neutral(text).strip()
        if not inner:
            return text  # what is empty stays so: templates ask for that
        self._sources.append(source)
        number = str(len(self._sources) - 1).translate(self._written)
        return f"{self._open}{number}{inner}{self._close}"

    def removed(self, content: str) -> str:
        """The content as it would be if nothing had been marked."""
        for character in self._characters:  # a scan for each is still faster than one for all
            content = content.replace(character, "")
        return content

    def spans(self, content: str) -> Iterator[tuple[int, Source, str]]:
        """Each marked text of a content: the number of its mark, its source, its words."""
        for found in self._span.finditer(content):
            number = int(found[1].translate(self._read))
            yield number, self._sources[number], found[2]

    def outside(self, content: str, gap: str) -> list[str]:
        """The lines of a content, with a gap in place of every marked text."""
        return self.removed(self._span.sub(gap, content)).split("\n")


Entry = Turn | PassedNote | Announcement | Motion | Amendment | Called | Minutes


class MarkedStates:
    """The states of one conference, with every text that may stand in a seat's prompt marked.

    What a state's texts are is said here alone: a further kind of entry needs its line in
    `__call__` and in `_source`. Until it has them its words are found too, as wording.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._manifests: tuple[ConferenceOpened | None, ConferenceOpened | None] = (None, None)
        self._names: dict[str, str] = {}
        self._entries: dict[Entry, Any] = {}

    def __call__(self, state: ConferenceState) -> ConferenceState:
        """The same state with marked texts, for a projection to render."""
        phase = state.phase
        return replace(
            state,
            manifest=self.manifest(state.opened),
            record=state.record.each(self._entry),
            notes=state.notes.each(self._entry),
            motions=self._entries_of(state.motions),
            amendments=self._entries_of(state.amendments),
            phase=phase and replace(phase, called=self._entries_of(phase.called)),
            minutes=state.minutes and self._entry(state.minutes),
        )

    def manifest(self, opened: ConferenceOpened) -> ConferenceOpened:
        """The manifest with marked texts; the same object as long as it is given the same."""
        if self._manifests[0] is not opened:
            self._names = {seat.id: neutral(seat.name) for seat in opened.seats}
            self._manifests = (opened, self._marked(opened))
        marked = self._manifests[1]
        assert marked is not None
        return marked

    def _marked(self, opened: ConferenceOpened) -> ConferenceOpened:
        def scenario(text: str, path: Path) -> str:
            return self._marks.put(text, _of_scenario(opened, path))

        personas, seats = {}, []
        for seat in opened.seats:

            def card(text: str, path: Path, seat: str = seat.id) -> str:
                return self._marks.put(text, _of_card(seat, self._names[seat], path))

            # Two seats may share a persona, and each knows the private half as its own.
            personas[seat.id] = _walked(opened.personas[seat.persona], card)
            name = card(seat.name, ("name",))
            seats.append(seat.model_copy(update={"persona": seat.id, "name": name}))
        plan = _walked(opened.scenario, scenario)
        return opened.model_copy(
            update={"scenario": plan, "personas": personas, "seats": tuple(seats)}
        )

    def _entries_of(self, entries: Mapping[Any, Any]) -> MappingProxyType[Any, Any]:
        return MappingProxyType({key: self._entry(entry) for key, entry in entries.items()})

    def _entry(self, entry: Any) -> Any:
        if entry not in self._entries:
            source = self._source(entry)
            texts = {
                name: self._marks.put(getattr(entry, name), source)
                for name in ("title", "text", "question")
                if hasattr(entry, name)
            }
            self._entries[entry] = replace(entry, **texts)
        return self._entries[entry]

    def _source(self, entry: Entry) -> Source:
        match entry:
            case Turn():
                private = entry.room is not None
                found = self._of("turn", entry.seat, private, entry.number, room=entry.room)
            case PassedNote():
                found = self._of("note", entry.to, entry.to is not None, entry.after)
            case Announcement():
                found = self._of("announced", entry.by, turn=entry.after)
            case Called():
                found = Source("announced", "the question that the floor was given with")
            case Motion():
                found = self._of("motion", entry.sponsors[0], part=entry.id)
            case Amendment():
                found = self._of("amendment", entry.by, part=entry.id)
            case Minutes():
                found = Source("minutes", turn=entry.through)
        return found

    def _of(
        self,
        kind: SourceKind,
        seat: str | None,
        private: bool = False,
        turn: int | None = None,
        *,
        room: str | None = None,
        part: str = "",
    ) -> Source:
        name = None if seat is None else self._names.get(seat)
        return Source(kind, part, 0, seat, name, private, turn, room)


# What the program finds things by, and no prompt shows.
_KEPT = frozenset(
    {"id", "persona", "model", "format", "kind"}
    | {"seats", "pairs", "rooms", "floor", "vote", "ends", "failures"}
)


def _walked(value: Any, put: Callable[[str, Path], str], path: Path = ()) -> Any:
    """A copy of a part of the manifest, each text of it replaced."""
    if isinstance(value, str):
        return put(value, path)
    if isinstance(value, tuple):
        return tuple(_walked(item, put, (*path, n)) for n, item in enumerate(value))
    if isinstance(value, BaseModel):
        kept = _KEPT - ({"id"} if path[:1] == ("facts",) else set())
        return value.model_copy(
            update={
                name: _walked(getattr(value, name), put, (*path, name))
                for name in type(value).model_fields
                if name not in kept
            }
        )
    return value


# A part of a card by its fields; texts of one part and number belong together.
_CARD: dict[tuple[str, ...], str] = {
    **dict.fromkeys([("name",), ("native_name",), ("role",), ("organisation",)], "who"),
    ("stances",): "stance",
    ("goals", "public"): "goal",
    ("goals", "private"): "goal",
    ("red_lines",): "red line",
    ("examples",): "example",
    ("sources",): "source",
    ("voice", "register_"): "voice, register",
    ("voice", "code_switching"): "voice, languages",
}
_PRIVATE = (("goals", "private"), ("red_lines",))
# Lists of words that say little one by one.
_TOGETHER = (("voice", "prefers"), ("voice", "avoids"), ("voice", "code_switching"))
_SCENARIO = {"rules": "rule", "phases": "phase"}


def _of_card(seat: str, name: str, path: Path) -> Source:
    fields = tuple(step for step in path if isinstance(step, str))[:2]
    part = _CARD.get(fields) or _CARD.get(fields[:1]) or ", ".join(fields)
    private = any(fields[: len(each)] == each for each in _PRIVATE)
    item = 0 if fields in _TOGETHER else _item(path)
    return Source("card", part, item, seat, name, private)


def _of_scenario(opened: ConferenceOpened, path: Path) -> Source:
    if path[0] == "facts" and isinstance(path[1], int):
        return Source("fact", opened.scenario.facts[path[1]].id)
    part = str(path[0])
    return Source("scenario", _SCENARIO.get(part, part), _item(path))


def _item(path: Path) -> int:
    return next((step + 1 for step in path if isinstance(step, int)), 0)
