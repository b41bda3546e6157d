"""Shows the stream of a conference in a terminal or a pipe: live, or from a transcript.

Words go to standard output. What passes (who reads, who thinks) goes to a status line on standard
error, only on a terminal. All text is shown as text: it went through `showable` on its way in, and
goes through it again here, since a transcript may come from a stranger.
"""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections import deque
from dataclasses import dataclass

import click

from debate.events import (
    BudgetSet,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    FloorPaused,
    MinutesTaken,
    NotePassed,
    PhaseOpened,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.take import Again, Delta, Item, Minuting, Progress
from debate.text import showable
from debate.wording import CLOSED, broke_off, minutes_heading, spoken_by

MAX_WIDTH = 96
# Distinct on dark and on light grounds; the name itself is always there as well.
COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red")


def cells(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


class Wrapper:
    """Breaks a stream of text into lines of a width, at spaces and between wide characters."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._column = 0
        self._word = ""
        self._space = ""

    def feed(self, text: str) -> str:
        """The text that can be printed now; the last word waits for its end."""
        out: list[str] = []
        for c in text:
            if c == "\n":
                out.append(self._place() + "\n")
                self._column, self._space = 0, ""
            elif c.isspace():
                out.append(self._place())
                self._space += " " if self._column else ""
            elif unicodedata.east_asian_width(c) in "WF":
                out.append(self._place())
                self._word = c
                out.append(self._place())
            else:
                self._word += c
        return "".join(out)

    def finish(self) -> str:
        """The rest."""
        return self._place()

    def _place(self) -> str:
        word, self._word = self._word, ""
        if not word:
            return ""
        space, self._space = self._space, ""
        if self._column + len(space) + cells(word) > self._width and self._column:
            space, self._column = "\n", 0
        else:
            self._column += len(space)
        if self._column + cells(word) > self._width:
            word = self._broken(word)
        else:
            self._column += cells(word)
        return space + word

    def _broken(self, word: str) -> str:
        """A word that no line can hold, broken where lines end."""
        out: list[str] = []
        for c in word:
            if self._column + cells(c) > self._width and self._column:
                out.append("\n")
                self._column = 0
            out.append(c)
            self._column += cells(c)
        return "".join(out)


def paragraph(text: str) -> None:
    """Print a text indented, wrapped, with nothing in it that could steer the terminal."""
    wrapper = Wrapper(MAX_WIDTH - 2)
    wrapped = wrapper.feed(showable(text)) + wrapper.finish()
    click.echo("  " + wrapped.replace("\n", "\n  "))


@dataclass(slots=True)
class _Live:
    """A turn that is being shown."""

    turn: int
    seat: str
    wrapper: Wrapper
    any: bool = False
    thinking: bool = False


class Printer:
    """A viewer of a conference's stream: call it with each item.

    Args:
        reasoning: Whether reasoning is shown.
        width: Columns; that of the terminal if None, unbroken lines in a pipe.
    """

    def __init__(self, *, reasoning: bool = False, width: int | None = None) -> None:
        self._tty = sys.stdout.isatty()
        self._status_tty = sys.stderr.isatty()
        columns = shutil.get_terminal_size((MAX_WIDTH, 24)).columns
        self._width = width or (min(columns, MAX_WIDTH) if self._tty else 10**9)
        self._reasoning = reasoning
        self._names: dict[str, str] = {}
        self._colours: dict[str, str] = {}
        self._titles: list[str] = []
        self._live: _Live | None = None
        self._waiting: deque[Item] = deque()
        self._status_shown = ""

    def __call__(self, item: Item) -> None:
        """Show an item."""
        match item:
            case ConferenceOpened():
                self._open(item)
            case PhaseOpened():
                self._heading(item.title)
            case Progress():
                self._progress(item)
            case Minuting():
                self.status("The clerk writes minutes")
            case TurnOpened() | Delta() | Again() | TurnClosed() | TurnFailed():
                self._turn(item)
            case NotePassed() | TurnSkipped() | TurnWithdrawn() | SeatChanged() | BudgetSet():
                self._order(item)
            case MinutesTaken():
                self._minutes(item)
            case ConferenceForked():
                self._note(f"Forked from {item.origin}; what follows is another future.")
            case FloorPaused():
                self._note(f"Paused: {item.reason}.")
            case ConferenceClosed():
                self._note(CLOSED[item.reason])
            case _:
                pass

    def status(self, text: str) -> None:
        """Show a passing word on the status line, or take it away with ''."""
        if not self._status_tty or text == self._status_shown:
            return
        room = shutil.get_terminal_size().columns - 1
        click.echo("\r\x1b[K" + showable(text)[:room], nl=False, err=True)
        self._status_shown = text

    def _open(self, event: ConferenceOpened) -> None:
        self.status("")
        self._names = {s.id: showable(s.name) for s in event.seats}
        self._colours = {s.id: COLOURS[n % len(COLOURS)] for n, s in enumerate(event.seats)}
        self._say(click.style(showable(event.scenario.title), bold=True))
        self._say(self._wrapped(showable(event.scenario.motion)))
        self._say("")
        for s in event.seats:
            name = click.style(self._names[s.id], fg=self._colours[s.id], bold=True)
            self._say(f"  {name}  {showable(s.profile.model)}")
        self._say("")
        self._say(click.style(self._wrapped(showable(event.notice)), dim=True))

    def _turn(self, item: TurnOpened | Delta | Again | TurnClosed | TurnFailed) -> None:
        """Show one turn at a time: items of turns side by side wait until it is their turn's."""
        if self._live is None:
            if not isinstance(item, TurnOpened):
                return  # the transcript of a program that ended during this turn
            self._live = _Live(item.turn, item.seat, Wrapper(self._width))
            self.status(f"{self._name(item.seat)} has the floor")
            return
        if item.turn != self._live.turn:
            self._waiting.append(item)
            return
        match item:
            case Delta():
                if item.kind == "unsaid":
                    self._speak("\n\n[What stands above was the model's reasoning.]\n\n")
                elif item.kind == "text" or self._reasoning:
                    thinking = item.kind == "reasoning"
                    if self._live.thinking and not thinking:
                        self._speak("\n\n")
                    self._live.thinking = thinking
                    self._speak(item.text)
                else:
                    self.status(f"{self._name(item.seat)} is thinking")
            case Again():
                # Where no word of it was shown, nothing yet says whose turn it is.
                whose = "" if self._live.any else f"{self._name(item.seat)}: "
                self._hush()
                self._remark(whose + showable(broke_off(item.why, item.seconds)))
                # What comes next is said from its start, under a head of its own.
                self._live = _Live(item.turn, item.seat, Wrapper(self._width))
            case TurnClosed() | TurnFailed():
                self._land(item)
            case TurnOpened():
                pass

    def _land(self, item: TurnClosed | TurnFailed) -> None:
        """End the live turn: its words are all there, or it failed."""
        asides = []
        if isinstance(item, TurnFailed):
            asides = [f"{self._name(item.seat)}: {item.reason}: {showable(item.message)}"]
        else:
            if self._live and not self._live.any:
                if self._reasoning and item.reasoning:
                    self._speak(f"{item.reasoning}\n\n")
                self._speak(item.text)
            if item.finish in ("length", "filter"):
                why = "token limit" if item.finish == "length" else "provider's filter"
                asides = [f"ended by the {why}"]
            asides += [showable(aside) for aside in (spoken_by(item), item.warning) if aside]
        self._hush()
        for aside in asides:
            self._remark(aside)
        self._next()

    def _order(
        self, item: NotePassed | TurnSkipped | TurnWithdrawn | SeatChanged | BudgetSet
    ) -> None:
        """Tell what the chair did, once the live turn has ended."""
        if self._live:
            self._waiting.append(item)
            return
        match item:
            case NotePassed():
                to = self._name(item.to) if item.to else "all"
                told = f"Note from the chair to {to}: {item.text}"
            case TurnSkipped():
                told = f"{self._name(item.seat)} is passed over in round {item.round}."
            case TurnWithdrawn():
                told = f"Turn {item.turn} is struck from the record, and asked for again."
            case SeatChanged():
                told = f"From here on, {item.profile.model} speaks for {self._name(item.seat)}."
            case BudgetSet():
                told = f"From here on, it may cost {item.cost.normalize():f} in all."
        self._note(told)

    def _minutes(self, item: MinutesTaken) -> None:
        """Minutes as a block of their own, once the live turn has ended."""
        if self._live:
            self._waiting.append(item)
            return
        self.status("")
        self._say("\n" + click.style(showable(minutes_heading(item)), bold=True))
        self._say(click.style(self._wrapped(showable(item.text)), dim=True))

    def _next(self) -> None:
        self._live = None
        waiting, self._waiting = self._waiting, deque()
        for item in waiting:
            self(item)

    def _speak(self, text: str) -> None:
        if self._live is None:
            return
        if not self._live.any:
            self.status("")
            self._live.any = True
            seat = self._live.seat
            name = click.style(self._name(seat), fg=self._colours.get(seat), bold=True)
            self._say(f"\n{name}")
        click.echo(self._live.wrapper.feed(showable(text)), nl=False)

    def _hush(self) -> None:
        self.status("")
        if self._live and self._live.any:
            self._say(self._live.wrapper.finish())

    def _progress(self, item: Progress) -> None:
        if self._live and item.turn == self._live.turn and not self._live.any and item.total:
            share = f"{item.done:,} of {item.total:,} tokens"
            self.status(f"{self._name(item.seat)} reads the record ({share})")

    def _heading(self, title: str) -> None:
        self.status("")
        self._say("\n" + click.style(f"── {showable(title)} ──", bold=True))

    def _note(self, text: str) -> None:
        self.status("")
        self._say("\n" + click.style(self._wrapped(showable(text)), dim=True))

    def _remark(self, text: str) -> None:
        self._say(click.style(f"  [{text}]", dim=True))

    def _name(self, seat: str) -> str:
        return self._names.get(seat, showable(seat))

    def _wrapped(self, text: str) -> str:
        wrapper = Wrapper(self._width)
        return wrapper.feed(text) + wrapper.finish()

    def _say(self, text: str) -> None:
        # click drops colour by itself where standard output is no terminal.
        click.echo(text, color=None if self._tty and not os.environ.get("NO_COLOR") else False)
