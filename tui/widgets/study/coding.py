"""What a turn of a conference does: codes by their keys, then what each code needs, step by step.

The most frequent answer, that it does nothing, is one key.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from debate.study.closest import Close, closest
from debate.study.coding import NONE, CodingDraft, Stage, fault_of_gist, terms_of
from debate.study.rubric import Code, Rubric
from tui.widgets.floor.blocks import plain
from tui.widgets.study.begun import Part
from tui.widgets.study.choices import Choice, Choices
from tui.widgets.study.conference import Conference
from tui.widgets.study.questions import Reply, TurnCoded
from tui.widgets.study.task import Task

_SPACES = ("space", " ", ",")


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
        & #codes { height: auto; max-height: 1fr; }
        & #how { height: auto; padding: 0 1; color: $success; }
    }
    .-stacked CodingTask {
        & #asked { layout: vertical; }
        & #conference { width: 1fr; height: 1fr; }
        & #codes-side { width: 1fr; height: 1fr; border-left: none;
            border-top: solid $panel-lighten-1; }
    }
    """

    def __init__(self, rubric: Rubric) -> None:
        super().__init__()
        self._rubric = rubric
        self.draft = CodingDraft(0)
        self.now: tuple[str, Stage] | None = None
        """Which code is being explained, and how; None while codes are chosen."""
        self.passages: tuple[Close, ...] = ()
        self._number = ""  # of a turn to cite, as far as it is typed
        self.scene = Static(classes="task--scene", markup=False)
        self.conference = Conference(id="conference")
        self.codes = Choices(id="codes")
        self.written = Input(id="written")
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
                yield self.codes
                yield self._how

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
                return False

    def _press_code(self, key: str) -> bool:
        if key == "enter":
            if self.draft.codes:
                self._go_on()
            return True
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

    def _press_cite(self, code: str, key: str) -> bool:
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
                self.app.notify("Cite more of the earlier turns first.", markup=False)
                return True
            self.draft = self.draft.confirmed(code, "cite")
            self._go_on()
            return True
        else:
            return False
        self._draw()
        return True

    def _cite(self, code: str, turn: int | None) -> None:
        if turn is None or not any(e.number == turn for e in self.asked.turns[:-1]):
            said = "Evidence is an earlier turn: its number, or mark it and press space."
            self.app.notify(said, markup=False)
        else:
            self.draft = self.draft.cited(code, turn)

    def _press_label(self, code: str, key: str) -> bool:
        if passage := self._by_key().get(key):
            self.draft = self.draft.rested(code, passage.ref)
            self._draw()
            return True
        label = next((each for each in self._rubric.labels if each.key == key), None)
        if label is None:
            return key == "enter"
        self.draft = self.draft.confirmed(code, "label", label=label.id)
        self._go_on()
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is being written is kept."""
        event.stop()
        self._changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What was written of a code is taken."""
        event.stop()
        if self.now is None or not self.is_open:
            return
        code, stage = self.now
        text = event.value.strip()
        if stage == "gist":
            if fault := fault_of_gist(text):
                self.app.notify(fault, severity="warning", markup=False)
                return
            self.draft = self.draft.confirmed(code, "gist", gist=text[:400])
        else:
            if not (terms := terms_of(text)):
                self.app.notify("Write the words that carry it first.", markup=False)
                return
            self.draft = self.draft.confirmed(code, "terms", terms=terms)
        self._go_on()

    def on_key(self, event: events.Key) -> None:
        """Letters that are typed into the line are for it; so are those that mark a turn."""
        if self.written.has_focus and event.key != "escape":
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
        self.now, self._number = now, ""
        writes = now is not None and now[1] in ("gist", "terms")
        self.written.set_class(writes, "-shown")
        if now is not None and writes:
            part = self.draft.parts[now[0]]
            self.written.value = part.gist if now[1] == "gist" else ", ".join(part.terms)
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
        turn = self.draft.turn
        if self.now is None:
            how = "Enter goes on." if self.draft.codes else ""
            return f"What does turn {turn} do?", how
        code, stage = self.now
        part = self.draft.parts[code]
        match stage:
            case "cite":
                least = self._code(code).cites
                cited = ", ".join(map(str, part.evidence)) or "none yet"
                typed = f" {self._number}_" if self._number else ""
                how = f"Cited: {cited}{typed}\nNumbers and space, or [ and ] and space; then enter."
                return f"{code}: which earlier turns? At least {least}.", how
            case "gist":
                return f"{code}: its gist, in at most 15 words", "Enter goes on, escape goes back."
            case "terms":
                return f"{code}: the words that carry it", "Commas between them; enter goes on."
            case "label":
                found = "Nothing shares a word with it." if not self.passages else ""
                return f"{code}: where does the thought stand? “{part.gist}”", found
