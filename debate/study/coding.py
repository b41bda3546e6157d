"""A turn that is being coded: which codes, and what each of them still needs.

    draft = CodingDraft(turn=4).toggled("CONCEDE")
    draft.wanting(rubric)            # ("CONCEDE", "cite"): it must cite an earlier turn

A value that never changes: each step of a coder gives the next. What was said of a code that is
taken off is kept for when it is put on again, and has then to be confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from debate.study.ratings import CodedTurn
from debate.study.rubric import Code, Rubric
from debate.text import count_words

#: What a code may need, in this order.
Stage = Literal["cite", "gist", "terms", "label"]
NONE = "NONE"
MOST_GIST = 15  # words


@dataclass(frozen=True, slots=True)
class CodingDraft:
    """Codes of one turn, so far."""

    turn: int
    codes: tuple[str, ...] = ()
    """Those that are on."""
    parts: dict[str, CodedTurn] = field(default_factory=dict)
    """What was said of each, also of one that is off."""
    settled: frozenset[tuple[str, Stage]] = frozenset()

    @classmethod
    def of(cls, turn: int, coded: tuple[CodedTurn, ...], rubric: Rubric) -> CodingDraft:
        """A turn that was coded before, with nothing left to be said."""
        parts = {each.code: each for each in coded}
        draft = cls(turn, tuple(parts), parts)
        for code in rubric.codes:
            if code.id in parts:
                for stage in stages(code):
                    draft = draft._settle(code.id, stage)
        return draft

    def toggled(self, code: str) -> CodingDraft:
        """With a code put on, or taken off. `NONE` stands alone."""
        if code in self.codes:
            settled = frozenset(each for each in self.settled if each[0] != code)
            return replace(self, codes=tuple(e for e in self.codes if e != code), settled=settled)
        kept = () if code == NONE else tuple(e for e in self.codes if e != NONE)
        settled = frozenset(each for each in self.settled if each[0] in kept)
        parts = {code: CodedTurn(turn=self.turn, code=code)} | self.parts
        return replace(self, codes=(*kept, code), parts=parts, settled=settled)

    def cited(self, code: str, turn: int) -> CodingDraft:
        """With an earlier turn cited as evidence of a code, or no longer."""
        now = self.parts[code].evidence
        evidence = tuple(e for e in now if e != turn) if turn in now else (*now, turn)
        return self.said(code, evidence=tuple(sorted(evidence)))

    def rested(self, code: str, ref: str | int) -> CodingDraft:
        """With a passage marked as what a code's label rests on, or no longer."""
        now = self.parts[code].passages
        return self.said(
            code, passages=tuple(e for e in now if e != ref) if ref in now else (*now, ref)
        )

    def said(self, code: str, **said: Any) -> CodingDraft:
        """With something said of a code that is still to be confirmed."""
        part = CodedTurn.model_validate(self.parts[code].model_dump() | said)
        return replace(self, parts=self.parts | {code: part})

    def confirmed(self, code: str, stage: Stage, **said: Any) -> CodingDraft:
        """With a stage of a code done, and what was said there."""
        return self.said(code, **said)._settle(code, stage)

    def reopened(self, code: str, stage: Stage) -> CodingDraft:
        """With a stage of a code, and those behind it, to be confirmed again."""
        order: tuple[Stage, ...] = ("cite", "gist", "terms", "label")
        again = {(code, each) for each in order[order.index(stage) :]}
        return replace(self, settled=self.settled - again)

    def wanting(self, rubric: Rubric) -> tuple[str, Stage] | None:
        """The first stage that is still to be done, of which code; None if all is said."""
        for code in rubric.codes:
            if code.id in self.codes:
                for stage in stages(code):
                    if (code.id, stage) not in self.settled:
                        return code.id, stage
        return None

    def before(self, rubric: Rubric) -> tuple[str, Stage] | None:
        """The stage that was done last before the one that is still to be done, if any."""
        wanting = self.wanting(rubric)
        done: tuple[str, Stage] | None = None
        for code in rubric.codes:
            for stage in stages(code) if code.id in self.codes else ():
                if (code.id, stage) == wanting:
                    return done
                done = code.id, stage
        return done

    def coded(self, rubric: Rubric) -> tuple[CodedTurn, ...]:
        """The codes that are on, with what was said of each, in the rubric's order."""
        return tuple(self.parts[e.id] for e in rubric.codes if e.id in self.codes)

    def _settle(self, code: str, stage: Stage) -> CodingDraft:
        return replace(self, settled=self.settled | {(code, stage)})


def stages(code: Code) -> tuple[Stage, ...]:
    """What a code needs."""
    cite: tuple[Stage, ...] = ("cite",) if code.cites else ()
    return (*cite, "gist", "terms", "label") if code.gist else cite


def fault_of_gist(gist: str) -> str | None:
    """What is wrong with a gist, if anything is."""
    words = count_words(gist)
    if not words:
        return "Write the gist first."
    return f"{words} words: at most {MOST_GIST}." if words > MOST_GIST else None


def terms_of(text: str) -> tuple[str, ...]:
    """Key terms, as they are typed: with commas between."""
    return tuple(each.strip() for each in text.replace(";", ",").split(",") if each.strip())
