"""What a speaker had been given: every text that had stood in its prompts, with its source.

    given = given_to(events, turn=4)
    for passage in given.passages:
        print(passage.source.described(given.seat), passage.text)

What a seat had been given up to a turn is what stood in any prompt sent to it up to that turn's
own, for a turn or for a bid, a vote or another ask: its own earlier words too, and words that
minutes have since taken the place of. It is found by rendering those prompts again, each text
between marks that tell its source (`prompts.sources`), so it cannot hold what `prompts.layouts`
keeps from a seat. What a model knew from its training is in no prompt: no list of passages can show
that a thought was new.

Where a seat's reply to an ask could not be read it was shown that reply and asked once more; such a
reply is the one text that stood in a prompt and is not among the passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from debate.answers import Answer
from debate.errors import TranscriptError, UserError, YaltaError
from debate.events import (
    AnyEvent,
    AskFailed,
    AskOpened,
    ConferenceOpened,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.prompts.environment import shipped_templates, wording
from debate.prompts.layouts import Message, Projection, request_hash
from debate.prompts.sources import MarkedStates, Marks, Source
from debate.standing import ConferenceState
from debate.state import apply
from debate.steps import Calling, ask_of, floor_of
from debate.text import count_words, words

#: How many words a passage has at most, as `text.count_words` counts them, and how many characters:
#: of a text without spaces a single word may be a page.
MOST_WORDS, MOST_CHARACTERS = 80, 800

_GAP = "…"
_GAPS = re.compile(r"…(?:[ ,/]{0,3}…)+")
_WORD = re.compile(r"\b[^\W\d_]+\b")  # ids of motions, M1, are no words
# Words that the program itself puts into templates; see `prompts.briefs`.
_VALUES = frozenset({"turn", "round", "the", "motion", "of", "conference"})
_CLERKS = frozenset({"clerk.j2", "minutes.j2"})  # templates of prompts that no seat is sent
# What stands between the texts of one source. Anything else is a list.
_JOINTS = {"stance": ": ", "phase": ": ", "motion": ": ", "example": " — ", "fact": " · "}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that a seat had been given, small enough to be read at a glance."""

    text: str
    """As it stood in the prompt, on one line."""
    source: Source
    since: int
    """The `seq` of the line by whose prompt the seat was first given it."""


@dataclass(frozen=True, slots=True)
class Portion:
    """What one prompt gave to its seat that none of its earlier prompts had."""

    opened: TurnOpened | AskOpened
    passages: tuple[Passage, ...]
    same: bool
    """Whether the prompt is the one that was sent, as its recorded hash tells."""
    traced: bool
    """False if its sources could not be told apart: its lines are passages of unknown source."""

    @property
    def name(self) -> str:
        """What the seat was prompted for: "turn 3", "ask 5 (bid)"."""
        opened = self.opened
        if isinstance(opened, TurnOpened):
            return f"turn {opened.turn}"
        return f"ask {opened.ask} ({opened.kind})"


@dataclass(frozen=True, slots=True)
class Given:
    """All that a seat had been given up to a turn or an ask."""

    opened: TurnOpened | AskOpened
    """The turn or the ask; what it said is not among the passages."""
    seat: str
    """Whose it is."""
    name: str
    """What the seat is called at the table."""
    portions: tuple[Portion, ...]
    """Of each prompt that the seat was sent, its own last."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, in the order in which they were first given."""
        return tuple(passage for portion in self.portions for passage in portion.passages)


def given_to(events: Sequence[AnyEvent], opened: TurnOpened | AskOpened) -> Given:
    """What the seat that speaks in a turn, or answers an ask, had been given when it was asked.

    Args:
        events: A conference's events, from the first.
        opened: The turn or the ask, whatever became of it: one of the events.

    Raises:
        UserError: if it was no seat that was asked.
        TranscriptError: if a prompt cannot be rendered again.
    """
    if opened.seat is None:
        raise UserError("whoever holds the conference was asked, and was sent no prompt")
    found = []
    for portion in portions(events, opened.seat):
        found.append(portion)
        if portion.opened is opened:
            break
    manifest = events[0]
    assert isinstance(manifest, ConferenceOpened)  # else no prompt could have been rendered
    name = next((seat.name for seat in manifest.seats if seat.id == opened.seat), opened.seat)
    return Given(opened, opened.seat, name, tuple(found))


def turn_opened(events: Iterable[AnyEvent], turn: int) -> TurnOpened:
    """The line that opens a turn.

    Args:
        events: The conference's events.
        turn: The turn's number.

    Raises:
        UserError: if no such turn was opened.
    """
    last = 0
    for event in events:
        if isinstance(event, TurnOpened):
            if event.turn == turn:
                return event
            last = max(last, event.turn)
    hint = f"its last turn is {last}" if last else "none was opened"
    raise UserError(f"the transcript has no turn {turn}", hint=hint)


def opened_at(events: Sequence[AnyEvent], seq: int) -> TurnOpened | AskOpened:
    """The line that opens the turn, or the ask, that a line of a transcript opens or ends.

    Args:
        events: The conference's events.
        seq: The line's `seq`: of a turn's beginning or end, a bid, a motion, a ballot.

    Raises:
        UserError: if there is no such line, or nobody was asked for it.
    """
    event = next((e for e in events if e.seq == seq), None)
    match event:
        case None:
            raise UserError(f"the transcript has no line with seq {seq}")
        case TurnOpened() | AskOpened():
            return event
        case TurnClosed() | TurnFailed():
            return turn_opened(events, event.turn)
        case Answer() | AskFailed() if event.ask is not None:
            for each in events:
                if isinstance(each, AskOpened) and each.ask == event.ask:
                    return each
        case _:
            pass
    raise UserError(
        f"the line with seq {seq} is {event.type}, for which nobody was asked",
        hint="give the seq of a turn or an answer, or --turn with the turn's number",
    )


def portions(events: Iterable[AnyEvent], seat: str | None = None) -> Iterator[Portion]:
    """Read the prompts of a conference again, in the order in which they were sent.

    Args:
        events: The conference's events, from the first.
        seat: Whose prompts; None reads those of all seats.

    Raises:
        TranscriptError: if a prompt cannot be rendered again.
    """
    events = list(events)
    reader = _Reader(events)
    state = ConferenceState()
    for event in events:
        # An ask of the person who holds the conference is an ask of no seat.
        if isinstance(event, TurnOpened | AskOpened) and event.seat and seat in (None, event.seat):
            yield reader.read(state, event.seat, event)
        state = apply(state, event)


@dataclass(slots=True)
class _Seen:
    """What a seat has been given so far."""

    messages: set[str] = field(default_factory=set)
    prefix: str = ""
    """Of its last message, what the next prompt will begin with again."""
    marks: set[int] = field(default_factory=set)
    passages: set[tuple[str, Source]] = field(default_factory=set)

    def unread(self, messages: Iterable[Message]) -> Iterator[str]:
        """What of a prompt it has not been given before, apart from what is repeated in it."""
        *before, last = messages
        for message in before:
            if message.content not in self.messages:
                self.messages.add(message.content)
                yield message.content
        shared = bool(self.prefix) and last.content.startswith(self.prefix)
        yield last.content[len(self.prefix) if shared else 0 :]
        self.prefix = last.content[: last.stable]


class _Reader:
    """Renders prompts with marked texts, and takes them apart."""

    def __init__(self, events: Iterable[AnyEvent]) -> None:
        self._marks = Marks(event.model_dump_json() for event in events)
        self._marked = MarkedStates(self._marks)
        self._projections: dict[bool, tuple[ConferenceOpened, Projection]] = {}
        self._unmarked: dict[str, str] = {}
        self._prefix = ("", "")
        self._static: dict[str, frozenset[str]] = {}
        self._seen: dict[str, _Seen] = {}

    def read(self, before: ConferenceState, seat: str, opened: TurnOpened | AskOpened) -> Portion:
        """What a prompt gave to its seat.

        Args:
            before: The conference as it stood when the turn or the ask opened.
            seat: Whose it is.
            opened: The turn or the ask.
        """
        try:
            return self._read(before, seat, opened)
        except (YaltaError, ValueError, LookupError) as error:  # a forged seat, phase or motion
            raise TranscriptError(
                f"the prompt of {Portion(opened, (), False, False).name} cannot be rendered again:"
                f" {error}",
                hint="`yalta verify` tells what is wrong with the transcript",
            ) from None

    def _read(self, before: ConferenceState, seat: str, opened: TurnOpened | AskOpened) -> Portion:
        seen = self._seen.setdefault(seat, _Seen())
        step = floor_of(opened) if isinstance(opened, TurnOpened) else ask_of(opened)
        marked = self._prompt(self._marked(before), step, marked=True)
        plain = self._plain(marked)
        same = traced = request_hash(plain) == opened.request
        if not same:
            # Either it is not the prompt that was sent, or it depends on the texts themselves, as
            # where a template compares them, and is laid out otherwise when they are marked.
            true = self._prompt(before, step, marked=False)
            same, traced = request_hash(true) == opened.request, list(true) == plain
            plain = list(true)
        passages = self._passages(seen, marked) if traced else _lines(plain)
        fresh = []
        for text, source in passages:
            if (text, source) not in seen.passages:
                seen.passages.add((text, source))
                fresh.append(Passage(text, source, opened.seq))
        return Portion(opened, tuple(fresh), same, traced)

    def _prompt(
        self, state: ConferenceState, step: Calling, *, marked: bool
    ) -> tuple[Message, ...]:
        manifest = state.opened
        known = self._projections.get(marked)
        if known is None or known[0] is not manifest:
            known = self._projections[marked] = (manifest, Projection(manifest))
            self._static = _static_words(manifest.templates)
        return known[1].messages(state, step)

    def _plain(self, messages: Iterable[Message]) -> list[Message]:
        """The prompt as it would be unmarked. A record that has only grown is not read anew."""
        *before, last = messages
        plain = []
        for message in before:
            if message.content not in self._unmarked:
                self._unmarked[message.content] = self._marks.removed(message.content)
            plain.append(Message(message.role, self._unmarked[message.content]))
        known, stable = self._prefix
        if len(known) > last.stable or not last.content.startswith(known):
            known, stable = "", ""
        tail = self._marks.removed(last.content[last.stable :])
        stable += self._marks.removed(last.content[len(known) : last.stable])
        self._prefix = (last.content[: last.stable], stable)
        return [*plain, Message(last.role, stable + tail)]

    def _passages(self, seen: _Seen, messages: Iterable[Message]) -> Iterator[tuple[str, Source]]:
        together: dict[Source, list[str]] = {}
        lines: dict[str, None] = {}
        for content in seen.unread(messages):
            for number, source, text in self._marks.spans(content):
                if number not in seen.marks:
                    seen.marks.add(number)
                    together.setdefault(source, []).append(text)
            outside = self._marks.outside(content, _GAP)
            lines |= dict.fromkeys(_GAPS.sub(_GAP, line) for line in outside)
        for source, texts in together.items():
            joint = _JOINTS.get(source.part) or _JOINTS.get(source.kind, ", ")
            for text in windows(joint.join(texts)):
                yield text, source
        for line in lines:
            if count_words(line):
                own = frozenset(_WORD.findall(line))
                maybe = [name for name, known in self._static.items() if own <= known]
                maybe = maybe or [n for n, known in self._static.items() if own - _VALUES <= known]
                for text in windows(line):
                    yield text, Source("wording", " or ".join(maybe))


def _static_words(templates: dict[str, str]) -> dict[str, frozenset[str]]:
    """The words that each template of a seat's prompts has of its own."""
    return {
        name: frozenset(_WORD.findall(wording(source)))
        for name, source in {**shipped_templates(), **templates}.items()
        if name not in _CLERKS
    }


def _lines(messages: Iterable[Message]) -> Iterator[tuple[str, Source]]:
    """The lines of a prompt whose sources cannot be told apart."""
    for message in messages:
        for line in message.content.split("\n"):
            for text in windows(line):
                yield text, Source("unknown")


# Behind the end of a sentence, with what closes it; Chinese writes no space there.
_SENTENCE = re.compile(
    r"(?<=[.!?…]) |(?<=[.!?…][\"”’')\]]) |(?<=[。！？；])(?![”’」』）\"')。！？；])"
)


def windows(text: str) -> list[str]:
    """A text as passages of whole sentences, each on one line, of at most 80 words if it can be.

    A line of the text begins a passage of its own. A sentence that is longer is broken between
    words, and a word that is a page long within it.
    """
    found: list[str] = []
    for line in text.split("\n"):
        passage, count = "", 0
        for piece in _pieces(" ".join(line.split())):
            more = count_words(piece)
            if passage and (
                count + more > MOST_WORDS or len(passage) + len(piece) > MOST_CHARACTERS
            ):
                found.append(passage.strip())
                passage, count = "", 0
            passage, count = passage + piece, count + more
        if passage.strip():
            found.append(passage.strip())
    return found


def _pieces(line: str) -> Iterator[str]:
    """The sentences of a line, and the parts of those that are too long for a passage."""
    begin = 0
    for end in [*(found.end() for found in _SENTENCE.finditer(line)), len(line)]:
        starts = [begin + word.start() for word in words(line[begin:end])]
        cuts = [*starts[MOST_WORDS::MOST_WORDS], end]
        for cut in cuts:
            while cut - begin > MOST_CHARACTERS:
                yield line[begin : begin + MOST_CHARACTERS]
                begin += MOST_CHARACTERS
            yield line[begin:cut]
            begin = cut
