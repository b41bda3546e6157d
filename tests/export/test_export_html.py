"""A conference as one page: all of it is there, nothing secret is, and it needs nothing else."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from exported import held, saved
from hostile import REPLIES, hostile
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import PHASES, SEATS, Play, manifest, scenario

from debate.answers import VoteCast
from debate.events import TurnFailed, TurnWithdrawn
from debate.export.html import texts
from debate.export.prose import line, prose
from debate.export.record import Remark, chapters
from debate.export.source import source
from debate.standing import last_withdrawable
from debate.text import showable
from debate.transcript import read

SAMPLE = Path(__file__).parents[2] / "transcripts" / "sample-yalta.jsonl"


class Parsed(HTMLParser):
    """What stands in a page: texts, and elements with their attributes."""

    VOID = frozenset({"meta", "br", "input", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.elements, self.raw = "", [], {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in ("script", "style"):
            self.raw[self._open[-1]] = data
        else:
            self.text += data

    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def page(source_):
    return "".join(texts(source_))


@pytest.fixture(scope="module")
def sample():
    return page(source(SAMPLE, SAMPLE.stem))


def test_all_that_was_said_is_on_the_page(sample):
    text = " ".join(Parsed(sample).text.split())
    for event in read(SAMPLE):
        if event.type == "turn.closed":
            assert " ".join(event.text.split()) in text
        if event.type == "vote.cast":
            assert " ".join(event.reason.split()) in text
    assert "Founder and chief executive, Moonshot AI" in text
    assert "In January 2025 DeepSeek published the weights" in text
    assert "Carried, 4 for, 2 against, 0 abstaining." in text
    assert "Signed by 2 of 6." in text


def test_every_id_stands_once_and_every_link_leads_to_one(sample):
    for html in (sample, page_of_hostile()):
        parsed = Parsed(html)
        ids = parsed.ids()
        assert len(ids) == len(set(ids))
        links = [a["href"] for tag, a in parsed.elements if tag == "a"]
        assert links
        assert {link[1:] for link in links} <= set(ids)
        assert all(link.startswith("#") for link in links)


def page_of_hostile():
    with TemporaryDirectory() as folder:
        return page(saved(Path(folder) / "t.jsonl", hostile().events))


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(sample):
    parsed = Parsed(sample)
    (policy,) = (
        a["content"] for _, a in parsed.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == "'none'"
    for tag in ("script", "style"):
        digest = b64encode(hashlib.sha256(parsed.raw[tag].encode()).digest()).decode()
        assert rules.pop(f"{tag}-src") == f"'sha256-{digest}'"
    assert set(rules.values()) == {"'none'"}
    assert [a for tag, a in parsed.elements if tag == "script"] == [{}]
    assert "://" not in parsed.raw["style"] + parsed.raw["script"]
    assert "url(" not in parsed.raw["style"]


def test_it_says_that_it_is_simulated_and_of_what_it_was_made(sample):
    parsed = Parsed(sample)
    meta = {a["name"]: a["content"] for _, a in parsed.elements if "name" in a and "content" in a}
    assert meta["description"].startswith("Simulated; not statements of the real person.")
    assert meta["simulated"] == "true"
    head = source(SAMPLE, "t").head
    assert meta["transcript-sha256"] == head
    assert f"yalta verify sample-yalta.jsonl --head {head}" in parsed.text
    assert parsed.text.count("Simulated; not statements of the real person.") == 2


def test_nothing_that_a_stranger_wrote_is_markup():
    html = page_of_hostile()
    parsed = Parsed(html)
    tags = [tag for tag, _ in parsed.elements]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"img", "iframe", "base", "object", "link"} & set(tags)
    assert tags.count("meta") == 10
    for _, attributes in parsed.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not attributes.get("href", "#").lower().startswith("javascript")
    for reply in REPLIES[:8]:
        assert reply in parsed.text
    assert showable(html) == html


@settings(max_examples=30)
@given(SEATS, PHASES, st.integers(0, 2**16))
def test_a_page_of_any_conference_is_whole_and_keeps_what_is_secret(
    tmp_path_factory, seats, phases, seed
):
    play = held(seats, phases, seed)
    made = saved(tmp_path_factory.mktemp("t") / "t.jsonl", play.events)
    parsed = Parsed(page(made))
    ids = parsed.ids()
    assert len(ids) == len(set(ids))
    assert {f"t{turn.number}" for turn in play.state.record} <= set(ids)
    for turn in play.state.record:
        assert turn.text in parsed.text
    for seat in seats:
        assert f"secret goal of {seat}" not in parsed.text
        assert f"secret line of {seat}" not in parsed.text
    links = {a["href"][1:] for tag, a in parsed.elements if tag == "a"}
    assert links <= set(ids)


def test_of_a_secret_vote_there_is_the_count_alone(tmp_path):
    plan = scenario(["ada", "bo"], [{"kind": "vote", "vote": {"on": "house", "secret": True}}])
    said = '{"vote": "yes", "reason": "my own business"}'
    play = Play(manifest(plan), answer=lambda form, number: said).run()
    assert any(isinstance(event, VoteCast) for event in play.events)
    html = page(saved(tmp_path / "t.jsonl", play.events))
    assert "my own business" not in html
    assert "Carried, 2 for, 0 against, 0 abstaining." in html
    assert "The vote was secret" in html


def test_how_votes_moved_is_told(tmp_path):
    votes = [{"kind": "vote", "vote": {"on": "house"}}, {"kind": "opening"}]
    plan = scenario(["ada", "bo"], [*votes, votes[0]])
    play = Play(
        manifest(plan),
        answer=lambda form, number: f'{{"vote": "{"yes" if number > 2 else "no"}", "reason": "r"}}',
    ).run()
    html = page(saved(tmp_path / "t.jsonl", play.events))
    assert "2 more for, 2 fewer against" in html
    assert "By the Oxford rule the side for the motion won." in html


def test_a_turn_that_failed_is_told_and_one_that_was_broken_off_is_not(tmp_path):
    plan = scenario(["ada", "bo"], [{"kind": "opening"}], failures={"retries": 0})

    def speak(step, number):
        reason = {1: "refused", 2: "aborted"}.get(number)
        said = TurnFailed(
            turn=number, seat=step.seat, reason=reason or "empty", message="No, never"
        )
        return said if reason else "At last."

    play = Play(manifest(plan), speak).run()
    text = Parsed(page(saved(tmp_path / "t.jsonl", play.events))).text
    assert "Refused: No, never" in text
    assert "No, never" not in text.replace("Refused: No, never", "")
    assert "At last." in text


# -- prose

ANY = st.text(
    st.one_of(st.characters(), st.sampled_from("*[]F12<>&\"'开源。（） \n.a，かな")), max_size=60
)


@given(ANY)
def test_prose_says_what_the_text_says(text):
    shown = Parsed(str(prose(text, {"F1": "a fact", "F12": "another"})))
    plain = showable(text).expandtabs(4)
    squeezed = "".join(plain.replace("*", "").split())
    assert "".join(shown.text.replace("*", "").split()) == squeezed
    assert {tag for tag, _ in shown.elements} <= {"p", "a", "em", "strong", "span", "bdi"}


@given(ANY)
def test_a_line_says_what_the_text_says(text):
    shown = Parsed(str(line(text)))
    assert shown.text == " ".join(showable(text).split())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "We want 开源，对吧？ and now.",
            '<p>We want <span lang="zh">开源，对吧？</span> and now.</p>',
        ),
        ("我们要开放 open weights 模型。", '<p lang="zh">我们要开放 open weights 模型。</p>'),
        ("オープンにする", '<p lang="ja">オープンにする</p>'),
        ("One.\n\nTwo\nlines.", "<p>One.</p>\n<p>Two\nlines.</p>"),
        ("a **b** *c* d*e*f", "<p>a <strong>b</strong> <em>c</em> d*e*f</p>"),
        ("سلام", '<p dir="auto">سلام</p>'),
        ("F1 [F9]", "<p>F1 [F9]</p>"),
        (
            "So [f1, F9].",
            '<p>So [<a class="cite" href="#F1" title="&lt;Fact&gt;">f1</a>, F9].</p>',
        ),
    ],
)
def test_prose(text, html):
    assert str(prose(text, {"F1": "<Fact>"})) == html


def test_a_long_text_is_no_trouble():
    assert re.sub("<[^>]+>", "", str(prose("一0" * 200_000)))
    assert str(prose("*a " * 100_000)).startswith("<p>*a *a")


def test_two_pages_of_one_transcript_are_the_same(sample):
    assert page(source(SAMPLE, SAMPLE.stem)) == sample


def test_bids_after_a_withdrawal_are_told_by_themselves(tmp_path):
    plan = scenario(["ada", "bo", "cem"], [{"kind": "plenary", "floor": "bidding"}])
    struck = []

    def strike(play):
        turn = last_withdrawable(play.state)
        if turn and not struck and (None, 2) in play.state.phase.bids:
            struck.append(turn)
            play.put(TurnWithdrawn(turn=turn))

    play = Play(manifest(plan), answer=lambda form, number: f'{{"bid": {number}}}').run(
        between=strike
    )
    made = saved(tmp_path / "t.jsonl", play.events)
    told = [item.text for c in chapters(play.events, made.turns) for item in c.items
            if isinstance(item, Remark)]  # fmt: skip
    bids = [text for text in told if text.startswith("Bids")]
    assert bids[:3] == [
        "Bids: Cem 3, Bo 2, Ada 1.",
        "Bids: Bo 5, Ada 4.",
        "Bids: Cem 8, Bo 7, Ada 6.",
    ]
    assert "Struck from the record" in page(made)
