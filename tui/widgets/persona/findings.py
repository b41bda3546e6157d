"""What is said of a card: errors and advice, one line each; Enter goes to the place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from debate.errors import Problem
from tui.widgets.lobby.plain import MUTED, one_line


class Findings(OptionList):
    """Errors first, then advice."""

    DEFAULT_CSS = """
    Findings {
        height: auto; max-height: 8; min-height: 2; padding: 0;
        border: none; border-top: solid $panel-lighten-1; border-title-color: $text-muted;
        background: $background; scrollbar-size-vertical: 1;
        &:focus { border: none; border-top: solid $primary; background-tint: $foreground 0%; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted { background: $panel; color: $foreground; }
        &:focus > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: none;
        }
    }
    """

    class Chosen(Message):
        """One of them is to be shown where it stands."""

        def __init__(self, problem: Problem) -> None:
            super().__init__()
            self.problem = problem

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.problems: tuple[Problem, ...] = ()

    def show(self, errors: Sequence[Problem], advice: Sequence[Problem]) -> None:
        """Show these."""
        at = self.highlighted
        self.problems = (*errors, *advice)
        lines = [
            *(_line("✗", "$text-error", problem) for problem in errors),
            *(_line("·", "$text-warning", problem) for problem in advice),
        ]
        nothing = Content.assemble(("✓", "$text-success"), (" nothing to mend", MUTED))
        self.set_options([Option(line) for line in lines] or [Option(nothing, disabled=True)])
        self.border_title = f"{_counted(len(errors), 'error')} · {len(advice)} advice"
        if self.problems:
            self.highlighted = min(at or 0, len(self.problems) - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to where it stands."""
        event.stop()
        if event.option_index < len(self.problems):
            self.post_message(self.Chosen(self.problems[event.option_index]))

    def next_after(self, line: int, column: int) -> Problem | None:
        """The first that stands behind a place, in order of the text; the first of all if none."""
        ordered = sorted(self.problems, key=lambda p: (p.line, p.column))
        behind = [p for p in ordered if (p.line, p.column) > (line, column)]
        return next(iter(behind or ordered), None)


def _line(sign: str, style: str, problem: Problem) -> Content:
    field = f"{one_line(problem.field)}: " if problem.field else ""
    return Content.assemble(
        (f"{sign} ", style),
        (f"{problem.line}:{problem.column} ", MUTED),
        field + one_line(problem.message),
    )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
