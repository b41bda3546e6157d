"""How an audition looks: words as they come, two voices beside each other, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import click

from debate.audition import Candidate
from debate.cli.beside import BETWEEN, Row, rows_beside
from debate.cli.printer import Printer as ConferencePrinter
from debate.cli.wrapping import MAX_WIDTH
from debate.columns import Wrapper, cells, wrapped
from debate.errors import SpeakerError
from debate.events import ConferenceOpened, TurnClosed, TurnOpened
from debate.kept_answers import Answer, dumped
from debate.seating import card_hash, notice
from debate.take import Again, Delta, Item, Watch
from debate.text import showable, showable_json
from debate.voice_counts import TITLE, VoiceCounts, told
from debate.wording import broke_off

_UNBROKEN = 10**9


class Printer(Protocol):
    """Shows an audition, part by part; candidates are told apart by their number."""

    def head(self, seed: int) -> None:
        """Say who is heard."""

    def question(self, question: str, *, scene: bool) -> None:
        """A part begins."""

    def watch(self, which: int) -> Watch:
        """What shows a candidate as it speaks."""

    def answered(self, which: int, answers: Sequence[Answer]) -> None:
        """A candidate has ended."""

    def failed(self, which: int, error: SpeakerError) -> None:
        """A candidate's answer could not be had."""

    def part_over(self) -> None:
        """All have ended."""

    def counts(self, counts: Sequence[VoiceCounts]) -> None:
        """What was counted of each."""


def named(candidate: Candidate) -> str:
    """A candidate in a line: name, version of the card, model."""
    card = candidate.card
    return showable(f"{card.name} ({card.id} {card_hash(card)[:12]}), {candidate.model}")


class Flow:
    """One under another, each streaming.

    Args:
        candidates: Who is heard.
        columns: Of the terminal; None in a pipe, where lines are not broken.
    """

    def __init__(self, candidates: Sequence[Candidate], columns: int | None) -> None:
        self._candidates = candidates
        self._width = _UNBROKEN if columns is None else min(columns, MAX_WIDTH)
        self._scene = False
        self._wrapper = Wrapper(self._width)
        self._shown = False
        self._status = ConferencePrinter().status

    def head(self, seed: int) -> None:
        for candidate in self._candidates:
            self._say(named(candidate), bold=True)
        click.echo(f"seed {seed}")
        self._say(notice(candidate.card for candidate in self._candidates), dim=True)

    def question(self, question: str, *, scene: bool) -> None:
        self._scene = scene
        if not scene:  # of a scene, the motion is told as that of any conference
            click.echo()
            self._say(question, bold=True)

    def watch(self, which: int) -> Watch:
        self._wrapper, self._shown = Wrapper(self._width), False
        if len(self._candidates) > 1:
            click.echo()
            self._say(named(self._candidates[which]), fg="cyan")
        return ConferencePrinter() if self._scene else self._see

    def _see(self, item: Item) -> None:
        match item:
            case TurnOpened():
                self._status("waiting for the first word")
            case Delta(kind="reasoning"):
                self._status("thinking")
            case Delta(kind="text"):
                self._status("")
                self._shown = True
                click.echo(self._wrapper.feed(showable(item.text)), nl=False)
            case Delta(kind="unsaid"):
                self._broken("what stands above was the model's reasoning")
            case Again():
                self._broken(broke_off(item.why, item.seconds))
            case TurnClosed():
                self._status("")
                if not self._shown:
                    click.echo(self._wrapper.feed(showable(item.text)), nl=False)
                click.echo(self._wrapper.finish())
            case _:
                pass

    def _broken(self, why: str) -> None:
        self._status("")
        if self._shown:
            click.echo(self._wrapper.finish())
        click.secho(f"  [{showable(why)}]", dim=True)
        self._wrapper, self._shown = Wrapper(self._width), False

    def answered(self, which: int, answers: Sequence[Answer]) -> None:
        pass

    def failed(self, which: int, error: SpeakerError) -> None:
        self._status("")
        if self._shown and not self._scene:
            click.echo(self._wrapper.finish())
        self._say(f"[no answer: {error}]", dim=True)

    def part_over(self) -> None:
        pass

    def counts(self, counts: Sequence[VoiceCounts]) -> None:
        click.secho(f"\n{TITLE}", bold=True)
        for candidate, counted in zip(self._candidates, counts, strict=True):
            if len(counts) > 1:
                click.echo()
                self._say(named(candidate), fg="cyan")
            for line in count_lines(counted, self._width):
                click.echo(line)

    def _say(self, text: str, **style: Any) -> None:
        for line in wrapped(text, self._width):
            click.secho(line, **style)


class Columns:
    """Two beside each other, each part once both have spoken."""

    LEAST = 80  # columns of the terminal

    def __init__(self, candidates: Sequence[Candidate], columns: int) -> None:
        self._candidates = candidates
        self._width = (min(columns, 2 * MAX_WIDTH + len(BETWEEN)) - len(BETWEEN)) // 2
        self._names: dict[str, str] = {}
        self._scene = False
        self._rows: list[list[Row]] = [[], []]
        self._status = ConferencePrinter().status

    def head(self, seed: int) -> None:
        self._beside([self._folded([(named(each), True)]) for each in self._candidates])
        rule = [("─" * self._width, False)]
        self._beside([rule, rule])
        click.echo(f"seed {seed}")
        click.secho(notice(candidate.card for candidate in self._candidates), dim=True)

    def question(self, question: str, *, scene: bool) -> None:
        self._scene = scene
        click.echo()
        for line in wrapped(question, 2 * self._width):
            click.secho(line, bold=True)

    def watch(self, which: int) -> Watch:
        self._rows[which] = []

        def see(item: Item) -> None:
            match item:
                case ConferenceOpened():
                    self._names = {seat.id: seat.name for seat in item.seats}
                case TurnOpened():
                    name = self._names.get(item.seat, item.seat)
                    self._status(f"{name} speaks ({which + 1} of {len(self._candidates)})")
                case TurnClosed():
                    if self._scene:
                        name = self._names.get(item.seat, item.seat)
                        self._rows[which] += [("", False), *self._folded([(name, True)])]
                    self._rows[which] += self._folded([(item.text, False)])
                case _:
                    pass

        return see

    def answered(self, which: int, answers: Sequence[Answer]) -> None:
        pass

    def failed(self, which: int, error: SpeakerError) -> None:
        self._rows[which] += self._folded([(f"[no answer: {error}]", False)])

    def part_over(self) -> None:
        self._status("")
        self._beside(self._rows)

    def counts(self, counts: Sequence[VoiceCounts]) -> None:
        click.secho(f"\n{TITLE}", bold=True)
        self._beside([[(line, False) for line in count_lines(c, self._width)] for c in counts])

    def _folded(self, rows: Iterable[Row]) -> list[Row]:
        return [(line, head) for text, head in rows for line in wrapped(text, self._width)]

    def _beside(self, both: Sequence[Sequence[Row]]) -> None:
        rows_beside(both[0], both[1], self._width)


class Lines:
    """A line of JSON for each answer, as it is kept; then one for the counts of each candidate."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates

    def head(self, seed: int) -> None:
        pass

    def question(self, question: str, *, scene: bool) -> None:
        pass

    def watch(self, which: int) -> Watch:
        return lambda item: None

    def answered(self, which: int, answers: Sequence[Answer]) -> None:
        for answer in answers:
            click.echo(showable_json(dumped(answer).decode()))

    def failed(self, which: int, error: SpeakerError) -> None:
        click.echo(f"no answer: {showable(str(error))}", err=True)

    def part_over(self) -> None:
        pass

    def counts(self, counts: Sequence[VoiceCounts]) -> None:
        for candidate, counted in zip(self._candidates, counts, strict=True):
            line = {
                "type": "counts",
                "card": card_hash(candidate.card),
                "model": candidate.model,
                **asdict(counted),
            }
            click.echo(showable_json(json.dumps(line, ensure_ascii=False)))


def count_lines(counts: VoiceCounts, width: int) -> list[str]:
    """The counts, a line each or more."""
    head = max(cells(name) for name, _ in told(counts)) + 2
    if width < 2 * head:
        return [line for name, said in told(counts) for line in wrapped(f"{name}: {said}", width)]
    lines = []
    for name, said in told(counts):
        first, *rest = wrapped(said, width - head)
        lines += [name + " " * (head - cells(name)) + first, *(" " * head + line for line in rest)]
    return lines
