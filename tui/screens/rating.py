"""The rating room: people judge style, and code bargaining, blind.

One item after another, by single keys. Each answer is on the disk before the next item shows, and
nothing that is shown tells what an item is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from debate.errors import YaltaError
from debate.study.ratings import Rating, subject
from debate.study.rubric import FLAGS, Flag
from debate.study.session import Asked, LastQuestion, Now, Pilot, Session
from tui.modes import Mode
from tui.screens.asking import AskingScreen
from tui.screens.rating_pages import InstructionsPage, KeysPage, PassagePage
from tui.widgets.floor.blocks import plain
from tui.widgets.key_line import KeyLine
from tui.widgets.study import questions
from tui.widgets.study.begun import Begun, BegunFile, Words
from tui.widgets.study.bench import Bench
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.ending import LastWords, Thanks
from tui.widgets.study.feedback import Feedback
from tui.widgets.study.keys import KEYS, SHORT, Room
from tui.widgets.study.questions import TASKS
from tui.widgets.study.remarks import CommentLine
from tui.widgets.study.stopwatch import Stopwatch
from tui.widgets.study.task import Task as TaskWidget

NARROW = 76
"""Columns below which some keys are only in the palette."""


class RatingScreen(AskingScreen[None]):
    """The rating room.

    Args:
        session: The rater's work.
    """

    is_blind = True
    """No way leads from here to transcripts and personas."""
    HORIZONTAL_BREAKPOINTS = [(0, "-stacked"), (90, "-beside")]  # noqa: RUF012
    DEFAULT_CSS = """
    RatingScreen {
        & #place { height: 1; background: $panel; padding: 0 1; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.RATING})
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.stopwatch = Stopwatch()
        self.begun = BegunFile(session.log.path)
        self.flags: set[Flag] = set()
        self.comment = ""
        self.shown = 0
        """Counts what was shown."""
        self.now: Now | None = None
        self._last: LastWords | None = None
        self._thanks: Thanks | None = None
        self._place = Static(id="place", markup=False)
        self._bench = Bench(session.bundle.rubric)
        self._feedback = Feedback()
        self._comments = CommentLine()

    def compose(self) -> ComposeResult:
        yield self._place
        yield self._bench
        yield self._feedback
        yield self._comments
        yield KeyLine()

    async def on_mount(self) -> None:
        """Say how it is done, and begin, or go on."""
        self.watch(self.app, "app_focus", self._app_focus, init=False)
        self.action_instructions()
        await self._show()

    async def leave(self) -> None:
        """Let go of the file."""
        self.session.log.close()

    @property
    def key_names(self) -> Mapping[str, str] | None:
        """Which keys are shown where there is no room for all; None where there is."""
        return SHORT if self.size.width < NARROW else None

    # -- what is asked

    async def _show(self, before: Rating | None = None) -> None:
        """Show what is to be done now; with what was answered to it before."""
        self._feedback.close()
        self._comments.taken()
        self.stopwatch.release("comment")
        self.now = now = self.session.now
        if isinstance(now, Asked):
            known = self.session.answer_of(now)
            asked_again = before and subject(before) == (now.item.id, now.turn)
            before = before if asked_again and known is None else known
        begun = self._begun(now) if before is None else None
        noted = before or begun
        self.flags = set(noted.flags) if noted else set()
        self.comment = noted.comment if noted else ""
        match now:
            case Asked() | Pilot():
                told = questions.shown(self.session.bundle, now)
                reply = None
                if before and isinstance(now, Asked):
                    reply = questions.reply(now, before.answer)
                await self._bench.ask(told, reply, begun.part if begun else None)
            case LastQuestion(question):
                self._last = await self._bench.show(self._last or LastWords())
                part = begun.part if begun else None
                self._last.ask(question, part.words if isinstance(part, Words) else "")
            case None:
                self._thanks = await self._bench.show(self._thanks or Thanks())
                is_served = self.yalta.mode is Mode.RATING
                self._thanks.show(None if is_served else self.session.log.path)
        self._tell()
        self.refresh_bindings()
        self.stopwatch.restart(begun.seconds if begun else 0.0)
        self.shown += 1

    # -- what is begun

    def _begun(self, now: Now | None) -> Begun | None:
        """What was done for an answer to this before it was broken off."""
        if isinstance(now, Asked):
            return self.begun.of(now.item.id, now.turn)
        return self.begun.of("") if isinstance(now, LastQuestion) else None

    def _keep(self) -> None:
        """Keep what is done so far of what is asked."""
        now = self.now
        if isinstance(now, Asked) and self._bench.asking is not None:
            begun = Begun(
                now.item.id,
                now.turn,
                self.stopwatch.seconds,
                tuple(each for each in FLAGS if each in self.flags),
                self._comments.text(self.comment),
                self._bench.asking.begun(),
            )
            self.begun.keep(begun)
        elif isinstance(now, LastQuestion) and self._last is not None:
            self.begun.keep(Begun("", part=Words(self._last.words.text)))

    def on_task_changed(self, event: TaskWidget.Changed) -> None:
        """Something was answered of several."""
        event.stop()
        self._keep()

    def on_input_changed(self) -> None:
        """A comment is being written."""
        self._keep()

    def on_text_area_changed(self) -> None:
        """The last answer is being written."""
        self._keep()

    @property
    def room(self) -> Room:
        """Whose keys the letters are."""
        now = self.now
        return "coding" if isinstance(now, Asked) and now.item.task == "coding" else "style"

    def _tell(self) -> None:
        """Say whose room it is, how far the rater is, and what is noted of this item."""
        session, now = self.session, self.now
        said = [f"{session.done} of {len(session.asked)} done"]
        match now:
            case Pilot(number, gold):
                of = len(session.bundle.rubric.gold)
                said = [f"Pilot round, {number + 1} of {of}: for practice", TASKS[gold.task]]
            case Asked():
                said.append(TASKS[now.item.task])
                if session.answer_of(now):
                    said.append("answered before: enter keeps that")
            case _:
                pass
        said += [f"⚑ {each}" for each in FLAGS if each in self.flags]
        if self.comment:
            said.append("✎ comment")
        self._place.update(plain("  ·  ".join((session.rater, *said))))

    # -- answers

    async def on_task_answered(self, event: TaskWidget.Answered) -> None:
        """Record it, and go on."""
        event.stop()
        now, seconds = self.now, self.stopwatch.seconds
        try:
            if isinstance(now, Pilot):
                right = self.session.pilot(questions.pilot_answer(event.reply), seconds=seconds)
                self._feedback.tell(right, now.gold.feedback)
                return
            if not isinstance(now, Asked):
                return
            self.comment = self._comments.taken(self.comment)
            answer = questions.answer(now, event.reply)
            flags = [each for each in FLAGS if each in self.flags]
            self.session.rate(answer, seconds=seconds, flags=flags, comment=self.comment)
            self.begun.clear()
        except (OSError, YaltaError) as error:  # it is not on the disk: the item stays
            self.yalta.tell(error)
            event.control.is_open = True
            return
        await self._show()

    async def on_key(self, event: events.Key) -> None:
        """What was told of a pilot item goes by enter."""
        if self._feedback.is_shown and event.key in ("enter", "space"):
            event.stop()
            event.prevent_default()
            await self._show()

    async def on_last_words_said(self, event: LastWords.Said) -> None:
        """Record the last answer."""
        event.stop()
        if isinstance(self.now, LastQuestion):
            try:
                self.session.close_with(event.text)
                self.begun.clear()
            except OSError as error:
                self.yalta.tell(error)
                return
            await self._show()

    def on_coding_task_opened(self, event: CodingTask.Opened) -> None:
        """Show a passage whole."""
        event.stop()
        self.app.push_screen(PassagePage(event.passage))

    # -- commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are the commands' own only where they are no code's keys."""
        commands = ("undo", "comment", "flag", "step", "instructions", "leave")
        if action in commands and parameters:
            if parameters[-1] not in (self.room, "any"):
                return False
            if not self._can(action, parameters):
                return None
        return super().check_action(action, parameters)

    def _can(self, action: str, parameters: tuple[object, ...]) -> bool:
        match action:
            case "undo":
                return not isinstance(self.now, Pilot) and self.session.last is not None
            case "comment" | "flag":
                return isinstance(self.now, Asked)
            case "step":
                by = parameters[0]
                return isinstance(by, int) and self.session.can_step(by)
            case _:
                return True

    async def action_undo(self, room: str) -> None:
        """Take the last answer back, and ask its item again."""
        last = self.session.last
        try:
            done = self.session.undo()
        except OSError as error:
            self.yalta.tell(error)
            return
        if done:
            await self._show(last)

    async def action_step(self, by: int, room: str) -> None:
        """Look at the item before, or go on from there."""
        if self.session.step(by):
            await self._show()

    def action_flag(self, flag: Flag, room: str) -> None:
        """Set a flag, or take it off."""
        self.flags ^= {flag}
        self._keep()
        self._tell()

    def action_comment(self, room: str) -> None:
        """Write a comment."""
        self.stopwatch.hold("comment")
        self._comments.open(self.comment)

    def on_comment_line_closed(self, event: CommentLine.Closed) -> None:
        """Keep the comment."""
        self.comment = event.text
        self._keep()
        self.stopwatch.release("comment")
        self._tell()
        if self._bench.asking is not None:
            self._bench.asking.place_of_focus().focus()

    def action_instructions(self, room: str = "any") -> None:
        """Show the instructions."""
        done = (self.session.done, len(self.session.asked))
        self.app.push_screen(InstructionsPage(self.session.bundle, self.session.rater, done))

    def action_keys(self) -> None:
        """Show the keys."""
        self.app.push_screen(KeysPage())

    async def action_leave(self, room: str) -> None:
        """Leave."""
        await self.app.action_quit()

    # -- the time that counts

    def on_screen_suspend(self) -> None:
        """Something stands over the item."""
        self.stopwatch.hold("covered")

    def on_screen_resume(self) -> None:
        """The item is seen again."""
        self.stopwatch.release("covered")

    def _app_focus(self, focus: bool) -> None:
        if focus:
            self.stopwatch.release("elsewhere")
        else:
            self.stopwatch.hold("elsewhere")
