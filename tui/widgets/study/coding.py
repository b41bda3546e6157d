"""What a turn of a conference does: codes by their keys, then what each code needs, step by step.

The most frequent answer, that it does nothing, is one key.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from debate.study.closest import Close, closest
from debate.study.coding import NONE, CodingDraft, Stage, fault_of_gist, terms_of
from debate.study.rubric import Code, Rubric
from tui.widgets.floor.blocks import plain
from tui.widgets.study.begun import Part
from tui.widgets.study.choices import Choice, Choices
from tui.widgets.study.conference import Conference
from tui.widgets.study.more import More
from tui.widgets.study.questions import Reply, TurnCoded
from tui.widgets.study.task import Task

_SPACES = ("space", " ", ",")
_TABS = ("tab", "shift+tab")
VIEW = "v"
"""Opens a passage, by its number, where no label has this key."""


class CodingTask(Task):
    """The conference beside the codes."""

    SCOPED_CSS = False  # how it is laid out follows from the screen's width
    DEFAULT_CSS = """
    CodingTask {
        & #asked { height: 1fr; layout: horizontal; }
        & #conference { width: 3fr; height: 1fr; }
        & #codes-side { width: 2fr; height: 1fr; border-left: solid $panel-lighten-1; }
        & #chosen { height: auto; padding: 0 1; text-style: dim; }
        & #written { display: none; height: 3; border: round $primary; }
        & #written.-shown { display: block; }
        & #codes { height: 1fr; }
        & #how { height: auto; padding: 0 1; color: $success; }
    }
    .-stacked CodingTask {
        & #asked { layout: vertical; }
        & #conference { width: 1fr; height: 1fr; }
        & #codes-side { width: 1fr; height: 1fr; border-left: none;
            border-top: solid $panel-lighten-1; }
    }
    """

    class Opened(Message):
        """A passage is to be read whole."""

        def __init__(self, passage: Close) -> None:
            self.passage = passage
            super().__init__()

    def __init__(self, rubric: Rubric) -> None:
        super().__init__()
        self._rubric = rubric
        self.draft = CodingDraft(0)
        self.now: tuple[str, Stage] | None = None
        """Which code is being explained, and how; None while codes are chosen."""
        self.passages: tuple[Close, ...] = ()
        self._number = ""  # of a turn to cite, as far as it is typed
        self._fault = ""  # what was wrong with the last key
        self._views = False  # whether the next number opens a passage
        self.scene = Static(classes="task--scene", markup=False)
        self.conference = Conference(id="conference")
        self.codes = Choices(id="codes")
        self.written = Input(id="written", select_on_focus=False)
        self._chosen = Static(id="chosen", markup=False)
        self._question = Static(classes="task--question", markup=False)
        self._how = Static(id="how", markup=False)

    def compose(self) -> ComposeResult:
        yield self.scene
        with Container(id="asked"):
            yield self.conference
            with Vertical(id="codes-side"):
                yield self._question
                yield self._chosen
                yield self.written
                yield self._how
                yield self.codes
                yield More(self.codes, "passage")

    def put(self, before: Reply | None) -> None:
        self.scene.update(plain(self.asked.scene))
        turn = self.asked.turns[-1].number
        coded = before.codes if isinstance(before, TurnCoded) else ()
        self.draft = CodingDraft.of(turn, coded, self._rubric)
        self.conference.lay_out(self.asked.turns)
        self._turn_to(None)

    def place_of_focus(self) -> Widget:
        return self.conference

    def begun(self) -> Part | None:
        match self.now:
            case (code, "gist"):
                return self.draft.said(code, gist=self.written.value.strip()[:400])
            case (code, "terms"):
                return self.draft.said(code, terms=terms_of(self.written.value))
            case _:
                return self.draft if self.draft.codes else None

    def resume(self, begun: Part) -> None:
        known = {each.id for each in self._rubric.codes}
        if isinstance(begun, CodingDraft) and known.issuperset(begun.parts):
            self.draft = begun
            self._turn_to(None)

    # -- keys

    def press(self, key: str) -> bool:
        if self.now is None:
            return self._press_code(key)
        if key == "escape":
            self._step_back()
            return True
        match self.now:
            case code, "cite":
                return self._press_cite(code, key)
            case code, "label":
                return self._press_label(code, key)
            case _:
                return self._press_written(key)

    def _press_code(self, key: str) -> bool:
        if key == "enter":
            return self._enter_codes()
        self._fault = ""
        code = next((each for each in self._rubric.codes if each.key == key), None)
        if code is None:
            return False
        alone = not self.draft.codes or self.draft.codes == (NONE,)
        if code.id == NONE and alone:  # nothing is lost by it: no need to confirm
            self.draft = CodingDraft(self.draft.turn).toggled(NONE)
            self._go_on()
            return True
        self.draft = self.draft.toggled(code.id)
        self._draw()
        return True

    def _enter_codes(self) -> bool:
        """Go on with the codes that are on; with none, let the highlighted one be chosen."""
        if self.draft.codes:
            self._go_on()
        elif self._chooses:
            return False
        else:
            self._fault = "A code's key first."
            self._draw()
        return True

    def _press_cite(self, code: str, key: str) -> bool:
        self._fault = ""
        if key.isdecimal():
            self._number = (self._number + key)[:4]
        elif key == "backspace":
            if not self._number and (cited := self.draft.parts[code].evidence):
                self.draft = self.draft.cited(code, cited[-1])
            self._number = self._number[:-1]
        elif key in _SPACES or (key == "enter" and self._number):
            typed = int(self._number) if self._number else self.conference.marked_turn
            self._number = ""
            self._cite(code, typed)
        elif key == "enter":
            if len(self.draft.parts[code].evidence) < self._code(code).cites:
                self._fault = "Cite more of the earlier turns first."
                self._draw()
                return True
            self.draft = self.draft.confirmed(code, "cite")
            self._go_on()
            return True
        else:
            self._number = ""
            self._draw()
            return False
        self._draw()
        return True

    def _cite(self, code: str, turn: int | None) -> None:
        if turn is None or not any(e.number == turn for e in self.asked.turns[:-1]):
            self._fault = (
                "Type a turn's number first." if turn is None else f"No earlier turn {turn}."
            )
        else:
            self.draft = self.draft.cited(code, turn)

    def _press_label(self, code: str, key: str) -> bool:
        views, self._views = self._views, False
        label = next((each for each in self._rubric.labels if each.key == key), None)
        if passage := self._by_key().get(key):
            if views:
                self.post_message(self.Opened(passage))
            else:
                self.draft = self.draft.rested(code, passage.ref)
            self._draw()
            return True
        if label is None:
            self._views = key == VIEW and bool(self.passages)
            self._draw()
            return key == VIEW or (key == "enter" and not self._chooses)
        self.draft = self.draft.confirmed(code, "label", label=label.id)
        self._go_on()
        return True

    @property
    def _chooses(self) -> bool:
        """Whether enter chooses what is highlighted."""
        return self.codes.has_focus and self.codes.highlighted is not None

    def _press_written(self, key: str) -> bool:
        """What is pressed beside the line that is written in is for it nevertheless."""
        if key == "enter":
            self._take(self.written.value)
        elif key in _TABS:
            self._change_field()
        elif len(key) == 1:
            self.written.focus()
            self.written.insert_text_at_cursor(key)
        else:
            return False
        return True

    def _change_field(self) -> None:
        """Go from the gist to its terms, or from them back to it; what is written stays."""
        if self.now is None:
            return
        code, stage = self.now
        if stage == "gist":
            self._take(self.written.value)
        else:
            self.draft = self.draft.said(code, terms=terms_of(self.written.value))
            self._step_back()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is being written is kept."""
        event.stop()
        self._changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What was written of a code is taken."""
        event.stop()
        if self.is_open:
            self._take(event.value)

    def _take(self, written: str) -> None:
        if self.now is None:
            return
        code, stage = self.now
        text, self._fault = written.strip(), ""
        terms = terms_of(text)
        if stage == "gist" and (fault := fault_of_gist(text)):
            self._fault = fault
        elif stage == "terms" and not terms:
            self._fault = "Write the words that carry it first."
        if self._fault:
            self.written.focus()
            self._draw()
            return
        if stage == "gist":
            self.draft = self.draft.confirmed(code, "gist", gist=text[:400])
        else:
            self.draft = self.draft.confirmed(code, "terms", terms=terms)
        self._go_on()

    def on_key(self, event: events.Key) -> None:
        """Letters that are typed into the line are for it; so are those that mark a turn."""
        if self.written.has_focus and event.key not in ("escape", *_TABS):
            return
        super().on_key(event)

    # -- steps

    def _go_on(self) -> None:
        wanting = self.draft.wanting(self._rubric)
        if wanting is None:
            self.give(TurnCoded(self.draft.coded(self._rubric)))
        else:
            self._turn_to(wanting)

    def _step_back(self) -> None:
        before = self.draft.before(self._rubric)
        if before is not None and self.now is not None and before[0] == self.now[0]:
            self.draft = self.draft.reopened(*before)
            self._turn_to(before)
        else:
            self._turn_to(None)

    def _turn_to(self, now: tuple[str, Stage] | None) -> None:
        self.now, self._number, self._fault, self._views = now, "", "", False
        writes = now is not None and now[1] in ("gist", "terms")
        self.written.set_class(writes, "-shown")
        if now is not None and writes:
            part = self.draft.parts[now[0]]
            self.written.value = part.gist if now[1] == "gist" else ", ".join(part.terms)
            self.written.cursor_position = len(self.written.value)
            self.written.focus()
        else:
            self.conference.focus()
        if now is not None and now[1] == "label":
            part = self.draft.parts[now[0]]
            phrases = (part.gist, *part.terms)
            self.passages = closest(phrases, self.asked.pool, self.asked.turns[:-1])
        self._draw()

    def _by_key(self) -> dict[str, Close]:
        """The passages under figures that are no label's key."""
        labels = {each.key for each in self._rubric.labels}
        return dict(
            zip((key for key in "123456789" if key not in labels), self.passages, strict=False)
        )

    def _code(self, id: str) -> Code:
        return next(each for each in self._rubric.codes if each.id == id)

    def _draw(self) -> None:
        draft, now = self.draft, self.now
        chosen = [each.id for each in self._rubric.codes if each.id in draft.codes]
        self._chosen.update("  ".join(chosen))
        self._chosen.display = bool(chosen) and now is not None
        cited = {n for each in draft.codes for n in draft.parts[each].evidence}
        self.conference.cite(cited)
        question, how = self._told()
        self._question.update(plain(question))
        self._how.update(how)
        self._how.display = bool(how)
        self.codes.display = now is None or now[1] == "label"
        if now is None:
            keys = {each.key for each in self._rubric.codes if each.id in draft.codes}
            codes = [Choice(e.key, f"{e.id}: {e.meaning}") for e in self._rubric.codes]
            self.codes.offer(codes, keys)
        elif now[1] == "label":
            self._draw_passages(now[0])

    def _draw_passages(self, code: str) -> None:
        rests = self.draft.parts[code].passages
        by_key = self._by_key()
        marked = {key for key, each in by_key.items() if each.ref in rests}
        choices = [Choice(key, each.excerpt, each.kind) for key, each in by_key.items()]
        choices += [Choice(each.key, f"{each.id}: {each.meaning}") for each in self._rubric.labels]
        self.codes.offer(choices, marked)

    def _told(self) -> tuple[str, str]:
        """What is asked now, and by which keys it is answered."""
        if self.now is None:
            how = "Enter goes on." if self.draft.codes else self._fault
            return f"What does turn {self.draft.turn} do?", how
        question, how = self._asks(*self.now)
        return question, "\n".join(each for each in (self._fault, how) if each)

    def _asks(self, code: str, stage: Stage) -> tuple[str, str]:
        part = self.draft.parts[code]
        match stage:
            case "cite":
                cited = ", ".join(map(str, part.evidence)) or "none yet"
                typed = f"  ·  {self._number}_ (space takes it)" if self._number else ""
                how = "Each number, then space; or mark with [ ], then space. Enter goes on."
                least = self._code(code).cites
                return (
                    f"{code}: which earlier turns? At least {least}.",
                    f"Cited: {cited}{typed}\n{how}",
                )
            case "gist":
                how = "Enter goes on to its words; escape goes back."
                return f"{code}, 1 of 2: its gist, in at most 15 words", how
            case "terms":
                how = "Commas between them. Enter goes on; tab goes back to the gist."
                return f"{code}, 2 of 2: the words that carry it", how
            case "label":
                question = f"{code}: where does the thought stand? “{part.gist}”"
                return question, self._how_to_label()

    def _how_to_label(self) -> str:
        labels = [each.key for each in self._rubric.labels]
        ends = f"a label's key ({', '.join(labels)}) ends it."
        if not self.passages:
            return f"Nothing shares a word with it; {ends}"
        if self._views:
            return f"{VIEW}_ which passage, by its number, is to be read whole?"
        view = "" if VIEW in labels else f"{VIEW} and a number opens one; "
        return f"Numbers mark passages; {view}{ends}"
