"""Studies small enough to be seen whole, with texts that would break what is careless; and any
answers to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from debate.study.bundle import (
    Bundle,
    Card,
    CodingItem,
    Excerpt,
    HeardTurn,
    IdentificationItem,
    LikertItem,
    PairsItem,
    Place,
    PoolPassage,
)
from debate.study.formats.asking import placed
from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Rating, Scored
from debate.study.rubric import FLAGS, find_rubric
from debate.study.session import Asked

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = (
    "</Text><Choices name='x'/>&amp;<script>document.title='pwned'</script>"
    "<img src=x onerror=\"document.title='pwned'\">",
    "- !!python/object/apply:os.system ['true']\n---\n{{ 7 * 7 }} ${HOME} $notice #{1+1} %s",
    "A \"quoted\" line,\twith a tab; 'single' quotes\r\nand another\\n line … 你好 ﷺ",
    '=HYPERLINK("http://localhost","click")',
)


def opaque(n: int) -> str:
    """The nth opaque id."""
    return "abcdefgh" + "".join(
        "abcdefghijklmnopqrstuvwxyz234567"[n // 32**i % 32] for i in range(8)
    )


def style() -> Bundle:
    """Three identifications, two pairs, three likert items; kai and lena, in two orders."""
    cards = tuple(
        Card(id=opaque(900 + n), text=f"Rhythm: {HOSTILE[n]}\nAvoids: {n}", traits=("rhythm",))
        for n in range(3)
    )
    ids = tuple(each.id for each in cards)

    def excerpt(n: int) -> Excerpt:
        return Excerpt(turns=(f"{n}: {HOSTILE[n % 4]}", f"And {n}."))

    items = (
        IdentificationItem(id=opaque(1), scene="A hall", excerpt=excerpt(1), cards=ids),
        IdentificationItem(id=opaque(2), scene="A hall", excerpt=excerpt(2), cards=ids[:2]),
        IdentificationItem(id=opaque(3), scene="A pier", excerpt=excerpt(3), cards=ids[::-1]),
        PairsItem(id=opaque(4), scene="A pier", card=ids[0], a=excerpt(4), b=excerpt(5)),
        PairsItem(id=opaque(5), scene="A pier", card=ids[1], a=excerpt(6), b=excerpt(7)),
        LikertItem(
            id=opaque(6),
            scene="<b>",
            card=ids[0],
            excerpt=excerpt(8),
            dimensions=("rhythm", "overall"),
        ),
        LikertItem(
            id=opaque(7), scene="x", card=ids[1], excerpt=excerpt(9), dimensions=("overall",)
        ),
        LikertItem(
            id=opaque(8),
            scene="x",
            card=ids[2],
            excerpt=excerpt(10),
            dimensions=("lexis", "rhythm", "code-switching", "rhetoric", "overall"),
        ),
    )
    kai = [2, 1, 3, 5, 4, 8, 6, 7]
    return Bundle(
        id=opaque(1000),
        title='A study: of "voices" & <others> {{ 7 * 7 }}',
        rubric=find_rubric("style"),
        cards=cards,
        items=items,
        plans={
            "kai": tuple(Place(item=opaque(n), swap=n == 4) for n in kai),
            "lena": tuple(Place(item=opaque(n), swap=n == 5) for n in kai[::-1] if n != 8),
        },
        key_sha256="ab" * 32,
        sealed_at=NOW,
    )


def coded() -> Bundle:
    """A conference of three turns and one of one, to be coded by kai."""
    pool = tuple(
        PoolPassage(id=opaque(700 + n), kind="card", text=f"{n} {HOSTILE[n]}") for n in range(3)
    )
    turns = tuple(
        HeardTurn(number=n, speaker="ABC"[n - 1], phase="opening", text=f"{n}. {HOSTILE[n]}")
        for n in range(1, 4)
    )
    return Bundle(
        id=opaque(1001),
        title="Bargains",
        rubric=find_rubric("emergence"),
        items=(
            CodingItem(id=opaque(20), scene="A hall", turns=turns, pool=opaque(600)),
            CodingItem(id=opaque(21), scene="A pier", turns=turns[:1], pool=opaque(601)),
        ),
        pools={opaque(600): pool, opaque(601): ()},
        plans={"kai": (Place(item=opaque(21)), Place(item=opaque(20)))},
        key_sha256="cd" * 32,
        sealed_at=NOW,
    )


# What JSON and CSV can hold, and what a text box could have been given.
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x00")
TEXTS = st.one_of(
    st.sampled_from(("", *HOSTILE, "=1+1", "'=1", "''", "@x", "-", "\tx", "\rx", "\n")),
    st.text(_CHARACTERS, max_size=30),
)
#: Words that carry a thought: one a line, so without line breaks or space around.
TERMS = (
    st.text(_CHARACTERS.filter(lambda c: c != "\n"), min_size=1, max_size=9)
    .map(str.strip)
    .filter(bool)
)


@st.composite
def answers(draw: st.DrawFn, bundle: Bundle, asked: Asked):
    """Any answer to what is asked, whole."""
    item = asked.item
    if isinstance(item, IdentificationItem):
        card = draw(st.sampled_from([*item.cards, "none", None]))
        return Identified(card=card, confidence=draw(st.sampled_from([None, 1, 2, 3, 4])))
    if isinstance(item, PairsItem):
        return Preferred(choice=draw(st.sampled_from(["a", "b", "tie", None])))
    if isinstance(item, LikertItem):
        point = st.sampled_from([None, 1, 2, 3, 4, 5])
        return Scored(points={each: draw(point) for each in item.dimensions})
    known = [each.id for each in bundle.rubric.codes]
    chosen = draw(st.sets(st.sampled_from(known), min_size=1, max_size=4))
    numbers = st.integers(1, asked.turn)
    pool = [each.id for each in bundle.pools[item.pool]]
    passages = st.one_of(numbers, st.sampled_from(pool)) if pool else numbers
    labels = [None, *(each.id for each in bundle.rubric.labels)]
    codes = tuple(
        CodedTurn(
            turn=asked.turn,
            code=code,
            evidence=tuple(draw(st.lists(numbers, max_size=3))),
            gist=draw(TEXTS),
            terms=tuple(draw(st.lists(TERMS, max_size=3))),
            label=draw(st.sampled_from(labels)),
            passages=tuple(draw(st.lists(passages, max_size=3))),
        )
        for code in known
        if code in chosen
    )
    return Coded(turn=asked.turn, codes=codes)


@st.composite
def rated(draw: st.DrawFn, bundle: Bundle, rater: str = "kai") -> list[Rating]:
    """Any ratings of any of a rater's items, in the order in which they were asked."""
    found: list[Rating] = []
    for asked in placed(bundle, rater):
        if draw(st.integers(0, 3)) == 0:
            continue  # not reached
        flags = draw(st.sets(st.sampled_from(list(FLAGS))))
        found.append(
            Rating(
                n=len(found) + 1,
                at=NOW + timedelta(seconds=draw(st.integers(0, 10**6))),
                rater=rater,
                item=asked.item.id,
                answer=draw(answers(bundle, asked)),
                seconds=draw(st.integers(1, 10**6)) / 1000,
                flags=tuple(each for each in FLAGS if each in flags),
                comment=draw(TEXTS),
            )
        )
    return found


def asked_of(bundle: Bundle, rating: Rating) -> Asked:
    """What a rating answers."""
    turn = rating.answer.turn if isinstance(rating.answer, Coded) else 0
    found = placed(bundle, rating.rater)
    return next(each for each in found if (each.item.id, each.turn) == (rating.item, turn))


def tokens(bundle: Bundle, rating: Rating) -> dict[str, list[str]]:
    """A rating as it is filled in: what stands in each control, by its name."""
    answer, asked = rating.answer, asked_of(bundle, rating)
    filled: dict[str, list[str]] = {}
    if isinstance(answer, Identified):
        names = {card: f"card-{n}" for n, card in enumerate(asked.item.cards, 1)}
        names |= {None: "cannot-judge", "none": "none"}
        filled["card"] = [names[answer.card]]
        if answer.confidence:
            filled["confidence"] = [str(answer.confidence)]
    elif isinstance(answer, Preferred):
        right = {"a", "b"} - {"b" if asked.place.swap else "a"}
        names = {None: "cannot-judge", "tie": "tie", right.pop(): "right"}
        filled["choice"] = [names.get(answer.choice, "left")]
    elif isinstance(answer, Scored):
        for scale, point in answer.points.items():
            filled[f"scale-{scale}"] = ["cannot-judge" if point is None else str(point)]
    else:
        filled["codes"] = [each.code for each in answer.codes]
        for each in answer.codes:
            filled[f"evidence-{each.code}"] = [", ".join(str(n) for n in each.evidence)]
            filled[f"gist-{each.code}"] = [each.gist]
            filled[f"terms-{each.code}"] = ["\n".join(each.terms)]
            filled[f"passages-{each.code}"] = [" ".join(str(p) for p in each.passages)]
            if each.label:
                filled[f"label-{each.code}"] = [each.label]
    filled["flags"] = list(rating.flags)
    filled["comment"] = [rating.comment]
    return {name: [e for e in given if e] for name, given in filled.items() if any(given)}
