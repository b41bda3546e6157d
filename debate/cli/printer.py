"""Shows the stream of a conference in a terminal or a pipe: live, or from a transcript.

Words go to standard output. What passes (who reads, who thinks) goes to a status line on standard
error, only on a terminal. All text is shown as text: it went through `showable` on its way in, and
goes through it again here, since a transcript may come from a stranger.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import deque
from dataclasses import dataclass

import click

from debate.answer_wording import amendment_line, answer_line, bids_line, decision_line, swing_line
from debate.answers import AnyAnswer
from debate.cli.earshot import Earshot
from debate.cli.wrapping import MAX_WIDTH
from debate.columns import Wrapper
from debate.events import (
    AmendmentProposed,
    Answer,
    AskFailed,
    AskKind,
    AskOpened,
    BidCast,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    Event,
    FloorPaused,
    MinutesTaken,
    MotionDecided,
    PhaseOpened,
    RoomsOpened,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    VoteCast,
)
from debate.resolutions import open_motions
from debate.scenario import HOUSE_MOTION, Phase
from debate.state import ConferenceState, apply
from debate.swing import swing
from debate.take import Again, Delta, Item, Minuting, Progress
from debate.text import showable
from debate.wording import (
    FINISHED,
    Order,
    ask_failed_line,
    asked_line,
    broke_off,
    conference_line,
    minutes_heading,
    opening_line,
    order_line,
    rooms_line,
    spoken_by,
    turn_marks,
)

# Distinct on dark and on light grounds; the name itself is always there as well.
COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red")

#: What is told in a line of its own, once the live turn has ended.
Told = AnyAnswer | AskFailed | RoomsOpened | MotionDecided | Order


@dataclass(slots=True)
class _Live:
    """A turn that is being shown."""

    turn: int
    seat: str
    wrapper: Wrapper
    marks: tuple[str, ...] = ()
    any: bool = False
    thinking: bool = False


class Printer:
    """A viewer of a conference's stream: call it with each item.

    Args:
        reasoning: Whether reasoning is shown.
        ballots: Whether secret votes are shown, and not only their count.
        live: Whether it runs now: a person at the table is then shown only what they may know.
        width: Columns; that of the terminal if None, unbroken lines in a pipe.
    """

    def __init__(
        self,
        *,
        reasoning: bool = False,
        ballots: bool = False,
        live: bool = False,
        width: int | None = None,
    ) -> None:
        self._tty = sys.stdout.isatty()
        self._status_tty = sys.stderr.isatty()
        columns = shutil.get_terminal_size((MAX_WIDTH, 24)).columns
        self._width = width or (min(columns, MAX_WIDTH) if self._tty else 10**9)
        self._reasoning = reasoning
        self._ballots = ballots
        self._state = ConferenceState()
        self._earshot = Earshot() if live else None
        self._names: dict[str, str] = {}
        self._colours: dict[str, str] = {}
        self._bids: dict[str | None, list[BidCast]] = {}
        self._asked: dict[int, AskKind] = {}
        self._live: _Live | None = None
        self._waiting: deque[Item] = deque()
        self._due: deque[Item] = deque()
        """What waited, and can be shown now."""
        self._catching_up = False
        self._status_shown = ""
        self._beneath = False

    def __call__(self, item: Item) -> None:
        """Show an item."""
        if isinstance(item, Event):
            self._state = apply(self._state, item)
        for each in self._earshot.of(item, self._state) if self._earshot else (item,):
            self._show(each)

    def catch_up(self, state: ConferenceState) -> None:
        """Know what came before, of a conference that goes on."""
        self._state = state

    def _show(self, item: Item) -> None:
        match item:
            case ConferenceOpened():
                self._open(item)
            case PhaseOpened():
                self._heading(item)
            case Progress():
                self._progress(item)
            case Minuting():
                self.status("The clerk writes minutes")
            case AskOpened():
                self._asked[item.ask] = item.kind
                if self._live is None:
                    self.status(asked_line(item, self._names))
            case TurnOpened() | Delta() | Again() | TurnClosed() | TurnFailed():
                self._turn(item)
            case MinutesTaken():
                self._minutes(item)
            case ConferenceForked() | FloorPaused() | ConferenceClosed():
                self._note(conference_line(item))
            case _ if isinstance(item, Told):
                self._tell(item)

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
            if bids := self._bids.pop(item.room, None):
                self._aside(bids_line(bids, self._names))
            marks = turn_marks(item, self._names)
            self._live = _Live(item.turn, item.seat, Wrapper(self._width), marks)
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
                wrapper = Wrapper(self._width)
                self._live = _Live(item.turn, item.seat, wrapper, self._live.marks)
            case TurnClosed() | TurnFailed():
                self._land(item)
            case TurnOpened():
                pass

    def _land(self, item: TurnClosed | TurnFailed) -> None:
        """End the live turn: its words are all there, or it failed."""
        if isinstance(item, TurnFailed):
            asides = [f"{self._name(item.seat)}: {item.reason}: {showable(item.message)}"]
        else:
            if self._live and not self._live.any:
                if self._reasoning and item.reasoning:
                    self._speak(f"{item.reasoning}\n\n")
                self._speak(item.text)
            told = (FINISHED.get(item.finish), spoken_by(item), item.warning)
            asides = [showable(aside) for aside in told if aside]
        self._hush()
        for aside in asides:
            self._remark(aside)
        self._next()

    def _tell(self, item: Told) -> None:
        """Tell in a line what happened between turns, once the live turn has ended."""
        if self._live:
            self._waiting.append(item)
        elif isinstance(item, BidCast):
            self._bids.setdefault(item.room, []).append(item)  # told before the turn they are for
        elif isinstance(item, Answer | AskFailed | RoomsOpened | MotionDecided):
            self._proceed(item)
        else:
            self._note(order_line(item, self._names))

    def _proceed(self, item: AnyAnswer | AskFailed | RoomsOpened | MotionDecided) -> None:
        """Tell of an answer, or of what the program made of answers."""
        match item:
            case VoteCast() if self._secret(item.phase) and not self._ballots:
                self.status("")
            case AmendmentProposed():
                motion = self._state.motions.get(item.motion)
                own = motion is not None and motion.sponsors[0] == item.seat
                self._aside(amendment_line(item, self._names, own=own))
            case AskFailed():
                told = ask_failed_line(item, self._asked.get(item.ask), self._names)
                self._aside(f"[{told}]")
            case RoomsOpened():
                self._note(rooms_line(item.rooms, self._names))
            case MotionDecided():
                known = self._state.motions.get(item.motion)
                title = known.title if known else None
                plan = self._plan(item.phase)
                self._note(decision_line(item, title, plan.vote if plan else None), dim=False)
                self._tell_swing(item)
            case _:
                self._aside(answer_line(item, self._names))

    def _tell_swing(self, event: MotionDecided) -> None:
        """Tell how the votes moved, where the motion of the conference was voted on before."""
        if event.motion != HOUSE_MOTION or self._state.manifest is None:
            return
        house = [d for d in self._state.decisions if d.motion == HOUSE_MOTION]
        # What is told may come behind what is known.
        moved = swing(self._state.manifest, [d for d in house if d.phase <= event.phase])
        if moved is not None:
            self._aside(swing_line(moved))

    def _secret(self, phase: int) -> bool:
        """Whether the votes of a phase are secret."""
        plan = self._plan(phase)
        return plan is None or plan.vote.secret

    def _plan(self, phase: int) -> Phase | None:
        """The plan of a phase; None of one that there is not."""
        manifest = self._state.manifest
        phases = manifest.scenario.phases if manifest else ()
        return phases[phase] if phase < len(phases) else None

    def _minutes(self, item: MinutesTaken) -> None:
        """Minutes as a block of their own, once the live turn has ended."""
        if self._live:
            self._waiting.append(item)
            return
        self.status("")
        self._say("\n" + click.style(showable(minutes_heading(item)), bold=True))
        self._say(click.style(self._wrapped(showable(item.text)), dim=True))

    def _next(self) -> None:
        """Show what waited: the next turn is live then, and what is not its own waits on."""
        self._live = None
        self._due.extendleft(reversed(self._waiting))
        self._waiting.clear()
        if self._catching_up:
            return  # a turn that waited has ended: of a large table, hundreds may have
        self._catching_up = True
        try:
            while self._due:
                self._show(self._due.popleft())
        finally:
            self._catching_up = False

    def _speak(self, text: str) -> None:
        if self._live is None:
            return
        if not self._live.any:
            self.status("")
            self._live.any = True
            seat = self._live.seat
            name = click.style(self._name(seat), fg=self._colours.get(seat), bold=True)
            marks = showable("; ".join(self._live.marks))
            self._say(f"\n{name}" + (click.style(f" ({marks})", dim=True) if marks else ""))
        click.echo(self._live.wrapper.feed(showable(text)), nl=False)

    def _hush(self) -> None:
        self.status("")
        if self._live and self._live.any:
            self._say(self._live.wrapper.finish())

    def _progress(self, item: Progress) -> None:
        if self._live and item.turn == self._live.turn and not self._live.any and item.total:
            share = f"{item.done:,} of {item.total:,} tokens"
            self.status(f"{self._name(item.seat)} reads the record ({share})")

    def _heading(self, item: PhaseOpened) -> None:
        self.status("")
        self._bids.clear()
        self._say("\n" + click.style(f"── {showable(item.title)} ──", bold=True))
        plan = self._plan(item.phase)
        # Where they choose each other, they have yet to do so.
        if item.kind == "caucus" and (item.rooms or not (plan and plan.rooms == "choice")):
            self._note(rooms_line(item.rooms, self._names))
        motions = len(open_motions(self._state))
        if plan and (line := opening_line(self._state.opened, plan, motions)):
            self._note(line)

    def _note(self, text: str, *, dim: bool = True) -> None:
        self.status("")
        self._say("\n" + click.style(self._wrapped(showable(text)), dim=dim, bold=not dim))

    def _aside(self, text: str) -> None:
        """A line among others like it: only the first stands apart from what is above."""
        self.status("")
        self._say(("" if self._beneath else "\n") + self._wrapped(showable(text)))
        self._beneath = True

    def _remark(self, text: str) -> None:
        self._say(click.style(f"  [{text}]", dim=True))

    def _name(self, seat: str) -> str:
        return self._names.get(seat, showable(seat))

    def _wrapped(self, text: str) -> str:
        wrapper = Wrapper(self._width)
        return wrapper.feed(text) + wrapper.finish()

    def _say(self, text: str) -> None:
        self._beneath = False
        # click drops colour by itself where standard output is no terminal.
        click.echo(text, color=None if self._tty and not os.environ.get("NO_COLOR") else False)
