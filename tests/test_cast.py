"""The cast: whether its voices can be told apart, and what the cards rest on.

What can be counted is checked here. Whether a voice is true to the person is for raters to say.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations

import pytest
from worlds import scenario

from debate.estimate import estimate
from debate.events import ConferenceOpened, Profile
from debate.library import load_persona, persona_files
from debate.persona import SIMULATION_NOTICE, Persona, Voice
from debate.persona_lint import advice
from debate.prompts.layouts import Projection
from debate.seating import Wishes, seat
from debate.standing import ConferenceState
from debate.state import fold
from debate.steps import GiveFloor

#: Portrayed from public knowledge.
REAL = (
    "altman",
    "yang",
    "amodei",
    "zuckerberg",
    "liang",
    "hassabis",
    "musk",
    "nadella",
    "huang",
    "mensch",
    "lecun",
    "sutskever",
    "li",
    "zhang",
)
#: Invented people, for comparison: voices as strong, which no model has met before.
STRANGERS = ("tollgarth", "fennimark")
VOICES = (*REAL, *STRANGERS)
#: And no persona at all.
CAST = (*VOICES, "nobody")

#: What the public half of a card may take in a prompt, with the one example that it shows.
MOST_WORDS, MOST_TOKENS = 380, 540

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]+")


@cache
def card(name: str) -> Persona:
    return load_persona(name)


def folded(text: str) -> str:
    """A phrase as it is compared with others."""
    return " ".join(text.casefold().split()).strip(".,!?;: ")


def replies(name: str) -> list[str]:
    return [example.reply for example in card(name).examples]


# Voices


@pytest.mark.parametrize("trait", ["prefers", "catchphrases", "devices", "never"])
def test_no_two_share_a_word_a_phrase_or_a_habit(trait: str) -> None:
    owners: dict[str, str] = {}
    for name in persona_files():
        for phrase in getattr(card(name).voice, trait):
            other = owners.setdefault(folded(phrase), name)
            assert other == name, f"{name} and {other} share {phrase!r}"


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3}


def likeness(one: str, other: str) -> float:
    """How much of their words two texts share, 0 to 1."""
    a, b = words(one), words(other)
    return len(a & b) / len(a | b)


def unlike(one: Voice, other: Voice) -> set[str]:
    """The traits in which two voices have next to nothing in common."""
    apart = {
        t for t in ("register_", "rhythm") if likeness(getattr(one, t), getattr(other, t)) < 0.2
    }
    for trait in ("prefers", "avoids", "catchphrases", "devices", "never"):
        mine, theirs = (set(map(folded, getattr(v, trait))) for v in (one, other))
        if not mine & theirs:
            apart.add(trait)
    if one.code_switching != other.code_switching:
        apart.add("code_switching")
    return apart


@pytest.mark.parametrize(("one", "other"), combinations(VOICES, 2))
def test_any_two_voices_differ_in_most_traits(one: str, other: str) -> None:
    assert len(unlike(card(one).voice, card(other).voice)) >= 6


@pytest.mark.parametrize("name", VOICES)
def test_a_voice_has_all_its_traits(name: str) -> None:
    voice = card(name).voice
    for trait in ("prefers", "avoids", "catchphrases", "devices", "never"):
        assert len(getattr(voice, trait)) >= 3


@pytest.mark.parametrize("name", VOICES)
def test_examples_show_the_voice(name: str) -> None:
    said = folded(" ".join(replies(name)))
    assert len(replies(name)) >= 5
    assert len({folded(reply) for reply in replies(name)}) == len(replies(name))
    used = [word for word in card(name).voice.prefers if folded(word) in said]
    assert 2 * len(used) >= len(card(name).voice.prefers), "too few of the preferred words are used"


@pytest.mark.parametrize("name", VOICES)
def test_the_example_in_the_head_does_not_say_what_the_brief_offers(name: str) -> None:
    """A small model recites what it is shown twice."""
    first = folded(replies(name)[0])
    assert not [p for p in card(name).voice.catchphrases if folded(p) in first]


def test_no_two_are_asked_or_answer_the_same() -> None:
    for part in ("heard", "reply"):
        seen = [folded(getattr(e, part)) for name in persona_files() for e in card(name).examples]
        assert len(set(seen)) == len(seen)


# Chinese and English


def shares(reply: str) -> tuple[int, int]:
    """How many Chinese characters and how many English words a reply has."""
    return len(CHINESE.findall(reply)), len(ENGLISH.findall(reply))


@pytest.mark.parametrize(
    ("name", "most"), [("yang", "English"), ("liang", "English"), ("zhang", "Chinese")]
)
def test_who_mixes_languages_does_so_in_the_examples(name: str, most: str) -> None:
    mixing = card(name).voice.code_switching
    assert mixing is not None
    assert mixing.languages[0] == most
    assert set(mixing.languages) == {"English", "Chinese"}
    counted = [shares(reply) for reply in replies(name)]
    assert sum(chinese >= 3 and english >= 3 for chinese, english in counted) >= 2
    chinese, english = (sum(each) for each in zip(*counted, strict=True))
    # A Chinese word is about two characters.
    assert (chinese / 2 > english) == (most == "Chinese")


def test_two_mix_in_every_example_but_unlike_each_other() -> None:
    for reply in replies("yang"):
        assert CHINESE.search(reply)
        assert ENGLISH.match(reply), "begins in English"
    for reply in replies("zhang"):
        assert CHINESE.search(reply[:12]), "begins in Chinese"
        assert not CHINESE.search(reply[-40:]), "ends on an English sentence"


def test_nobody_else_mixes_languages() -> None:
    for name in set(persona_files()) - {"yang", "liang", "zhang"}:
        assert card(name).voice.code_switching is None
        assert not CHINESE.search(" ".join(replies(name)))


def test_nobodys_accent_is_spelt_out() -> None:
    spelt = re.compile(r"\b(ze|zis|zat|ve haff|lah|ah so)\b", re.IGNORECASE)
    for name in VOICES:
        assert not spelt.search(" ".join(replies(name)))


# What a card rests on


@pytest.mark.parametrize("name", REAL)
def test_a_real_persons_card_rests_on_public_material(name: str) -> None:
    persona = card(name)
    assert persona.notice == SIMULATION_NOTICE
    assert [source.id for source in persona.sources] == [
        f"S{n}" for n in range(1, len(persona.sources) + 1)
    ]
    assert len(persona.sources) >= 4
    assert len({folded(source.title) for source in persona.sources}) == len(persona.sources)
    assert all(source.year is not None for source in persona.sources)
    known = {source.id for source in persona.sources}
    assert len(persona.stances) >= 5
    assert all(stance.source in known for stance in persona.stances)
    assert any(
        "open" in s.topic.casefold() or "publish" in s.topic.casefold() for s in persona.stances
    )


@pytest.mark.parametrize("name", [*STRANGERS, "nobody"])
def test_an_invented_persons_card_says_so(name: str) -> None:
    persona = card(name)
    assert persona.notice is None
    assert not persona.sources
    if name in STRANGERS:
        assert persona.summary.startswith("An invented person.")
        assert len(persona.stances) >= 5


@pytest.mark.parametrize("name", VOICES)
def test_a_card_says_what_is_wanted_and_what_is_refused(name: str) -> None:
    persona = card(name)
    assert len(persona.goals.public) >= 2
    assert len(persona.goals.private) == 3
    assert len(persona.red_lines) == 3
    assert all(line.startswith("Refuses") for line in persona.red_lines)


@pytest.mark.parametrize("name", [*CAST, "chair"])
def test_every_example_is_marked_as_invented_in_the_file(name: str) -> None:
    text = persona_files()[name].read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=persona.schema.json\n")
    assert (
        text.count("    invented: true\n") == text.count("  - heard: ") == len(card(name).examples)
    )


def test_nobody_has_neither_a_voice_nor_a_stake() -> None:
    persona = card("nobody")
    given = persona.model_dump(
        by_alias=True,
        exclude={"format", "id", "name", "role", "real_person", "summary"},
        exclude_defaults=True,
    )
    assert set(given) == {"voice"}
    assert set(given["voice"]) == {"register", "rhythm"}


# Nothing that hands over an outcome. Words that sort models are looked for in test_library.
BARGAIN = re.compile(
    r"\b(compromis\w*|concession|concede|would (accept|agree|sign|settle) (it |this )?if"
    r"|accepts? .* if|in (return|exchange) for|provided that|on condition|only if|as long as|unless"
    r"|licen[sc]e\w* .* only|middle (way|ground)|meet (you|them|us) half|split the difference"
    r"|trade[- ]off|quid pro quo|common rules?|delay\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "text",
    [
        "Would accept it if the others do",
        "Weights in return for tests",
        "License the large ones only to friends",
        "A middle way",
    ],
)
def test_the_list_of_bargains_finds_them(text: str) -> None:
    assert BARGAIN.search(text)


@pytest.mark.parametrize("name", [*CAST, "chair"])
def test_no_card_offers_a_bargain(name: str) -> None:
    persona = card(name)
    for text in (
        persona.summary,
        *persona.goals.public,
        *persona.goals.private,
        *persona.red_lines,
        *persona.voice.catchphrases,
        *(stance.position for stance in persona.stances),
        *(example.reply for example in persona.examples),
    ):
        assert not (found := BARGAIN.search(text)), found


def test_no_shipped_card_is_advised_on() -> None:
    assert not [(name, *advice(card(name))) for name in persona_files() if advice(card(name))]


# At the table


@pytest.fixture(scope="module")
def table() -> ConferenceOpened:
    """All of them in one conference."""
    wishes = Wishes(seats=CAST, layout="shared", cards="head")
    profile = Profile(model="none", family="openai-compatible")
    return seat(scenario(CAST), wishes, lambda name: profile, "none")


def test_all_sit_at_one_table(table: ConferenceOpened) -> None:
    assert [s.persona for s in table.seats] == list(CAST)
    assert table.notice == SIMULATION_NOTICE
    projection = Projection(table)
    state: ConferenceState = fold([table])
    heads = set()
    for name in CAST:
        head, user = projection.messages(state, GiveFloor(name, 0, 1))
        heads.add(head.content)
        assert f"You are {card(name).name}." in user.content
        for private in (*card(name).goals.private, *card(name).red_lines):
            assert private in user.content
            assert private not in head.content
        for other in set(CAST) - {name}:
            assert not any(goal in user.content for goal in card(other).goals.private)
    (head_,) = heads
    for name in CAST:
        assert f"## {card(name).name}" in head_
        for n, reply in enumerate(replies(name)):
            assert (" ".join(reply.split()) in head_) == (n == 0)


@pytest.mark.parametrize("name", CAST)
def test_a_card_keeps_to_its_length(table: ConferenceOpened, name: str) -> None:
    public = Projection(table)._cards[name]
    assert len(public.split()) <= MOST_WORDS
    assert estimate(public) <= MOST_TOKENS
    for reply in replies(name):
        chinese, english = shares(reply)
        assert 35 <= english + chinese / 2 <= 85
