"""What another tool has to ask: each item in a rater's order, its texts, and its questions.

A tool knows nothing of bundles. It is given *controls*, each with a name and the tokens that may be
answered, and texts to show beside them; what it hands back by those names is understood by
`study.formats.answering`. Tokens are the same in every tool.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debate.study.bundle import (
    Bundle,
    CodingItem,
    Excerpt,
    IdentificationItem,
    LikertItem,
    PairsItem,
    Place,
)
from debate.study.rubric import FLAGS, Code, Dimension, Rubric, Task
from debate.study.session import Asked

CANNOT = "cannot-judge"
NONE = "none"
NOT_NAMED = "not-named"
CANNOT_SAID = "I cannot judge"
NOT_NAMED_SAID = "The card names no such trait"
COMMENT = "Any comment? (may be left empty)"
PASSAGES_SAID = (
    "In this tool the closest passages are not looked up for you. All that the speakers of a"
    " conference may have been given stands in the file passages-….txt beside: search it for your"
    " terms, and cite a passage by the sixteen letters that head it, or a turn by its number."
)
FLAGGED = "Does any of this hold? (may be left empty)"

#: How each text is headed on the screen.
HEADS = {
    "cards": "The cards",
    "card": "The card",
    "scene": "The occasion",
    "before": "What was said before",
    "text": "The text",
    "left": "Left",
    "right": "Right",
}
#: Which texts are shown, in their order.
SHOWN: dict[Task, tuple[str, ...]] = {
    "identification": ("scene", "text", "cards"),
    "pairs": ("scene", "card", "left", "right"),
    "likert": ("scene", "card", "text"),
    "coding": ("scene", "before", "text"),
}
#: What is filled in of each code that is chosen.
OF_CODE = {
    "evidence": "turns that are its evidence, by number",
    "gist": "gist, in at most fifteen words",
    "terms": "the words that carry it, one a line",
    "label": "where it comes from",
    "passages": "passages or turns that the label rests on",
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something that may be answered."""

    token: str
    said: str
    """As the rater reads it."""


def placed(bundle: Bundle, rater: str | None) -> tuple[Asked, ...]:
    """The items in the order of one rater; without one all of them, in the order of their ids.

    Raises:
        UserError: if nobody of that name rates.
    """
    if rater is None:
        places: tuple[Place, ...] = tuple(
            Place(item=each) for each in sorted(item.id for item in bundle.items)
        )
    else:
        places = bundle.plan(rater)
    return tuple(Asked(n, *each) for n, each in enumerate(_turns(bundle, places)))


def _turns(
    bundle: Bundle, places: tuple[Place, ...]
) -> Iterator[tuple[IdentificationItem | PairsItem | LikertItem | CodingItem, Place, int]]:
    items = {each.id: each for each in bundle.items}
    for place in places:
        item = items[place.item]
        turns = [each.number for each in item.turns] if isinstance(item, CodingItem) else [0]
        yield from ((item, place, turn) for turn in turns)


def tasks(asked: tuple[Asked, ...]) -> tuple[tuple[Task, tuple[Asked, ...]], ...]:
    """What is asked, apart by task, in the order in which the tasks are done."""
    order: tuple[Task, ...] = ("identification", "pairs", "likert", "coding")
    found = ((task, tuple(each for each in asked if each.item.task == task)) for task in order)
    return tuple((task, of_it) for task, of_it in found if of_it)


def texts(bundle: Bundle, asked: Asked) -> dict[str, str]:
    """The texts that stand on the rater's screen, by name, to the letter.

    Names: `scene`, `card` or `cards`, `text` or `left` and `right`; of coding `before` and `text`.
    """
    item = asked.item
    shown = {"scene": item.scene}
    if isinstance(item, IdentificationItem):
        cards = (bundle.card(each).text for each in item.cards)
        shown["cards"] = "\n\n".join(f"Card {n}\n{text}" for n, text in enumerate(cards, 1))
        shown["text"] = item.excerpt.text
    elif isinstance(item, PairsItem):
        left, right = _sides(asked)
        shown |= {"card": bundle.card(item.card).text, "left": left.text, "right": right.text}
    elif isinstance(item, LikertItem):
        shown |= {"card": bundle.card(item.card).text, "text": item.excerpt.text}
    else:
        said = {turn.number: _turn(item, turn.number) for turn in item.turns}
        before = [text for number, text in said.items() if number < asked.turn]
        shown |= {"before": "\n\n".join(before) or "(nothing)", "text": said[asked.turn]}
    return shown


def _sides(asked: Asked) -> tuple[Excerpt, Excerpt]:
    sides = asked.sides
    assert sides is not None
    return sides


def _turn(item: CodingItem, number: int) -> str:
    turn = next(each for each in item.turns if each.number == number)
    return f"{turn.number} · {turn.speaker} · {turn.phase}\n{turn.text}"


def passages(bundle: Bundle, pool: str) -> str:
    """What the speakers of a conference may have been given, as a text to read beside."""
    said = (f"{each.id} ({each.kind})\n{each.text}" for each in bundle.pools.get(pool, ()))
    return "\n\n".join(said)


def pools(bundle: Bundle, rater: str | None) -> tuple[str, ...]:
    """The pools of the conferences that are coded."""
    items = (each.item for each in placed(bundle, rater))
    return tuple(dict.fromkeys(each.pool for each in items if isinstance(each, CodingItem)))


def cards(rubric: Rubric, count: int) -> tuple[Option, ...]:
    """What may be answered to an identification of that many cards."""
    none = rubric.identification.none if rubric.identification else "None of them"
    each = [Option(f"card-{n}", f"Card {n}") for n in range(1, count + 1)]
    return (*each, Option(NONE, none), Option(CANNOT, CANNOT_SAID))


def confidence(rubric: Rubric) -> tuple[Option, ...]:
    """How sure one is of an identification."""
    said = rubric.identification.confidence if rubric.identification else ("1", "2", "3", "4")
    return tuple(Option(str(n), each) for n, each in enumerate(said, 1))


def sides(rubric: Rubric) -> tuple[Option, ...]:
    """What may be answered to a pair."""
    tie = rubric.pairs.tie if rubric.pairs else "No difference"
    return (
        Option("left", "Left"),
        Option("right", "Right"),
        Option("tie", tie),
        Option(CANNOT, CANNOT_SAID),
    )


def points(dimension: Dimension) -> tuple[Option, ...]:
    """What may be answered on a scale, every point with its anchor."""
    anchored = (Option(str(n), f"{n}. {said}") for n, said in enumerate(dimension.anchors, 1))
    return (*anchored, Option(CANNOT, CANNOT_SAID))


def codes(rubric: Rubric) -> tuple[Option, ...]:
    """What a turn may be coded as."""
    return tuple(Option(each.id, f"{each.id}: {each.meaning}") for each in rubric.codes)


def labels(rubric: Rubric) -> tuple[Option, ...]:
    """Where a coded thought may come from."""
    return tuple(Option(each.id, f"{each.id}: {each.meaning}") for each in rubric.labels)


def flags() -> tuple[Option, ...]:
    """What may be noted of any item."""
    return tuple(Option(each, said) for each, said in FLAGS.items())


def head(task: Task, text: str) -> str:
    """How a text is headed on the screen."""
    return "This turn" if task == "coding" and text == "text" else HEADS[text]


def of_code(code: Code) -> list[str]:
    """What has to be filled in of a code, by the names of `OF_CODE`."""
    return [each for each in OF_CODE if (code.cites if each == "evidence" else code.gist)]


def question(rubric: Rubric, task: Task) -> str:
    """What is asked of an item, as one line."""
    if task == "identification" and rubric.identification:
        return rubric.identification.question
    if task == "pairs" and rubric.pairs:
        return rubric.pairs.question
    if task == "likert":
        return "How close is it to the card?"
    return "What does this turn do?"


def instructions(bundle: Bundle) -> str:
    """What raters are told before they begin, as a plain text."""
    rubric = bundle.rubric
    parts = [rubric.title, bundle.notice, rubric.instructions]
    for each in rubric.illustrations:
        card = f"Card: {each.card}\n" if each.card else ""
        verdict = "Close to it" if each.good else "Not close to it"
        parts.append(f"{card}Text: {each.text}\n{verdict}: {each.why}")
    if "coding" in rubric.tasks:
        parts.append(PASSAGES_SAID)
    return "\n\n".join(parts) + "\n"
