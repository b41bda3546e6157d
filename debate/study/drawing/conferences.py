"""Drawing a study of bargaining: whole conferences, their speakers called by letters.

Motions and amendments are turns of those who tabled them, in their place. What any speaker of the
study may have been given, apart from what was said at the table, goes into one pool, the same for
every conference: a rater who sees it learns nothing of the arm of any. To whom a passage had truly
been given stands in the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debate.errors import UserError
from debate.events import (
    AmendmentProposed,
    AnyEvent,
    MotionTabled,
    TurnClosed,
)
from debate.prompts.sources import Source
from debate.provenance import portions
from debate.study.drawing.blinding import letters_of
from debate.study.drawing.excerpts import Held, sources, speakers
from debate.study.drawing.masking import NAME, Masker, people
from debate.study.drawing.plan import StudyPlan
from debate.study.key import Given, ItemKey, Key, Mask, Origin, opaque

# What was said or moved at a table is in the conference itself.
_SAID = frozenset({"turn", "minutes", "announced", "motion", "amendment", "unknown"})
POOL = "pool"


@dataclass(frozen=True, slots=True)
class _Said:
    seq: int
    seat: str
    phase: int
    room: str | None
    text: str


def draw_coding(plan: StudyPlan, *, secret: str) -> Key:
    """Draw a study of bargaining: every conference is an item.

    Raises:
        UserError: if nothing was said in any.
    """
    personas = speakers(plan.conferences)
    names = [n for c in plan.conferences for each in c.called.values() for n in each]
    masker = Masker.of(personas.values(), names, plan.terms)
    pool = opaque(secret, POOL)
    conferences = list(plan.conferences)[: plan.most]
    items = [
        _item(held, masker, opaque(secret, "item", n), pool, secret)
        for n, held in enumerate(conferences, 1)
    ]
    if not any(item.origins[0].turns for item in items):
        raise UserError("nothing was said in these transcripts")
    return Key(
        id=opaque(secret, "study"),
        secret=secret,
        seed=plan.seed,
        title=plan.title,
        rubric=plan.rubric,
        raters=tuple(plan.raters),
        sources=sources(plan.conferences),
        each=plan.each,
        people=people(personas.values()),
        cards={},
        shown=(),
        items=tuple(items),
        pools={pool: tuple(_pool(conferences, items, masker, secret))},
        exclusions=plan.exclusions,
    )


def _item(held: Held, masker: Masker, id: str, pool: str, secret: str) -> ItemKey:
    said = list(_said(held))
    letters = letters_of([each.seat for each in said], id, secret)
    turns = tuple(each.text for each in said)
    known = {
        name: letters[seat]
        for seat, called in held.called.items()
        if seat in letters
        for name in called
    }
    masks = tuple(_lettered(mask, turns, known) for mask in masker.propose(turns))
    return ItemKey(
        id=id,
        task="coding",
        kind="genuine",
        scene=masker.masked(held.motion)[:400],
        cluster=held.name,
        origins=(
            Origin(
                arm=held.arm,
                transcript=held.name,
                head=held.head,
                seqs=tuple(each.seq for each in said),
                turns=turns,
                masks=masks,
            ),
        ),
        seats=tuple(each.seat for each in said),
        phases=tuple(_place(held, each, letters) for each in said),
        pool=pool,
    )


def _lettered(mask: Mask, turns: tuple[str, ...], known: dict[str, str]) -> Mask:
    """A name at this table, masked by the letter of whoever is meant."""
    name = turns[mask.turn][mask.start : mask.end]
    letter_ = known.get(name) if mask.shown == NAME else None
    return mask.model_copy(update={"shown": f"[{letter_}]"}) if letter_ else mask


def _said(held: Held) -> Iterator[_Said]:
    """Turns of the record, and motions and amendments where they were tabled."""
    kept = {turn.number: turn for turn in held.state.record}
    for entry in held.entries:
        event: AnyEvent = entry.event
        match event:
            case TurnClosed() if (turn := kept.get(event.turn)) and turn.text.strip():
                yield _Said(event.seq, turn.seat, turn.phase, turn.room, turn.text)
            case MotionTabled(seat=str(seat)):
                said = f"Tables motion {event.motion}, {event.title}: {event.text}"
                yield _Said(event.seq, seat, event.phase, None, said)
            case AmendmentProposed(seat=str(seat)):
                said = f"Proposes that motion {event.motion} read: {event.text}"
                yield _Said(event.seq, seat, event.phase, None, said)
            case _:
                pass


def _place(held: Held, said: _Said, letters: dict[str, str]) -> str:
    """In which phase something was said; of a private room, with whom."""
    kind = held.state.opened.scenario.phases[said.phase].kind
    if said.room is None:
        return kind
    members = held.state.rooms.get((said.phase, said.room), ())
    return f"{kind}, in private: {', '.join(sorted(letters.get(seat, '?') for seat in members))}"


def _pool(
    conferences: list[Held], items: list[ItemKey], masker: Masker, secret: str
) -> Iterator[Given]:
    """Every text that any speaker was given beside what was said, once, with to whom."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for held, item in zip(conferences, items, strict=True):
        for portion in portions(entry.event for entry in held.entries):
            for passage in portion.passages:
                if passage.source.kind not in _SAID and portion.opened.seat:
                    text = masker.masked(passage.text)
                    to = found.setdefault((_kind(passage.source), text), set())
                    to.add((item.id, portion.opened.seat))
    for (kind, text), to in found.items():
        yield Given(
            id=opaque(secret, "passage", kind, text), kind=kind, text=text, to=tuple(sorted(to))
        )


def _kind(source: Source) -> str:
    kind = {"wording": "rule or template", "fact": "scenario"}.get(source.kind, source.kind)
    return f"{kind}, private" if source.private else kind
