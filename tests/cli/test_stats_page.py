"""The page of `yalta stats --html`: whole, inert, and of the same figures as all else."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise

import pytest
from browsing import Visit, chromium
from click.testing import CliRunner
from page_reader import Reader, check_closed
from terminals import on_terminal
from worlds import Play, closed, manifest, replier, worlds

from debate.cli import yalta
from debate.errors import UserError
from debate.events import Price, Usage
from debate.transcript import Transcript

EVIL = '</title></text><script>alert(1)</script><img src="http://evil.example/x" onerror=a()>'
USD = Price(currency="USD", input=1, output=2)
PHASES = [
    {"kind": "opening", "words": {"from": 2, "to": 3}},
    {"kind": "motions"},
    {"kind": "vote", "vote": {"on": "motions"}},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two conferences of two arms, one of which has a name that would be markup, and no price."""
    return made(tmp_path_factory.mktemp("page") / "batch")


def made(folder, read=100_000):
    """Them, with so many tokens read for each turn."""
    folder.mkdir()
    arms = {"a": ("plain", USD), "b": (EVIL, None)}
    for name, (_, price) in arms.items():
        opened = manifest(worlds(["ada", "bo", "cem"], PHASES), price=price)

        def speak(step, number, price=price):
            usage = Usage(input=read, cached=read // 4 if price else None, output=50)
            said = closed(number, step.seat, " ".join(["word"] * (number + 1)))
            return said.model_copy(update={"usage": usage})

        with Transcript.create(folder / f"{name}.jsonl") as transcript:
            for event in Play(opened, speak, answer=replier(3)).run().events:
                transcript.append(event)
    lines = [
        json.dumps({"transcript": f"{name}.jsonl", "factors": {"arm": arm}})
        for name, (arm, _) in arms.items()
    ]
    (folder / "index.jsonl").write_text("\n".join(lines))
    return folder


def run(*words):
    return CliRunner().invoke(yalta, ["stats", *map(str, words)])


def test_the_page_is_whole_inert_and_simulated(folder):
    done = run(folder, "--by", "arm,phase", "--html")
    assert done.exit_code == 0, done.output
    check_closed(done.stdout)
    read = Reader(done.stdout)
    assert "Simulated." in read.of("notice")
    assert ("meta", "name", "simulated") in read.attributes
    assert "they do not say" in read.of("said")
    shown = " ".join(data for _, data in read.texts)
    assert EVIL in shown, "it is shown as the text that it is"


def test_its_tables_have_the_figures_of_the_json(folder):
    data = json.loads(run(folder, "--by", "arm", "--json").stdout)
    read = Reader(run(folder, "--by", "arm", "--html").stdout)
    cells = read.of("n").split()
    for group in [*data["groups"], data["total"]]:
        for figure in (
            group["words"]["total"],
            group["tokens"]["input"],
            group["tokens"]["output"],
        ):
            assert f"{figure:,}" in cells
        for figure in (group["turns"], group["tabled"], group["votes"]["yes"]):
            assert str(figure) in cells
    assert data["total"]["turns"] == 6
    assert data["total"]["tabled"] > 0


def heard(folder, by):
    """What the pictures say to who does not see them, by title."""
    found = {}
    for picture in re.findall(
        r"<svg.*?</svg>", run(folder, "--by", by, "--html").stdout, re.DOTALL
    ):
        assert 'role="img"' in picture
        said = r"<title[^>]*>([^<]+)</title><desc[^>]*>([^<]+)</desc>"
        title, told = re.search(said, picture).groups()
        found[unescape(title)] = unescape(told)
    return found


def test_its_pictures_can_be_heard(folder):
    told = heard(folder, "arm")
    assert "plain: least 2, quartiles 2, 3 and 4, most 4, asked for 2 to 3" in told["Words a turn"]
    assert "plain: shorter: 0, as asked: 2, longer: 1" in told["Turns beside what was asked for"]
    assert {"Seconds for each turn", "Motions tabled", "Ballots cast"} <= told.keys()


def test_what_no_server_told_is_no_zero(folder):
    told = heard(folder, "arm,phase")
    assert "plain · phase-0: 300,000, 25% cached" in told["Prompt tokens"].split("; ")
    assert f"{EVIL} · phase-0: 300,000, cached not told" in told["Prompt tokens"]
    costs = told["Cost of a conference"].split("; ")
    assert "plain · phase-0: 0.3003 USD" in costs
    assert sum(each.endswith(": unknown") for each in costs) == len(costs) - 1


def test_it_goes_to_a_file_that_is_not_written_over_unasked(folder, tmp_path):
    out = tmp_path / "new" / "page.html"
    done = run(folder, "--html", "-o", out)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert out.read_text().startswith("<!DOCTYPE html>")
    error = run(folder, "--html", "-o", out).exception
    assert isinstance(error, UserError)
    assert "--force" in error.hint
    assert run(folder, "--html", "-o", out, "--force").exit_code == 0


def test_it_is_not_poured_over_a_terminal(folder):
    told = on_terminal(80, "stats", folder, "--html", code=2)
    assert "<" not in told
    assert "--html -o FILE" in told


TEXTS = """() => [...document.querySelectorAll('svg text, caption, figcaption')].map(each => {
    const range = document.createRange(); range.selectNodeContents(each);
    const {left, right, top, bottom} = range.getBoundingClientRect();
    const svg = each.closest('svg'), within = svg ? svg.getBoundingClientRect() : {top, bottom};
    const high = top >= within.top - 1 && bottom <= within.bottom + 1;
    const tick = each.classList.contains('tick'), wide = left >= 0 && right <= innerWidth;
    return {said: each.textContent, tick, left, right, top, whole: high && wide};
})"""


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("by", ["arm", "model,arm,phase"])
def test_on_a_phone_captions_and_axes_are_whole(tmp_path, by):
    out = tmp_path / "page.html"
    assert run(made(tmp_path / "batch", 33_000_000), "--by", by, "--html", "-o", out).exit_code == 0
    with chromium() as browser, Visit(browser, out, viewport={"width": 390, "height": 844}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        texts = page.evaluate(TEXTS)
        assert len(texts) > 30
        assert not [each["said"] for each in texts if not each["whole"]]
        ticks = sorted((t for t in texts if t["tick"]), key=lambda t: (round(t["top"]), t["left"]))
        for one, other in pairwise(ticks):
            if round(one["top"]) == round(other["top"]):
                assert one["right"] < other["left"], (one["said"], other["said"])
        assert "0" in {each["said"] for each in ticks}


def test_of_transcripts_that_cannot_be_read_it_says_so_and_draws_nothing(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"type":"no"}\n')
    done = run(tmp_path, "--html")
    assert done.exit_code == 1
    assert "<svg" not in done.stdout
    assert "Left out, since they cannot be read: 1." in done.stdout
    check_closed(done.stdout)
