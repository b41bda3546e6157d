"""All that a page tells of a conference, beside its record: table, facts, decisions, what it took.

    told = contents(source)

Values only, with texts as they stand in the transcript; `html` escapes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from debate.answer_wording import (
    assumed,
    motion_name,
    poll_heading,
    signature_line,
    swing_line,
    tally_line,
)
from debate.citations import citations
from debate.cost_wording import told as cost_told
from debate.events import AnyEvent, ConferenceForked, ConferenceOpened, Profile
from debate.export.record import Chapter, Spoken, chapters
from debate.export.source import Source
from debate.ledger import Communique, Ledger, Poll
from debate.scenario import HOUSE_MOTION
from debate.standing import Amendment, Motion
from debate.stats import Figures, Stats, stats
from debate.text import one_line
from debate.wording import CLOSED, begun, name_of


@dataclass(frozen=True, slots=True)
class Place:
    """A seat at the table."""

    number: int
    """From 0."""
    name: str
    native: str
    role: str
    """What they do, and for whom."""
    summary: str
    model: str
    """All that have spoken for it, in order."""
    side: str
    """And what it is at the table, if no mere member."""
    turns: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact on the table."""

    id: str
    text: str
    source: str
    turns: tuple[int, ...]
    """Those that cite it."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """How a seat voted."""

    seat: int
    name: str
    vote: str
    reason: str
    aside: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on a motion."""

    head: str
    phase: str
    told: str
    """Its count, or how far it is."""
    swing: str
    """How the votes moved since the first, in words."""
    counts: tuple[int, int, int] | None
    """For, against, abstaining; None while it is under way."""
    carried: bool
    secret: bool
    ballots: tuple[Ballot, ...]
    """None of a vote that is secret or under way."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A motion, with all that became of it."""

    id: str
    name: str
    title: str
    text: str
    sponsors: tuple[str, ...]
    amendments: tuple[tuple[str, str], ...]
    """Of each what it is and what became of it, and its text."""
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether a seat signed a communique."""

    seat: int
    name: str
    signed: bool
    told: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A communique."""

    turn: int
    name: str
    text: str
    signatures: tuple[Signature, ...]
    of: int


@dataclass(frozen=True, slots=True)
class Row:
    """What a seat, the clerk or all of them took."""

    name: str
    numbers: tuple[str, ...]
    """As the heads of `HEADS`."""


#: Heads of the numbers that a row has.
HEADS = ("Turns", "Words", "Read", "of it cached", "Written", "of it reasoning", "Seconds", "Cost")


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole page."""

    source: Source
    title: str
    notice: str
    motion: str
    background: str
    rules: tuple[str, ...]
    began: datetime | None
    standing: str
    forks: tuple[str, ...]
    places: tuple[Place, ...]
    facts: tuple[Fact, ...]
    matters: tuple[Matter, ...]
    papers: tuple[Paper, ...]
    chapters: tuple[Chapter, ...]
    rows: tuple[Row, ...]
    turns: int
    words: int

    @property
    def fact_texts(self) -> dict[str, str]:
        """By id."""
        return {fact.id: fact.text for fact in self.facts}


def contents(source: Source) -> Contents:
    """Read a transcript for a page.

    Raises:
        TranscriptError: if it cannot be read any more.
    """
    events = list(source.events())
    ledger, counted, record = Ledger(events), stats(events), chapters(events, source.turns)
    opened = ledger.state.opened
    scenario = opened.scenario
    return Contents(
        source=source,
        title=scenario.title,
        notice=source.notice,
        motion=scenario.motion,
        background=scenario.background,
        rules=scenario.rules,
        began=_utc(events[0].at),
        standing=_standing(ledger, events),
        forks=tuple(_forks(events)),
        places=tuple(_places(opened, counted, ledger)),
        facts=tuple(_facts(opened, record)),
        matters=tuple(_matters(ledger)),
        papers=tuple(_paper(each, ledger) for each in ledger.communiques),
        chapters=tuple(record),
        rows=tuple(_rows(counted)),
        turns=counted.total.turns,
        words=counted.total.words,
    )


def said(record: list[Chapter] | tuple[Chapter, ...]) -> Iterator[Spoken]:
    """The turns of a record, those in private too; those that were struck are none."""
    for chapter in record:
        for items in (chapter.items, *(room.items for room in chapter.rooms.values())):
            yield from (i for i in items if isinstance(i, Spoken) and not i.struck)


def _standing(ledger: Ledger, events: list[AnyEvent]) -> str:
    last = events[-1]
    if last.type == "conference.closed":
        return CLOSED[last.reason]
    paused = ledger.state.standing == "paused"
    return "It is paused." if paused else "It was cut short, or is under way."


def _utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        return at.astimezone(UTC)
    except OverflowError:  # a forged time, at the end of all time
        return None


def _forks(events: list[AnyEvent]) -> Iterator[str]:
    turn = 0
    for event in events:
        if event.type == "turn.closed":
            turn = event.turn
        if isinstance(event, ConferenceForked):
            place = f"after turn {turn}" if turn else "at its opening"
            yield f"{one_line(event.origin)}, {place}"


def _places(opened: ConferenceOpened, counted: Stats, ledger: Ledger) -> Iterator[Place]:
    for n, (card, figures) in enumerate(zip(opened.seats, counted.seats, strict=True)):
        persona = opened.personas[card.persona]
        part = {"chair": "in the chair", "audience": "in the audience"}.get(card.role, "")
        yield Place(
            number=n,
            name=card.name,
            native=persona.native_name or "",
            role=", ".join(filter(None, (persona.role, persona.organisation))),
            summary=persona.summary,
            model=_model(card.profile, figures.model),
            side=", ".join(filter(None, (card.side, part))),
            turns=figures.turns,
        )


def _model(profile: Profile, models: str) -> str:
    """The model as the user named it, and as its server does, if that says more."""
    known = profile.model != models or not profile.name or profile.name in models
    return models if known else f"{models} ({profile.name})"


def _facts(opened: ConferenceOpened, record: list[Chapter]) -> Iterator[Fact]:
    facts = opened.scenario.facts
    turns: defaultdict[str, list[int]] = defaultdict(list)
    for turn in sorted(said(record), key=lambda turn: turn.number) if facts else ():
        for each in citations(turn.text, facts):
            turns[each.id].append(turn.number)
    for fact in facts:
        yield Fact(fact.id, fact.text, fact.source, tuple(turns[fact.id]))


# -- motions, votes, signatures


def _matters(ledger: Ledger) -> Iterator[Matter]:
    opened, names = ledger.state.opened, _names(ledger.state.opened)
    if house := ledger.polls_on(HOUSE_MOTION):
        text = opened.scenario.motion
        votes = tuple(_vote(poll, ledger) for poll in house)
        yield Matter(HOUSE_MOTION, "The motion", "", text, (), (), votes)
    for motion in ledger.state.motions.values():
        yield _matter(motion, ledger, names)


def _matter(motion: Motion, ledger: Ledger, names: Mapping[str, str]) -> Matter:
    return Matter(
        id=motion.id,
        name=begun(motion_name(motion.id)),
        title=motion.title,
        text=motion.text,
        sponsors=tuple(name_of(seat, names) for seat in motion.sponsors),
        amendments=tuple(_amendment(each, names) for each in ledger.amendments_to(motion.id)),
        votes=tuple(_vote(poll, ledger) for poll in ledger.polls_on(motion.id)),
    )


def _amendment(each: Amendment, names: Mapping[str, str]) -> tuple[str, str]:
    became = {True: "accepted", False: "refused", None: "not answered"}[each.accepted]
    return f"Amendment {each.id} by {name_of(each.by, names)}, {became}", each.text


def _vote(poll: Poll, ledger: Ledger) -> Vote:
    opened = ledger.state.opened
    names, seats = _names(opened), {card.id: n for n, card in enumerate(opened.seats)}
    moved, decided = ledger.swing(poll), poll.decided
    open_ = decided is not None and not poll.plan.secret
    return Vote(
        head=poll_heading(poll.motion, poll.plan),
        phase=opened.scenario.phases[poll.phase].title,
        told=tally_line(decided) if decided else f"{len(poll.cast)} of {poll.of} have voted.",
        swing=swing_line(moved) if moved else "",
        counts=(decided.yes, decided.no, decided.abstain) if decided else None,
        carried=bool(decided and decided.carried),
        secret=poll.plan.secret,
        ballots=tuple(
            Ballot(seats[seat], name_of(seat, names), cast.vote, cast.reason, assumed(cast))
            for seat, cast in (poll.cast.items() if open_ else ())
        ),
    )


def _paper(each: Communique, ledger: Ledger) -> Paper:
    opened = ledger.state.opened
    names, seats = _names(opened), {card.id: n for n, card in enumerate(opened.seats)}
    return Paper(
        turn=each.turn,
        name=name_of(each.seat, names),
        text=each.text,
        signatures=tuple(
            Signature(seats[seat], name_of(seat, names), s.signed, signature_line(s, names))
            for seat, s in each.signatures.items()
        ),
        of=each.of,
    )


def _names(opened: ConferenceOpened) -> dict[str, str]:
    return {card.id: one_line(card.name) for card in opened.seats}


# -- what it took


def _rows(counted: Stats) -> Iterator[Row]:
    for figures in counted.seats:
        yield _row(figures, figures.name)
    if counted.clerk:
        yield _row(counted.clerk, f"The clerk ({counted.clerk.model})")
    yield _row(counted.total, "All")


def _row(figures: Figures, name: str) -> Row:
    tokens = (figures.input, figures.cached, figures.output, figures.reasoning)
    return Row(
        name,
        (
            f"{figures.turns:,}",
            f"{figures.words:,}",
            *("–" if n is None else f"{n:,}" for n in tokens),
            f"{figures.seconds:,.1f}",
            cost_told(figures.bill, brief=True),
        ),
    )
