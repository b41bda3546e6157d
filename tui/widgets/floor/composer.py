"""Where a person speaks for a seat, votes for it, or says who has the floor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static, TextArea

from debate.speakers.base import Prompt
from debate.text import count_words
from tui.drafts import Drafts
from tui.keyboard import PAUSE
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.choice_list import ChoiceList
from tui.widgets.floor.questions import Question

if TYPE_CHECKING:
    from tui.app import YaltaApp

LEAST_WORDS, MOST_WORDS = 3, 7
"""Lines of the box."""
MOST_BRIEF = 9
"""Lines of the brief that are seen at once."""
AROUND = 5
"""Lines of the screen that are not the composer's: agenda, status, keys, and one of the record."""
SAVE_PAUSE = 1.0
"""Seconds without a change after which a draft goes to the disk."""


class Composer(Vertical):
    """The brief that a model would have been given, what there is to choose, and room for words."""

    DEFAULT_CSS = """
    Composer {
        display: none; height: auto; background: $surface;
        border-top: heavy $accent; padding: 0 1;
        &.-asked { display: block; }
        & > .composer--title {
            text-style: bold; color: $accent; width: 1fr; height: 1;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > VerticalScroll { height: auto; color: $text-muted; scrollbar-size-vertical: 1; }
        & > TextArea, & > TextArea:focus { border: none; padding: 0; background: $background; }
        & > TextArea { background-tint: $foreground 0%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "say", "Say it", id="composer.say", tooltip="Say it, and end your turn"),
        Binding("escape", "screen.watch", "To the controls", id="composer.leave"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = Static(markup=False, classes="composer--title")
        self._brief = Static(markup=False)
        self._around = VerticalScroll(self._brief, can_focus=False)
        self._choices = ChoiceList()
        self._words = TextArea(soft_wrap=True, show_line_numbers=False)
        self._question: Question | None = None
        self._answer: asyncio.Future[str] | None = None
        self._draft, self._name = "", ""
        self._drafts: Drafts | None = None
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._around
        yield self._choices
        yield self._words

    def on_mount(self) -> None:
        """Take as much of the screen as there is, whenever that changes."""
        self.fit()

    async def ask(
        self, name: str, prompt: Prompt, drafts: Drafts, question: Question | None = None
    ) -> str:
        """Ask for a turn, or an answer; returns the words. Cancelled, it goes away.

        Args:
            name: Who is spoken for.
            prompt: What a model would have been asked.
            drafts: Where the words are kept until they are in the transcript.
            question: What is asked, if it is no speech.
        """
        async with self._one_at_a_time:
            self._draft = question.draft if question else prompt.seat
            self._name, self._drafts, self._question = name, drafts, question
            self._brief.update(plain(brief_of(prompt)))
            self._choices.offer(question)
            self._choices.display = question is not None
            self._words.display = question is None or question.takes_words
            self._words.placeholder = question.words if question else ""
            self._words.text = drafts.of(self._draft)
            self._words.move_cursor(self._words.document.end)
            self._answer = asyncio.get_running_loop().create_future()
            self.add_class("-asked")
            self.fit()
            if question is not None:  # what is asked stands last in the brief
                self.call_after_refresh(self._around.scroll_end, animate=False)
            self._take_keys()
            try:
                return await self._answer
            except asyncio.CancelledError:
                if self._has_keys:  # whoever writes has yet to see that it is gone
                    self._app.keyboard.interrupt()
                raise
            finally:
                self._save()
                self._answer = self._drafts = None
                self._question = None
                if self._has_keys:
                    self.screen.set_focus(None)
                self.remove_class("-asked")

    def write(self) -> None:
        """Go on writing, if a turn is asked for."""
        if self._answer is not None:
            self._first.focus()

    def fit(self) -> None:
        """Share the height of the screen: the box keeps its least, whatever the brief wants."""
        height, listed = self.screen.size.height, 0
        if self._question is None:
            words, brief = shares(height)
        else:
            words, brief, listed = shares_beside(height, len(self._question.choices))
        self._choices.styles.height = listed
        self._words.styles.height = words
        self._around.styles.max_height = brief
        self._around.display = brief > 0

    def action_say(self) -> None:
        """Say what is written."""
        words = self._words.text.strip()
        if self._question is not None:
            said = self._question.answer(self._choices.chosen, words)
            if said is None:
                self._tell_what_is_wanted(self._question)
            else:
                self._send(said)
        elif not words:
            self.notify("Nothing is written yet.", severity="warning", markup=False)
        else:
            self._send(words)

    def _send(self, said: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(said)

    def _tell_what_is_wanted(self, question: Question) -> None:
        chosen = [question.choices[n] for n in self._choices.chosen]
        wanted = "That cannot be read as an answer: say it in other words."
        if not chosen:
            wanted = "Nothing is chosen yet."
        elif chosen[0].words == "must" and not self._words.text.strip():
            wanted = f"Write {question.words}."
        self.notify(wanted, severity="warning", markup=False)

    def on_choice_list_taken(self) -> None:
        """What needs no words is said at once; else there is room for them."""
        question = self._question
        if question is None or question.most > 1:
            self._show_title()
        elif question.choices[self._choices.chosen[0]].words == "none":
            self.action_say()
        else:
            self._words.focus()

    def on_text_area_changed(self) -> None:
        """Count as it is written; keep it once the writer pauses."""
        self._show_title()
        self._save_later()

    def on_descendant_focus(self) -> None:
        """Say what the keys do now."""
        self._app.keyboard.go_on()
        self._show_title()

    def on_descendant_blur(self) -> None:
        """Say which key goes to the box."""
        self._show_title()

    @property
    def _app(self) -> YaltaApp:
        return cast("YaltaApp", self.app)

    @property
    def _has_keys(self) -> bool:
        return self._words.has_focus or self._choices.has_focus

    @property
    def _first(self) -> ChoiceList | TextArea:
        """What takes the keys first."""
        return self._words if self._question is None else self._choices

    def _take_keys(self) -> None:
        """Take the focus, but no key that was meant for something else."""
        self._show_title()
        if self._answer is None or self._has_keys:
            return
        if (left := PAUSE - self._app.keyboard.pause) > 0:
            self.set_timer(max(left, 0.05), self._take_keys)
        elif not isinstance(self.screen.focused, Input):  # nor from a search
            self._first.focus()

    def _show_title(self) -> None:
        words = count_words(self._words.text)
        counted = f"{words:,} word{'' if words == 1 else 's'}"
        keys = "ctrl+s says it · esc: to the controls"
        if self._choices.has_focus:
            keys = "a key chooses, ctrl+s says it · esc: to the controls"
        elif not self._words.has_focus:
            keys = "i: write" if self._question is None else "i: answer"
        what = f"You speak for {self._name}" if self._question is None else self._question.title
        told = [what, keys, *([counted] if self._words.display else [])]
        self._title.update(" · ".join(told), layout=False)

    def _save_later(self) -> None:
        # One timer at a time: a new letter begins the pause anew.
        self.workers.cancel_group(self, "save")
        if self._drafts is not None:
            self.run_worker(self._save_after_a_pause(), group="save")

    async def _save_after_a_pause(self) -> None:
        await asyncio.sleep(SAVE_PAUSE)
        self._save()

    def _save(self) -> None:
        if self._drafts is not None:
            self._drafts.keep(self._draft, self._words.text)


def shares(height: int) -> tuple[int, int]:
    """Lines of the box, and of the brief at most, on a screen of so many lines."""
    room = min(height - AROUND, height * 6 // 10) - 2  # the rule above it, and its title
    words = min(max(room // 2, LEAST_WORDS), MOST_WORDS)
    brief = min(max(room - words, 0), MOST_BRIEF)
    return words, brief if brief > 1 else 0


def shares_beside(height: int, choices: int) -> tuple[int, int, int]:
    """Lines of the box, of the brief at most, and of so many choices, on a screen of so many
    lines."""
    room = min(height - AROUND, height * 6 // 10) - 2
    listed = min(choices, max(room // 2, 2))
    words = min(max((room - listed) // 2, 1), LEAST_WORDS)
    brief = min(max(room - listed - words, 0), MOST_BRIEF)
    return words, brief if brief > 1 else 0, listed


def brief_of(prompt: Prompt) -> str:
    """The last words of a prompt: what is asked of the speaker."""
    said = prompt.messages[-1].content
    return said.rpartition("\n---\n")[2].strip() or said
