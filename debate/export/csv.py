"""Conferences as a tidy table: one turn a row, and every column can be read by itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence

from debate.events import TurnClosed, TurnOpened
from debate.export.source import Source
from debate.spreadsheet import Value, cell
from debate.state import ConferenceState, apply
from debate.text import count_words

COLUMNS = (
    *("simulated", "transcript", "head", "scenario", "arm", "seed", "layout", "phase"),
    *("phase_number", "kind", "round", "room", "turn", "part", "to", "seat", "name", "persona"),
    *("role", "side", "model", "fallback", "words", "words_from", "words_to", "input", "cached"),
    *("cache_written", "output", "reasoning", "first", "seconds", "tries", "finish", "warning"),
    *("closed_at", "text"),
)


def header() -> str:
    """The first line."""
    return _row(COLUMNS)


def turn_rows(source: Source, seats: Collection[str] = ()) -> Iterator[str]:
    """A row for each turn in the record, as they ended. No cell can be taken for a formula.

    Args:
        source: The transcript.
        seats: Whose turns; all seats' if none is said.
    """
    state = ConferenceState()
    opened: dict[int, TurnOpened] = {}
    for event in source.events():
        match event:
            case TurnOpened() if event.turn in source.turns:
                opened[event.turn] = event
            case TurnClosed() if event.turn in opened:
                turn = opened.pop(event.turn)
                if not seats or event.seat in seats:
                    yield _row(_values(source, state, turn, event))
            case _:
                pass
        state = apply(state, event)


def _values(
    source: Source, state: ConferenceState, opened: TurnOpened, closed: TurnClosed
) -> Sequence[Value]:
    manifest, card = source.opened, state.seat(opened.seat)
    plan, usage, timing = manifest.scenario.phases[opened.phase], closed.usage, closed.timing
    model = (closed.by or state.profiles[opened.seat]).model
    return (
        *(source.notice, source.name, source.head, manifest.scenario.id),
        *(source.factors.get("arm"), state.seed, manifest.layout, plan.id, opened.phase + 1),
        *(plan.kind, opened.round, opened.room, opened.turn, opened.part, opened.to),
        *(opened.seat, card.name, card.persona, card.role, card.side, model),
        *(closed.by is not None, count_words(closed.text), plan.words.from_, plan.words.to),
        *(usage.input, usage.cached, usage.cache_written, usage.output, usage.reasoning),
        *(timing.first, timing.total, len(closed.tries), closed.finish, closed.warning),
        *(closed.at.isoformat() if closed.at else None, closed.text),
    )


def _row(values: Sequence[Value]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(map(cell, values))
    return out.getvalue()
