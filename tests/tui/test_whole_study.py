"""A whole study, from transcripts to the report: drawn, masked, sealed, rated by scripted raters of
known skill through the real rating screen, collected, closed and reported."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import pytest
from conferences import conferences, style_plan
from scripted_raters import rate_all

from debate.study.bundle import Exclusions, LikertItem, PairsItem
from debate.study.drawing.excerpts import held
from debate.study.drawing.masking import masked_turns
from debate.study.drawing.masks import unmasking_everywhere
from debate.study.drawing.style import draw
from debate.study.folder import StudyFolder, write_bundle
from debate.study.key import Key
from debate.study.ratings import Identified, Preferred, Scored
from debate.study.report import write_report
from debate.study.results.analyses import results_of
from debate.study.session import Asked

SECRET = "5e" * 32
# Scripts press keys faster than anyone reads.
RULES = Exclusions(seconds=0)
SMALL = (80, 24)  # soon drawn


@dataclass
class Rater:
    """Answers as the key says with a known chance, and otherwise anyhow.

    Args:
        key: The study.
        skill: The chance of the right card, and of the better of a pair.
        effect: Points by which a persona's own text is rated above any other.
        careful: Whether attention checks are read.
    """

    key: Key
    name: str
    skill: float
    effect: int = 2
    careful: bool = True
    chance: random.Random = field(default_factory=random.Random)

    def __call__(self, asked: Asked):
        item, truth = asked.item, self.key.item(asked.item.id)
        # By item, so that the order in which they come changes no answer.
        self.chance.seed(f"{self.name} {self.skill} {item.id}")
        if truth.checked and self.careful:
            return self._told(item)
        right = self.chance.random() < self.skill
        match item:
            case LikertItem():
                middle = 3 if self.effect == 0 else 2 + self.effect * (truth.kind == "genuine")
                points = {
                    each: min(5, max(1, middle + self.chance.choice([-1, 0, 0, 1])))
                    for each in item.dimensions
                }
                return Scored(points=points)
            case PairsItem():
                better = "a" if truth.origins[0].arm == "full" else "b"
                worse = "b" if better == "a" else "a"
                return Preferred(choice=better if right else worse)
            case _:
                wrong = [card for card in (*item.cards, "none") if card != truth.answer]
                card = truth.answer if right else self.chance.choice(wrong)
                return Identified(card=card, confidence=3 if right else 2)

    @staticmethod
    def _told(item):
        match item:
            case LikertItem():
                return Scored(points=dict.fromkeys(item.dimensions, 2))
            case PairsItem():
                return Preferred(choice="tie")
            case _:
                return Identified(card="none", confidence=1)


def drawn(tmp_path, arms, raters, *, leak=False):
    """A study's folder, its masks looked at; with a leak one excerpt shows who speaks."""

    def speak(seat, chance):
        words = f"It goes round {chance.randint(0, 10**9)} times, and so do we, for all to see."
        return f"{words} As Ada Quintero has it, well." if chance.random() < 0.1 else words

    tmp_path.mkdir(exist_ok=True)
    key = draw(
        style_plan(conferences(tmp_path, arms, speak=speak), raters=raters, exclusions=RULES),
        secret=SECRET,
    )
    if leak:
        bare = unmasking_everywhere(key, "Ada Quintero")
        leaks = _masked(key)
        items = [b if a.id == leaks.id else a for a, b in zip(key.items, bare.items, strict=True)]
        key = key.model_copy(update={"items": tuple(items)})
    key = key.model_copy(update={"masks_checked_by": "me"})
    return StudyFolder.begin(tmp_path / "study", key)


def _masked(key):
    """The first item of identification in which something is masked, of those that come once."""
    again = {item.repeats for item in key.items}
    return next(
        item
        for item in key.items
        if item.task == "identification" and item.origins[0].masks and item.id not in again
    )


def _leaks(key):
    """Items in which a name can be read."""
    return [
        item.id
        for item in key.items
        if any("Quintero" in text for o in item.origins for text in masked_turns(o.turns, o.masks))
    ]


def shows_a_name(asked):
    return "Quintero" in asked.item.model_dump_json()


@pytest.fixture
def report(tmp_path):
    """Closes a study and reports on it; gives the results and what was written."""

    def made(folder, files):
        folder.collect(files)
        folder.close()
        assert folder.unchanged() == []
        bundle, key = folder.bundle(), folder.key()
        results = results_of(bundle, key, folder.ratings(), seed=1)
        paths = write_report(results, bundle, key, tmp_path / "report")
        return results, {path.name: path.read_text(encoding="utf-8") for path in paths}

    return made


def contains(figure, value):
    """Whether a value lies within a figure's interval; of too few texts there is none."""
    ends = figure.interval
    return ends is None or ends.low <= value <= ends.high


async def test_the_report_recovers_what_the_raters_know(tmp_path, report):
    names = ["kai", "lin", "mei", "zed"]
    arms = {"full": 4, "other": 2, "no-persona": 2}
    folder = drawn(tmp_path / "a", arms, names, leak=True)
    bundle, key = folder.seal(), folder.key()
    out = tmp_path / "out"
    write_bundle(bundle, out)
    raters = [Rater(key, name, skill=0.8) for name in names[:3]]
    raters.append(Rater(key, "zed", skill=0.2, effect=0, careful=False))
    files = [
        await rate_all(
            bundle,
            rater.name,
            out / "ratings" / f"{rater.name}.jsonl",
            rater,
            size=SMALL,
            flags=shows_a_name,
        )
        for rater in raters
    ]
    results, written = report(folder, files)
    assert results.sealed.whole
    assert len(_leaks(key)) == 1

    # The careless one is caught by the checks, and the leak is flagged.
    assert [each.rater for each in results.excluded] == ["zed"]
    assert [each.item for each in results.flagged] == _leaks(key)
    assert "zed" in written["report.html"]

    # Skill comes out within its interval, and above chance.
    honest = results.analyses[3]
    assert honest.name == "without both"
    known = honest.identified.genuine
    assert contains(known.share, 0.8)
    assert known.chance.p < 0.01
    # Of texts of which no card is right too.
    assert all(contains(each.share, 0.8) for each in honest.identified.of("kind"))
    (match,) = honest.preferences.matches
    won = match.rate if match.one == "full" else None
    assert won is not None
    assert contains(won, 0.8)
    # A persona's own texts stand two points above every foil, on every scale. The intervals of a
    # scale rest on the same genuine texts, and so miss together if one does. Of three texts from
    # another card the difference is told, and not how sure it is.
    beside = [
        each
        for each in honest.scaled.contrasts
        if each.first == "genuine" and each.second != "genuine"
    ]
    assert len(beside) == 15
    assert abs(fmean(each.difference.value for each in beside) - 2) < 0.25
    sure = [each for each in beside if not each.difference.few]
    assert {each.second for each in sure} == {"no-persona", "catchphrases"}
    assert sum(contains(each.difference, 2) for each in sure) >= 8
    assert all(each.difference.interval.low > 0 for each in sure)
    # With the careless one among them the figure is lower.
    assert results.main.identified.genuine.share.value < known.share.value
    for name in ("report.html", "report.md", "ratings.csv", "results.csv"):
        assert written[name]
    assert "not rated" not in written["report.md"]


async def test_a_study_without_an_effect_reports_none(tmp_path, report):
    folder = drawn(tmp_path / "a", {"full": 3, "other": 2, "no-persona": 2}, ["kai", "lin"])
    bundle, key = folder.seal(), folder.key()
    files = []
    for name in ("kai", "lin"):
        # Of three or four answers each is as likely as another, and a pair is a toss.
        guess = Rater(key, name, skill=0.5, effect=0)

        def policy(asked, guess=guess):
            if guess.key.item(asked.item.id).checked or asked.item.task != "identification":
                return guess(asked)
            choose = random.Random(f"{guess.name} {asked.item.id}")
            return Identified(card=choose.choice((*asked.item.cards, "none")), confidence=1)

        files.append(await rate_all(bundle, name, tmp_path / f"{name}.jsonl", policy, size=SMALL))
    results, written = report(folder, files)
    assert not results.excluded
    main = results.main
    assert main.identified.genuine.chance.p > 0.05
    (match,) = main.preferences.matches
    assert contains(match.rate, 0.5)
    # Of three foils, each held to 5 % over its scales, one may come out by chance.
    assert all(each.adjusted is None or each.adjusted > 0.01 for each in main.scaled.contrasts)
    # They agree on nothing but by chance.
    assert all(contains(each.alpha, 0) for each in main.agreement if each.among == "all"), [
        (each.task, each.of, each.alpha) for each in main.agreement
    ]
    assert "chance" in written["report.md"]


def test_a_study_of_the_sample_that_nobody_has_rated_says_so(tmp_path, report):
    sample = Path(__file__).parents[2] / "transcripts" / "sample-yalta.jsonl"
    key = draw(style_plan([held(sample, "full")]), secret=SECRET)
    folder = StudyFolder.begin(tmp_path / "study", key)
    folder.seal()
    results, written = report(folder, [])
    assert not results.rated
    for part in ("Identification", "Closeness to the card", "Agreement among raters", "Raters"):
        assert f"## {part}\n\n- Not rated.\n" in written["report.md"]
    assert written["report.html"].casefold().count("not rated") >= 6
    rows = written["results.csv"].splitlines()[1:]
    assert rows
    assert all("not rated" in row for row in rows)
    assert len(written["ratings.csv"].splitlines()) == 1
