"""Who of the study an annotator of another tool is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from debate.errors import UserError
from debate.study.bundle import Bundle
from debate.study.formats.answering import refuse


@dataclass(slots=True)
class Raters:
    """Tells raters by the ids that a tool knows them by.

    Ids that are given (`--rater kai=3`) are the only ones that count. Without any, it is the rater
    for whom the tasks were laid out, as long as one annotator alone did them; or else one of the
    annotator's ids is the name of a rater.
    """

    bundle: Bundle
    given: Mapping[str, str] = field(default_factory=dict)
    """Raters by the id of the tool."""
    _worked: dict[str, str] = field(default_factory=dict)

    def who(self, ids: Sequence[str], laid_out: str | None, where: str) -> str:
        """The rater of one annotation.

        Args:
            ids: What the tool calls the annotator: a number, an address, a name.
            laid_out: For whom the task was exported, if for one.
            where: File and place.

        Raises:
            UserError: if nobody can be meant, or another than the task was laid out for.
        """
        called = ids[0] if ids else "nobody"
        if self.given:
            found = next((self.given[each] for each in ids if each in self.given), None)
        elif laid_out is not None:
            found = laid_out
            if (first := self._worked.setdefault(laid_out, called)) != called:
                refuse(f"{first} and {called} both annotated what was for {laid_out}", where, HINT)
        else:
            found = next((each for each in ids if each in self.bundle.plans), None)
        if found is None:
            refuse(f"which rater of the study is {called!r}?", where, HINT)
        if laid_out is not None and found != laid_out:
            refuse(f"what was laid out for {laid_out} was annotated by {found}", where)
        return found


HINT = "say who each annotator is, with --rater NAME=ID"


def by_id(bundle: Bundle, pairs: Iterable[str]) -> dict[str, str]:
    """Raters by id, of `NAME=ID` as they are given on the command line.

    Raises:
        UserError: if one is not of that form, or names nobody.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, id = pair.partition("=")
        if not equals or not id:
            raise UserError(f"--rater {pair!r} is not NAME=ID", hint="such as --rater kai=3")
        bundle.plan(name)
        if found.setdefault(id, name) != name:
            raise UserError(f"the id {id!r} is given to {found[id]} and to {name}")
    return found
