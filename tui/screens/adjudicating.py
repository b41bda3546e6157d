"""Where raters differ: what each answered, not who, and what they agree on in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from debate.errors import YaltaError
from debate.study.adjudication import Difference
from debate.study.bundle import Bundle, Place
from debate.study.ratings import Rating, subject
from debate.study.session import Answered, Asked
from tui.screens.asking import AskingScreen
from tui.screens.rating_pages import PassagePage
from tui.widgets.floor.blocks import plain
from tui.widgets.key_line import KeyLine
from tui.widgets.study import questions
from tui.widgets.study.bench import Bench
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.keys import Room, commands
from tui.widgets.study.task import Task as TaskWidget
from tui.widgets.study.wording import worded

OVER = "Nothing more is to be settled. q leaves; b looks at them again."
HELP = """
# Where raters differ

What each of them answered stands below, in an order that does not tell who is who. Answer as they
agree now, by the keys of the rating room; what they answered first is kept as it was.

- **b** goes to the one before, **a** to the next, settled or not (capitals while turns are coded).
- **q** leaves. What was agreed on is saved at once.
"""


class AdjudicatingScreen(AskingScreen[None]):
    """Goes through what raters differ in.

    Args:
        bundle: The study.
        differences: Where they differ.
        agreed: Records what was agreed on; called with the item, its turn if it is coded, and the
            answer.
        settled: What was agreed on before.
    """

    is_blind = True
    HELP = HELP
    HORIZONTAL_BREAKPOINTS = [(0, "-stacked"), (90, "-beside")]  # noqa: RUF012
    DEFAULT_CSS = """
    AdjudicatingScreen {
        & #place { height: 1; background: $panel; padding: 0 1; }
        & #answers {
            height: auto; max-height: 30%; padding: 0 1; border-top: solid $accent;
            scrollbar-size-vertical: 1;
        }
        & #answers Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = commands("back", "ahead", "leave")

    def __init__(
        self,
        bundle: Bundle,
        differences: Sequence[Difference],
        agreed: Callable[[str, int, Answered], None],
        settled: Iterable[Rating] = (),
    ) -> None:
        super().__init__()
        self.bundle, self.differences = bundle, differences
        self.answers: dict[tuple[str, int], Answered] = {
            subject(each): each.answer for each in settled
        }
        """What was agreed on, by item and turn."""
        self._agreed = agreed
        self.at = self._open_from(0)
        self.shown = 0
        """Counts what was shown."""
        self._place = Static(id="place", markup=False)
        self._bench = Bench(bundle.rubric)
        self._said = Static(markup=False)
        self._over = Static(OVER, markup=False)

    def compose(self) -> ComposeResult:
        yield self._place
        yield self._bench
        with VerticalScroll(id="answers", can_focus=False):
            yield self._said
        yield KeyLine()

    async def on_mount(self) -> None:
        """Show the first that is not settled."""
        await self._show()

    @property
    def now(self) -> Asked | None:
        """What is to be settled."""
        if self.at >= len(self.differences):
            return None
        here = self.differences[self.at]
        place = Place(item=here.item)
        return Asked(self.at, self.bundle.item(here.item), place, here.turn)

    @property
    def room(self) -> Room:
        """Whose keys the letters are."""
        return "coding" if self.now and self.now.item.task == "coding" else "style"

    def _is_settled(self, n: int) -> bool:
        each = self.differences[n]
        return (each.item, each.turn) in self.answers

    def _open_from(self, n: int) -> int:
        """The first from here on that is not settled."""
        here = range(n, len(self.differences))
        return next((at for at in here if not self._is_settled(at)), len(self.differences))

    async def _show(self) -> None:
        now = self.now
        done = sum(map(self._is_settled, range(len(self.differences))))
        said = [f"{done} of {len(self.differences)} settled"]
        if now is None:
            await self._bench.show(self._over)
            self._said.update("")
        else:
            here = self.differences[self.at]
            told = questions.shown(self.bundle, now)
            replies = [questions.reply(now, each.answer) for each in here.ratings]
            lines = [
                f"Rater {n}: {worded(each, told, self.bundle.rubric)}"
                + (f"  [{rating.comment}]" if rating.comment else "")
                for n, (each, rating) in enumerate(zip(replies, here.ratings, strict=True), 1)
            ]
            self._said.update(plain("\n".join(lines)))
            said.append(f"They differ in {here.about}")
            before = self.answers.get((here.item, here.turn))
            if before is not None:
                said.append("settled before: enter keeps that")
            await self._bench.ask(told, questions.reply(now, before) if before else None)
        self._place.update(plain("  ·  ".join(said)))
        self.refresh_bindings()
        self.shown += 1

    async def on_task_answered(self, event: TaskWidget.Answered) -> None:
        """Record what is agreed on, and go on to the next that is open."""
        event.stop()
        now = self.now
        if now is None:
            return
        answer = questions.answer(now, event.reply)
        try:
            self._agreed(now.item.id, now.turn, answer)
        except (OSError, YaltaError) as error:
            self.yalta.tell(error)
            event.control.is_open = True
            return
        self.answers[now.item.id, now.turn] = answer
        self.at = self._open_from(self.at + 1)
        if self.now is None:
            self.at = self._open_from(0)
        await self._show()

    def on_coding_task_opened(self, event: CodingTask.Opened) -> None:
        """Show a passage whole."""
        event.stop()
        self.app.push_screen(PassagePage(event.passage))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are the commands' own only where they are no code's keys."""
        if action in ("step", "leave"):
            if parameters[-1] != self.room:
                return False
            by = parameters[0]
            if isinstance(by, int) and not 0 <= self.at + by <= len(self.differences):
                return None
        return super().check_action(action, parameters)

    async def action_step(self, by: int, room: str) -> None:
        """Go to another, settled or not."""
        self.at = min(max(self.at + by, 0), len(self.differences))
        await self._show()

    async def action_leave(self, room: str) -> None:
        """Leave."""
        await self.app.action_quit()
