"""Pages that stand over the rating room: the instructions, and the keys."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from debate.study.bundle import Bundle
from debate.study.closest import Close
from debate.study.rubric import FLAGS, Illustration
from tui.modes import Mode
from tui.widgets.floor.blocks import plain
from tui.widgets.key_line import KeyLine
from tui.widgets.study.keys import HELP

_PARAGRAPH = re.compile(r"(?<!\n)\n(?!\n)")  # a line of a file ends within one


class Page(ModalScreen[None]):
    """A text that one key takes away. Nothing in it is markup."""

    is_blind = True
    is_asking = True
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.RATING})
    DEFAULT_CSS = """
    Page {
        background: $background;
        & > VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; background: $background; }
        & Static { height: auto; max-width: 100; margin-bottom: 1; }
        & .page--title { color: $primary; text-style: bold; }
        & .page--notice { background: $warning-muted; padding: 0 1; }
        & .page--good { border-left: thick $success; padding-left: 1; }
        & .page--bad { border-left: thick $error; padding-left: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,escape", "go_on", "Go on", id="rating.go_on"),
    ]

    def parts(self) -> list[tuple[str, str]]:
        """Texts, each with its look."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            for look, text in self.parts():
                yield Static(plain(text), markup=False, classes=f"page--{look}")
        yield KeyLine()

    def on_mount(self) -> None:
        """The keys that scroll work at once."""
        self.query_one(VerticalScroll).focus()

    def action_go_on(self) -> None:
        """Go on."""
        self.dismiss()


class InstructionsPage(Page):
    """What raters are told before they begin.

    Args:
        bundle: The study.
        rater: Who is told.
        done: How many items are rated, of how many.
    """

    def __init__(self, bundle: Bundle, rater: str, done: tuple[int, int]) -> None:
        super().__init__()
        self._bundle, self._rater, self._done = bundle, rater, done

    def parts(self) -> list[tuple[str, str]]:
        rubric, (done, of) = self._bundle.rubric, self._done
        whose = f"{self._bundle.title}  ·  rated by {self._rater}"
        found = [("title", whose), ("notice", self._bundle.notice)]
        if rubric.title != self._bundle.title:
            found.append(("title", rubric.title))
        found.append(("text", _PARAGRAPH.sub(" ", rubric.instructions)))
        found += [_illustrated(each) for each in rubric.illustrations]
        flags = "\n".join(f"{name}: {meaning}" for name, meaning in FLAGS.items())
        found.append(("text", f"Flags that you can set on any item.\n{flags}"))
        begun = f"{done} of {of} are done; you go on where you left." if done else f"{of} to rate."
        found.append(("text", f"{begun} You can leave at any time; every answer is saved at once."))
        found.append(("title", "Enter goes on. i shows this again (I while turns are coded)."))
        return found


class KeysPage(Page):
    """All keys of the rating room."""

    def parts(self) -> list[tuple[str, str]]:
        commands = (
            "u undo · c comment · l flag a leak · f flag a catchphrase · b back · a ahead\n"
            "i instructions · q leave · ? these keys\n"
            "While turns are coded: the same letters as capitals, U C L F B A I Q."
        )
        return [("title", "Keys"), ("text", commands), ("text", HELP), ("title", "Enter goes on.")]


class PassagePage(Page):
    """A passage that a thought may come from, whole.

    Args:
        passage: It, and which of its words are those of the thought.
    """

    def __init__(self, passage: Close) -> None:
        super().__init__()
        self._passage = passage

    def parts(self) -> list[tuple[str, str]]:
        passage = self._passage
        return [("title", passage.kind), ("text", passage.whole), ("title", "Enter goes back.")]


def _illustrated(each: Illustration) -> tuple[str, str]:
    head = "Close to the card:" if each.good else "Not close to the card:"
    card = f"The card. {each.card}\n" if each.card else ""
    return "good" if each.good else "bad", f"{card}{head} “{each.text}”\nWhy: {each.why}"
