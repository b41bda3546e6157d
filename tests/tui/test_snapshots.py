"""Pictures of every screen, compared with the ones that were looked at and found right.

After a change that is meant: `pytest tests/tui/test_snapshots.py --snapshot-update`, and look.
"""

from __future__ import annotations

import threading
import time

import pytest
import studio
from chat_server import ChatServer, Reply, speaker_of
from pilot import wait_until
from procedure import FOUR, Procedural, asked_of
from reading import played, write_as_timed
from worlds import scenario

from debate import Wishes
from debate.audition import Candidate
from debate.library import config_folder
from tui.app import YaltaApp
from tui.screens.compare import CompareScreen
from tui.screens.library import LibraryScreen
from tui.screens.reader import ReaderScreen
from tui.screens.stage import StageScreen
from tui.screens.studio import StudioScreen
from tui.session import Opening
from tui.widgets.persona.asking import draft_of
from tui.widgets.persona.audition_pane import Beside
from tui.widgets.reader import details

SIZES = [(120, 40), (80, 24)]
NAMES = ("Sam Altman", "Yang Zhilin", "Dario Amodei")
SAID = {
    "Sam Altman": "Intelligence wants to be abundant. We hold the *door*, and the door is holding "
    "us. I would sign a threshold, if the threshold can move.",
    "Yang Zhilin": "开源不是口号，是一种 commitment。We put the weights out, 因为 the ladder "
    "belongs to everyone who climbs. 🙂 Café, naïve, e\u0301toile.",
    "Dario Amodei": "There is a **country of geniuses** in that file. Release it and you cannot "
    "take it back; so let us say, tier by tier, what may go out and when.",
}
THOUGHT = "What would they sign? Perhaps a scale."


HOLD = threading.Event()


def said(body):
    name = speaker_of(body, NAMES)
    deltas = [{"reasoning_content": THOUGHT}] if name == "Dario Amodei" else []
    chunks = [{"choices": [{"delta": d}]} for d in (*deltas, {"content": SAID[name]})]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 1200, "completion_tokens": 80}
    usage["prompt_tokens_details"] = {"cached_tokens": 900}  # type: ignore[assignment]
    # The fifth turn stays in the air: all its words have come, but not its end.
    hold = HOLD if body["messages"][-1]["content"].count("]: ") >= 4 else None
    return Reply(chunks=[*chunks, {"choices": [], "usage": usage}], hold=hold)


@pytest.fixture(autouse=True)
def _still(monkeypatch, tmp_path):
    """What the clock and this machine would make different each time."""
    monkeypatch.setattr("tui.widgets.floor.agenda_line.clock", lambda seconds: "1:23")
    where = details._where

    def still(*of):  # lines hold the templates as they ship, which change more often than screens
        return [(n, "sha256 " + "0" * 64 if v.startswith("sha256") else v) for n, v in where(*of)]

    monkeypatch.setattr(details, "_where", still)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("YALTA_TRANSCRIPTS", "transcripts")
    monkeypatch.chdir(tmp_path)
    time.tzset()


@pytest.fixture
def server():
    HOLD.clear()
    with ChatServer(said) as server:
        yield server
        HOLD.set()


def stage_app(server, tmp_path):
    phases = [{"kind": "opening"}, {"kind": "plenary", "rounds": 2}]
    what = Opening(
        scenario(("altman", "yang", "amodei"), phases, title="The AI Yalta Conference"),
        Wishes(model=server.model, seed=1),
        tmp_path / "c.jsonl",
    )
    return YaltaApp(StageScreen(what))


async def five_turns(pilot):
    """Hold the opening and a turn of the plenary; the fifth turn is in the air."""
    stage = pilot.app.screen
    session = stage.session
    await wait_until(pilot, lambda: session.conference is not None)

    await wait_until(pilot, lambda: stage._table.rows["yang"].figures.turns == 1)
    await wait_until(pilot, lambda: (b := stage.record.block_of(5)) and "Café" in b.text)
    stage.record.reveal(stage.record.index_of(stage.record.block_of(3)))
    stage.record.unfold_all()
    stage.record.follow = True
    await pilot.pause()


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
def test_stage(snap_compare, server, tmp_path, size):
    assert snap_compare(stage_app(server, tmp_path), terminal_size=size, run_before=five_turns)


def test_stage_in_high_contrast(snap_compare, server, tmp_path):
    async def before(pilot):
        pilot.app.theme = "high-contrast"
        await five_turns(pilot)

    assert snap_compare(stage_app(server, tmp_path), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_lobby(snap_compare, size):
    async def before(pilot):
        await wait_until(pilot, lambda: "to download" in _text(pilot))

    assert snap_compare(YaltaApp(), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_note(snap_compare, server, tmp_path, size):
    async def before(pilot):
        await five_turns(pilot)
        await pilot.press("n")
        await pilot.pause()
        for area in pilot.app.screen.query("TextArea"):
            area.cursor_blink = False

    assert snap_compare(stage_app(server, tmp_path), terminal_size=size, run_before=before)


def transcripts(folder):
    """Two conferences that begin alike, at fixed times, in the usual folder."""
    texts = [SAID[name] for name in NAMES]
    one = write_as_timed(
        folder / "transcripts" / "one.jsonl",
        played(("ada", "bo", "cem"), speak=lambda step, n: texts[n % 3], title="Tiers"),
    )
    other = write_as_timed(
        folder / "transcripts" / "other.jsonl",
        played(
            ("ada", "bo", "cem"),
            speak=lambda step, n: texts[n % 3 if n < 5 else n % 2],
            title="Tiers",
        ),
    )
    return one, other


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_library(snap_compare, tmp_path, size):
    transcripts(tmp_path)

    async def before(pilot):
        await wait_until(pilot, lambda: "2 transcripts" in _text(pilot))

    assert snap_compare(YaltaApp(LibraryScreen()), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_reader(snap_compare, tmp_path, size):
    one, _ = transcripts(tmp_path)

    async def before(pilot):
        await wait_until(pilot, lambda: "Ada" in _text(pilot))
        await pilot.press("right_square_bracket", "right_square_bracket", "d")
        await wait_until(pilot, lambda: "request" in _text(pilot))

    app = YaltaApp(ReaderScreen(one))
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_compare(snap_compare, tmp_path, size):
    async def before(pilot):
        await wait_until(pilot, lambda: "apart" in _text(pilot))

    app = YaltaApp(CompareScreen(*transcripts(tmp_path)))
    assert snap_compare(app, terminal_size=size, run_before=before)


# Caucuses and motions: the same each time, however fast the models answer.
ROOMS = {"north": ["altman", "yang"], "south": ["amodei", "zuckerberg"]}
MOVED = (
    {"kind": "caucus", "title": "Caucus", "rooms": ROOMS},
    {"kind": "motions", "title": "Motions"},
    {"kind": "amendments", "title": "Amendments"},
    {"kind": "vote", "title": "Vote"},
    {"kind": "vote", "title": "Ballot", "vote": {"on": "house", "secret": True}},
    {"kind": "communique", "title": "Communique"},
)


class InTurn(Procedural):
    """Of those who speak side by side, the second waits for the first to have been heard."""

    def __init__(self):
        super().__init__()
        self.said = threading.Condition()
        self.names = []

    def __call__(self, body):
        name, form = asked_of(body)
        with self.said:
            if not form and name == "Dario Amodei":
                self.said.wait_for(lambda: "Sam Altman" in self.names, 10)
            if not form and name == "Mark Zuckerberg":
                self.said.wait_for(lambda: "Yang Zhilin" in self.names, 10)
            reply = super().__call__(body)
            self.names.append(name)
            self.said.notify_all()
        return reply if form else Reply([SAID.get(name, "Let us ship it, and see.")])


def moved_app(server, tmp_path):
    plan = scenario(FOUR, MOVED, title="The AI Yalta Conference")
    what = Opening(plan, Wishes(model=server.model, seed=1), tmp_path / "c.jsonl")
    return YaltaApp(StageScreen(what))


async def all_moved(pilot):
    stage = pilot.app.screen
    await wait_until(pilot, lambda: stage.session.standing == "over", 60)
    stage._status.say("Over")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_caucus(snap_compare, tmp_path, size):
    async def before(pilot):
        stage = pilot.app.screen
        await all_moved(pilot)
        stage.record.reveal(next(n for n, b in enumerate(stage.record.blocks) if b.rooms))
        stage.record.scroll_to(y=4, animate=False, force=True)
        await pilot.pause()

    with ChatServer(InTurn()) as server:
        app = moved_app(server, tmp_path)
        assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_motions(snap_compare, tmp_path, size):
    async def before(pilot):
        await all_moved(pilot)
        await pilot.press("m")
        await wait_until(pilot, lambda: "Sponsored by" in _text(pilot))

    with ChatServer(InTurn()) as server:
        app = moved_app(server, tmp_path)
        assert snap_compare(app, terminal_size=size, run_before=before)


# The studio: a card with a flaw, its prompt, and two versions heard.
HEARD = (
    "The river is older than the map, I think. Follow it.",
    "我们先看水。Then the map. Why hurry?",
)


def heard(body):
    second = "ponds" in body["messages"][0]["content"]
    return Reply([HEARD[second]])


@pytest.fixture
def studio_app(monkeypatch, tmp_path):
    monkeypatch.setattr("tui.widgets.persona.lane._seconds", lambda seconds: "2.4 s")
    monkeypatch.setattr("tui.widgets.persona.prompts.usual_others", lambda card: ("bo", "cem"))
    for name in ("ada", "bo", "cem"):
        studio.write(name)
    monkeypatch.chdir(config_folder())
    with ChatServer(heard) as server:
        screen = StudioScreen(draft_of("personas/ada.yaml"))
        screen.audition.model = server.model
        screen.editor.cursor_blink = False
        yield YaltaApp(screen)


async def examined(pilot):
    screen = pilot.app.screen
    await wait_until(pilot, lambda: screen.examined)
    return screen


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
def test_studio(snap_compare, studio_app, size):
    async def before(pilot):
        screen = await examined(pilot)
        await wait_until(pilot, lambda: len(screen.prompt.blocks) > 2)
        screen.editor.go_to(5, 1)
        screen.editor.insert("rule: none\n")
        await wait_until(pilot, lambda: screen.findings.problems)
        await wait_until(pilot, lambda: "cannot be read" in studio.said(screen.prompt))
        await pilot.pause()

    assert snap_compare(studio_app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
def test_studio_prompt(snap_compare, studio_app, size):
    async def before(pilot):
        screen = await examined(pilot)
        await pilot.press("alt+p")
        await wait_until(pilot, lambda: len(screen.prompt.blocks) > 2)
        await pilot.pause()

    assert snap_compare(studio_app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
def test_studio_audition(snap_compare, studio_app, size):
    async def before(pilot):
        screen = await examined(pilot)
        saved = screen.card
        row = next(n for n, t in enumerate(screen.editor.document.lines) if "rivers" in t)
        screen.editor.replace("ponds", (row, 11), (row, 17))
        await wait_until(pilot, lambda: screen.card != saved)
        screen.audition.beside = Beside("the saved card", Candidate(saved, screen.audition.model))
        screen.audition.label()
        await pilot.press("alt+a", "f8")
        lanes = screen.audition.one.record, screen.audition.other.record
        await wait_until(pilot, lambda: not screen.is_listening)
        await wait_until(pilot, lambda: all(len(lane.blocks) == 8 for lane in lanes))
        await wait_until(pilot, lambda: not screen.is_listening)
        await pilot.pause()

    assert snap_compare(studio_app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
def test_studio_counts(snap_compare, studio_app, size):
    async def before(pilot):
        screen = await examined(pilot)
        await pilot.press("alt+a", "f8")
        await wait_until(pilot, lambda: len(screen.audition.one.record.blocks) == 8)
        await wait_until(pilot, lambda: not screen.is_listening)
        await pilot.press("alt+c")
        await wait_until(pilot, lambda: "Counts" in studio.said(screen.counts))
        await pilot.pause()

    assert snap_compare(studio_app, terminal_size=size, run_before=before)


def _text(pilot):
    width, height = pilot.app.size
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])
