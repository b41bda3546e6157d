"""What another tool hands back of one item, understood as an answer, or refused by name.

A tool's reader gives each annotation as `Filled`: what was answered, by the name of the control
(see `study.formats.asking`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NoReturn, TypeVar

from pydantic import ValidationError

from debate.errors import UserError
from debate.persona import Model
from debate.study.bundle import Bundle, CodingItem, IdentificationItem, LikertItem, PairsItem
from debate.study.formats.asking import CANNOT, NONE, NOT_NAMED, OF_CODE
from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Scored
from debate.study.rubric import FLAGS, Flag
from debate.study.session import Answered, Asked
from debate.text import one_line

Fields = Mapping[str, Sequence[str]]
M = TypeVar("M", bound=Model)
_OPAQUE = re.compile(r"[a-z2-7]{16}")
SIDES: dict[str, Literal["left", "right", "tie"]] = {"left": "left", "right": "right", "tie": "tie"}


@dataclass(frozen=True, slots=True)
class Filled:
    """One annotation of another tool."""

    where: str
    """File and place, for what is said of it."""
    rater: str
    item: str
    turn: int
    fields: Fields
    seconds: float | None = None
    at: datetime | None = None
    planned: bool = True
    """Whether it was shown as the rater's plan says; else sides stood as they do in the bundle."""
    left: str | None = None
    """Of a pair, the text that stood on the left, where the tool tells."""


def refuse(message: str, where: str, hint: str | None = None) -> NoReturn:
    """Say why a result cannot be taken. What it quotes is another program's."""
    hint = hint or "nothing was imported; mend or delete it there, and export again"
    raise UserError(one_line(message), where=one_line(where), hint=hint)


def named(item: str, turn: int) -> str:
    """An item, or a turn of one, as a message calls it."""
    return f"turn {turn} of item {item}" if turn else f"item {item}"


def check(bundle: Bundle, asked: Asked, answer: Answered, where: str) -> None:
    """Refuse an answer that the item does not allow.

    Raises:
        UserError: if it is of another task, or names what is not there.
    """
    item = asked.item
    if answer.task != item.task:
        refuse(f"item {item.id} is one of {item.task}, not of {answer.task}", where)
    if isinstance(answer, Identified) and isinstance(item, IdentificationItem):
        if answer.card not in (None, NONE, *item.cards):
            refuse(f"item {item.id} shows no card {answer.card!r}", where)
    elif isinstance(answer, Scored) and isinstance(item, LikertItem):
        for each in answer.points:
            if each not in item.dimensions:
                refuse(f"item {item.id} does not ask for {each!r}", where)
    elif isinstance(answer, Coded) and isinstance(item, CodingItem):
        _check_codes(bundle, item, answer, where)


def _check_codes(bundle: Bundle, item: CodingItem, answer: Coded, where: str) -> None:
    numbers = {each.number for each in item.turns}
    known = {each.id for each in bundle.rubric.codes}
    origins = {each.id for each in bundle.rubric.labels}
    pool = {each.id for each in bundle.pools.get(item.pool, ())}
    for code in answer.codes:
        at = f"{code.code} of {named(item.id, answer.turn)}"
        if code.turn != answer.turn:
            refuse(f"{at} stands under turn {code.turn}", where)
        if code.code not in known:
            refuse(f"the rubric has no code {code.code!r}", where)
        if code.label is not None and code.label not in origins:
            refuse(f"{at}: the rubric has no label {code.label!r}", where)
        for number in code.evidence:
            if number not in numbers or number > answer.turn:
                refuse(f"{at} cites turn {number}, which does not stand before it", where)
        for passage in code.passages:
            if passage not in (numbers if isinstance(passage, int) else pool):
                refuse(f"{at} rests on {passage!r}, which is no passage or turn", where)


def build(model: type[M], where: str, /, **values: Any) -> M:
    """A value of ours, or one message.

    Raises:
        UserError: if it is out of range.
    """
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        refuse(f"{at}: {first['msg']}", where)


@dataclass(frozen=True, slots=True)
class Read:
    """What one annotation says."""

    answer: Answered | None
    """None where nothing was answered."""
    flags: tuple[Flag, ...]
    comment: str
    notes: tuple[str, ...]
    """What of it is left out, and why."""


@dataclass(slots=True)
class Reader:
    """Reads the controls of one annotation."""

    bundle: Bundle
    asked: Asked
    filled: Filled
    notes: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def read(self) -> Read:
        """What it says.

        Raises:
            UserError: if it answers what was not asked, or what may not be answered.
        """
        answer, flags, comment = self._answer(), self._flags(), self._text("comment")
        for control, given in self.filled.fields.items():
            if control in self.used or not any(given):
                continue
            of, _, code = control.partition("-")
            if of not in OF_CODE or code not in {each.id for each in self.bundle.rubric.codes}:
                refuse(f"nothing called {control!r} is asked of {self._named}", self.filled.where)
            self._note(f"fills in {control!r}, but {code} is not chosen: it is left out")
        if answer is None:
            lost = " (what is noted of it is left out)" if flags or comment else ""
            self.notes = [f"{self.filled.where}: {self._by} is not answered{lost}"]
        else:
            check(self.bundle, self.asked, answer, self.filled.where)
        return Read(answer, flags, comment, tuple(self.notes))

    @property
    def _named(self) -> str:
        return named(self.asked.item.id, self.asked.turn)

    @property
    def _by(self) -> str:
        return f"{self._named}, by {self.filled.rater},"

    def _answer(self) -> Answered | None:
        item = self.asked.item
        if isinstance(item, IdentificationItem):
            return self._identified(item)
        if isinstance(item, PairsItem):
            return self._preferred()
        if isinstance(item, LikertItem):
            return self._scored(item)
        return self._coded()

    def _given(self, control: str) -> Sequence[str]:
        self.used.add(control)
        return self.filled.fields.get(control, ())

    def _flags(self) -> tuple[Flag, ...]:
        given = self._given("flags")
        if strange := [each for each in given if each not in FLAGS]:
            self._refuse("flags", strange[0])
        return tuple(each for each in FLAGS if each in given)

    def _one(self, control: str) -> str | None:
        """The one answer of a control; None where there is none."""
        given = self._given(control)
        if len(given) > 1:
            refuse(f"{self._named} has {len(given)} answers to {control!r}", self.filled.where)
        return given[0] if given else None

    def _text(self, control: str) -> str:
        return "\n".join(self._given(control))

    def _refuse(self, control: str, said: str) -> NoReturn:
        refuse(f"{said!r} is no answer to {control!r} of {self._named}", self.filled.where)

    def _identified(self, item: IdentificationItem) -> Identified | None:
        said, sure = self._one("card"), self._one("confidence")
        if said is None:
            return None
        tokens = {f"card-{n}": card for n, card in enumerate(item.cards, 1)}
        tokens[NONE] = NONE
        if said != CANNOT and said not in tokens:
            self._refuse("card", said)
        if sure is not None and sure not in ("1", "2", "3", "4"):
            self._refuse("confidence", sure)
        return Identified(card=tokens.get(said), confidence=int(sure) if sure else None)

    def _preferred(self) -> Preferred | None:
        said = self._one("choice")
        if said is None:
            return None
        if said == CANNOT:
            return self.asked.chosen(None)
        if said not in SIDES:
            self._refuse("choice", said)
        self._sides_stand()
        return self.asked.chosen(SIDES[said])

    def _sides_stand(self) -> None:
        """Refuse a choice between texts that stood otherwise than we take them to have stood."""
        shown, stood = self.filled.left, self.asked.sides
        if shown is not None and stood is not None and shown != stood[0].text:
            refuse(f"on the left of {self._named} stood another text", self.filled.where)

    def _scored(self, item: LikertItem) -> Scored | None:
        points: dict[str, int | None] = {}
        for scale in (each.id for each in self.bundle.rubric.likert):
            said = self._one(f"scale-{scale}")
            if scale not in item.dimensions:
                if said not in (None, NOT_NAMED):
                    self._note(f"does not ask for {scale!r}: the answer {said!r} is left out")
            elif said is None:
                self._note(f"has no answer to {scale!r}")
            elif said == CANNOT:
                points[scale] = None
            elif said in ("1", "2", "3", "4", "5"):
                points[scale] = int(said)
            else:
                self._refuse(f"scale-{scale}", said)
        return Scored(points=points) if points else None

    def _note(self, what: str) -> None:
        self.notes.append(one_line(f"{self.filled.where}: {self._by} {what}"))

    def _coded(self) -> Coded | None:
        turn = self.asked.turn
        codes = tuple(self._code(each) for each in self._given("codes"))
        if not codes:
            return None
        return build(Coded, self.filled.where, turn=turn, codes=codes)

    def _code(self, code: str) -> CodedTurn:
        control = f"evidence-{code}"
        cited = re.split(r"[\s,;]+", self._text(control).strip())
        if strange := [each for each in cited if each and not re.fullmatch(r"[0-9]{1,6}", each)]:
            self._refuse(control, strange[0])
        control = f"passages-{code}"
        rests = [each for each in re.split(r"[\s,;]+", self._text(control).strip()) if each]
        read: list[str | int] = []
        for each in rests:
            if not re.fullmatch(r"[a-z2-7]{16}|[0-9]{1,6}", each):
                self._refuse(control, each)
            read.append(each if _OPAQUE.fullmatch(each) else int(each))
        terms = (each.strip() for each in self._text(f"terms-{code}").split("\n"))
        return build(
            CodedTurn,
            self.filled.where,
            turn=self.asked.turn,
            code=code,
            evidence=tuple(int(each) for each in cited if each),
            gist=self._text(f"gist-{code}"),
            terms=tuple(each for each in terms if each),
            label=self._one(f"label-{code}"),
            passages=tuple(read),
        )
