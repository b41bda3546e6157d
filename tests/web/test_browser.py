"""The interface in a real browser: who gets in, what is asked of whom, what a closed tab loses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batches import streamer
from studies import save, style_bundle
from tabs import PATIENCE, chromium, served, tab

from debate.events import TurnClosed
from debate.study.bundle import load_bundle
from debate.study.ratings import read_ratings
from debate.transcript import read
from debate.verify import verify

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1200, "height": 760})
    yield context
    context.close()


def until(holds, seconds=PATIENCE):
    """Wait until something holds; what it gave."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


DUEL = """\
schema: yalta/scenario/1
id: duel
title: A duel
motion: That the weights be open.
background: Two sit at a table.
seats:
  - persona: altman
  - persona: amodei
phases:
  - id: talk
    kind: plenary
    title: Talk
    instructions: Speak to the motion.
    rounds: 2
"""


def remember(folder, **lobby):
    """What the lobby is to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "interface.json").write_text(json.dumps({"lobby": lobby}))


def turns(path):
    """The turns that stand in a transcript."""
    return [each.text for each in read(path) if isinstance(each, TurnClosed)]


def test_a_debate_streams_and_a_tab_closed_mid_turn_loses_no_turn(context, tmp_path):
    with streamer(tokens=60, delay_ms=15) as model:
        (tmp_path / "scenarios").mkdir()
        (tmp_path / "scenarios" / "duel.yaml").write_text(DUEL)
        remember(tmp_path / "config", scenario="duel", model=model)
        with served(env={"MOONSHOT_API_KEY": "sk-never-shown"}, cwd=tmp_path) as server:
            with tab(context, server.link) as page:
                assert re.fullmatch(
                    rf"{server.base}/d/\w{{16}}/", page.page.url
                )  # the token has left the address bar
                assert "simulated" in page.page.inner_text("footer")
                assert "loses no finished turn" in page.page.inner_text("footer")
                page.wait_for("A duel", "server answers")
                page.press("Control+s")
                page.wait_for("the motion rests on a claim")
                (path,) = until(lambda: [*(tmp_path / "transcripts").glob("*.jsonl")])
                until(lambda: turns(path))
                page.press("End")
                until(lambda: read(path)[-1].type == "turn.opened")
                time.sleep(0.2)  # some words of it are in
                shown = page.page.content() + page.read()
                assert "sk-never-shown" not in shown
                assert all(url.split("//")[1].startswith("127.0.0.1:") for url in page.asked)
                assert page.faults == []
                assert len(server.children()) == 1
            until(lambda: not server.children())
        before = turns(path)
        assert before
        # It left in order, as if by its key.
        assert [each.type for each in read(path)[-2:]] == ["turn.failed", "floor.paused"]
        subprocess.run([sys.executable, "-m", "debate", "resume", path], cwd=tmp_path, check=True)
    assert turns(path)[: len(before)] == before
    assert len(turns(path)) == 4
    assert read(path)[-1].type == "conference.closed"
    assert verify(path).faults == ()


def test_without_the_link_nothing_opens(context, browser):
    with served("--readonly") as server:
        for path in ("/", "/?token=", "/?token=wrong", "/d/x/", "/d/x/download/0"):
            page = context.new_page()
            said = page.goto(server.base + path)
            assert said.status == 403
            assert "opens by the whole link only" in page.inner_text("main")
        page.goto(f"{server.base}/nothing")
        assert "There is no such page" in page.inner_text("main") or page.title()
        assert not server.children()


def test_a_rater_rates_ten_items_by_a_link(context, tmp_path):
    bundle = style_bundle(identification=10, pairs=0, likert=0, raters=("kai", "mo"), gold=False)
    path = save(bundle, tmp_path / "study")
    with served("--rate", path.parent) as server:
        assert {*server.links} == {"kai", "mo"}
        with tab(context, server.links["kai"]) as page:
            assert "loses no answer" in page.page.inner_text("footer")
            page.wait_for("Go on")
            page.press("Enter")
            for n in range(10):
                page.wait_for(f"{n} of 10 done")
                page.press("1", "3")
                if n == 4:  # a page that is loaded again goes on
                    page.wait_for("5 of 10 done")
                    page.page.reload()
                    page.page.wait_for_selector("body.-first-byte")
                    page.wait_for("Go on")
                    page.press("Enter")
            page.wait_for("One last question")
            with tab(context, page.page.url, first_byte=False) as second:
                assert "in another tab or window already" in second.is_closed()
            page.press("Control+s")
            shown = page.wait_for("Thank you", "You may close this tab")
            assert str(tmp_path) not in shown
            page.press("q")
            said = page.is_closed()
            assert "This tab has ended" in said
            assert "Every answer that you gave is saved" in said
    rated = read_ratings(path.parent / "ratings" / "kai.jsonl")
    assert (rated.rater, len(rated.standing)) == ("kai", 10)
    items = [each.item for each in rated.standing]
    assert items == [each.item for each in load_bundle(path).plan("kai")]
    assert not (path.parent / "ratings" / "mo.jsonl").exists()


def test_each_rater_has_a_door_of_their_own(context, tmp_path):
    path = save(style_bundle(raters=("kai", "mo"), gold=False), tmp_path / "study")
    with served("--rate", path, "--sessions", "1") as server:
        assert {*server.links} == {"kai", "mo"}
        with tab(context, server.links["kai"]) as kai:
            kai.wait_for("Go on")
            with tab(context, server.links["mo"], first_byte=False) as mo:
                assert "No place is free: one tab is open already" in mo.is_closed()
    assert [each.name for each in (path.parent / "ratings").glob("*.jsonl")] == ["kai.jsonl"]


def test_a_tab_stays_its_raters_whoever_opens_a_link_beside_it(context, tmp_path):
    bundle = style_bundle(identification=2, pairs=0, likert=0, raters=("kai", "mo"), gold=False)
    path = save(bundle, tmp_path / "study")
    with served("--rate", path, in_order=False) as server, tab(context, server.links["kai"]) as kai:
        kai.wait_for("rated by kai", "Go on")
        with tab(context, server.links["mo"]) as mo:
            mo.wait_for("rated by mo", "Go on")
        server.process.kill()
        kai.is_closed()
        with served("--rate", path, "--port", server.base.rpartition(":")[2]):
            kai.page.wait_for_selector("body.-first-byte:not(.-closed)")
            kai.wait_for("rated by kai", "Go on")
            assert kai.page.title() == "yalta: rating as kai"
            kai.press("Enter")
            kai.wait_for("0 of 2 done")
            kai.press("1", "3")
            kai.wait_for("1 of 2 done", "kai")
            kai.page.close()
    known = {rater: path.parent / "ratings" / f"{rater}.jsonl" for rater in ("kai", "mo")}
    assert {who: len(read_ratings(each).standing) for who, each in known.items()} == {
        "kai": 1,
        "mo": 0,
    }


def test_for_reading_there_is_the_library_and_the_reader_alone(context, tmp_path):
    shelf = tmp_path / "transcripts"
    shelf.mkdir()
    sample = ROOT / "transcripts" / "sample-yalta.jsonl"
    lines = sample.read_bytes().splitlines(keepends=True)
    (shelf / "half.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    before = {path: path.read_bytes() for path in shelf.iterdir()}
    key = {"MOONSHOT_API_KEY": "sk-not-for-readers"}
    with served("--readonly", cwd=tmp_path, env=key) as server, tab(context, server.link) as page:
        (child,) = server.children()
        assert b"sk-not-for-readers" not in Path(f"/proc/{child}/environ").read_bytes()
        page.wait_for("1 transcript", "Search")
        assert "For reading only" in page.page.inner_text("footer")
        assert "Resume" not in page.read()
        page.press("r", "F11", "Escape", "F2")  # to go on with it; to the studio; to the lobby
        page.wait_for("1 transcript")
        page.press("Enter")
        page.wait_for("Replay")
        assert "Fork" not in page.read()
        page.press("f")
        page.press("Control+p")
        shown = page.wait_for("Search for commands")
        assert not {"Lobby", "Persona studio"} & {*shown.split("\n")}
        page.page.keyboard.type("lobby")
        page.wait_for("No matches found")
        page.press("Control+u")
        page.wait_for("Search for commands")  # a bound key comes after letters typed behind it
        page.page.keyboard.type("screenshot")
        page.wait_for("Save an SVG")
        with page.page.expect_download() as file:  # by its own door
            page.press("Enter", "Enter")
        assert file.value.suggested_filename.endswith(".svg")
        assert file.value.url.startswith(f"{page.page.url}download/")
        assert page.faults == []
    assert {path: path.read_bytes() for path in shelf.iterdir() if path.is_file()} == before
    assert not (tmp_path / "config").exists()


def test_a_tab_on_a_phone_whose_server_dies_comes_back_with_it(browser):
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "color_scheme": "light"}
    context = browser.new_context(**phone)
    with served("--readonly", in_order=False) as server, tab(context, server.link) as page:
        page.wait_for("transcript")
        assert len(page.read().split("\n")[0]) >= 60  # columns
        (child,) = server.children()
        assert b"yalta-paper" in Path(f"/proc/{child}/cmdline").read_bytes()
        server.process.kill()
        said = page.is_closed()
        assert "The connection has gone" in said
        assert "opens again by itself" in said
        box = page.page.locator("#closed").bounding_box()
        assert box["x"] > 0
        assert box["x"] + box["width"] < 390
        until(lambda: not Path(f"/proc/{child}").exists())
        with served("--readonly", "--port", server.base.rpartition(":")[2]) as again:
            page.page.wait_for_selector("body.-first-byte:not(.-closed)")
            page.wait_for("transcript")
            assert again.link == server.link
        said = page.is_closed()
        assert "yalta was ended where it was started" in said
        assert "opens again by itself" in said
    context.close()
