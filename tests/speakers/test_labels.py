"""Looking a label up among the names of a large table."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from debate.speakers.hygiene import Filter, _label
from debate.speakers.labels import Everyone, Others, folded

NAMES = (
    "Ada",
    "Ada Chen",
    "BO",
    "bo",
    "梁文锋",
    "Straße",
    "Dr. No",
    "a*",
    "_x_",
    "#1",
    "İo",
    "Ada:",
)
PIECES = st.sampled_from(
    [*NAMES, *"[]:：*_#> \t", "**", "__", "## ", "ada", "BO:", "[bo]", "I agree", "."]
)


@settings(max_examples=600, deadline=None)
@example(["Ada"], ["##", " ", "Ada"])
@example(["Ada"], ["***", "Ada", "***"])
@example(["Ada", "Ada:"], ["Ada", ":", ":"])
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5), st.lists(PIECES, max_size=9))
def test_a_label_is_found_as_one_pattern_of_all_names_finds_it(names, pieces):
    head = folded("".join(pieces))
    found = _label(tuple(names)).match(head)
    assert Others(Everyone(names)).label(head) == (None if found is None else found.end())


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=7), st.integers(0, 5))
def test_a_reply_reads_the_same_beside_names_that_are_looked_up(pieces, nth):
    """One's own names stand among everyone's, and are left out of the others."""
    tables = [("Ada Chen", "Ada"), ("Bo",), ("梁文锋", "Liang"), ("Dr. No",), ("BO",), ("a*",)]
    name, *aliases = tables[nth]
    every = [each for names in tables for each in names]
    plain = Filter(name, [n for n in every if n not in tables[nth]], aliases)
    looked_up = Filter(name, Others(Everyone(every), frozenset(tables[nth])), aliases)
    for piece in pieces:
        assert plain.feed(piece) == looked_up.feed(piece)
    assert plain.finish() == looked_up.finish()
    assert (plain.text, plain.cut, plain.ended) == (
        looked_up.text,
        looked_up.cut,
        looked_up.ended,
    )


def test_others_are_the_names_of_all_but_ones_own():
    others = Others(Everyone(["Ada", "Bo", "Cem"]), frozenset({"Bo"}))
    assert list(others) == ["Ada", "Cem"]
    assert (len(others), others[1], "Bo" in others) == (2, "Cem", False)


class Counted(Everyone):
    """Counts how many names it hands out."""

    given = 0

    def at(self, text: str, start: int) -> Iterator[tuple[str, int]]:
        for found in super().at(text, start):
            self.given += 1
            yield found

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        self.given += len(self._names)
        return self._names

    @names.setter
    def names(self, names: tuple[str, ...]) -> None:
        self._names = names


def test_a_reply_at_a_table_of_a_thousand_goes_through_no_names():
    everyone = Counted(f"Delegate {n}" for n in range(1000))
    everyone.given = 0
    reply = Filter("Delegate 7", Others(everyone, frozenset({"Delegate 7"})))
    for piece in ("Delegate 7: We ", "agree.\nAnd ", "[Delegate", " 7]: so\n", "Delegate 8: No."):
        reply.feed(piece)
    reply.finish()
    assert (reply.text, reply.cut) == ("We agree.\nAnd [Delegate 7]: so", "Delegate 8: No.")
    assert everyone.given < 20
