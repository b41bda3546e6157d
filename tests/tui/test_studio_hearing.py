"""The studio: auditions, scenes and counts, against a scripted server."""

from __future__ import annotations

import threading

import pytest
from chat_server import ChatServer, Reply
from pilot import wait_until
from studio import CARD, asked, picked, said, studio, told, write
from textual.widgets import Button

from debate.kept_answers import kept_answers
from debate.library import auditions_folder, load_persona
from debate.seating import card_hash
from debate.transcript import read
from debate.verify import verify
from tui.screens import studio_desk
from tui.screens.pick import PickScreen
from tui.widgets.lobby.download import DownloadScreen
from tui.widgets.persona.lane import UNHEARD


class Script:
    """Says who was asked; the last word waits until it may come."""

    def __init__(self):
        self.hold = threading.Event()
        self.hold.set()
        self.dead = False

    def __call__(self, body):
        if self.dead:
            return Reply(status=401, body="no")
        head = body["messages"][0]["content"]
        return Reply(["I think ", "of a pond." if "ponds" in head else "of a river.", " 山。"],
                     hold=self.hold)  # fmt: skip


@pytest.fixture
def script():
    script = Script()
    yield script
    script.hold.set()


@pytest.fixture
def server(script):
    with ChatServer(script) as running:
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    monkeypatch.setattr(studio_desk, "LULL", 0.01)
    monkeypatch.chdir(tmp_path)
    write()


def blocks(lane):
    return [block for block in lane.record.blocks if block.kind == "turn"]


async def heard(pilot, screen, n, lane=None):
    """Wait until so many answers stand, and nothing is under way."""
    lane = lane or screen.audition.one
    await wait_until(
        pilot, lambda: not screen.is_listening and sum(not b.live for b in blocks(lane)) == n
    )


async def test_all_questions_are_put_and_the_answers_stream(server, script):
    script.hold.clear()
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("f8")
        lane = screen.audition.one
        await wait_until(pilot, lambda: blocks(lane) and "river" in blocks(lane)[0].text)
        assert blocks(lane)[0].live  # its end has not come
        assert screen.tab == "audition"
        assert "Listening to Ada" in str(screen.status.render())
        script.hold.set()
        await heard(pilot, screen, 8)
        assert blocks(lane)[0].sub.startswith("What do you do")
        assert {b.text for b in blocks(lane)} == {"I think of a river. 山。"}
    answers = kept_answers("ada").answers
    assert len(answers) == 8
    assert {a.card for a in answers} == {card_hash(load_persona("ada"))}
    assert verify(auditions_folder() / answers[-1].transcript).good


async def test_stopping_keeps_what_was_heard_and_leaves_transcripts_that_resume(server, script):
    script.hold.clear()
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("f8")
        lane = screen.audition.one
        await wait_until(pilot, lambda: blocks(lane) and "river" in blocks(lane)[0].text)
        await pilot.press("f9")
        await wait_until(pilot, lambda: not screen.is_listening)
        assert blocks(lane)[0].struck
        assert "stopped" in blocks(lane)[0].aside
        await pilot.press("f8")  # and it can be heard again
        script.hold.set()
        await wait_until(pilot, lambda: not screen.is_listening)
    kept = sorted((auditions_folder() / "transcripts" / "ada").glob("*.jsonl"))
    ends = [read(path)[-1].type for path in kept]  # of names within one second the order is none
    assert ends.count("floor.paused") == 1
    assert ends.count("conference.closed") == len(ends) - 1


async def test_leaving_while_it_speaks_loses_nothing(server, script):
    script.hold.clear()
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("f8")
        lane = screen.audition.one
        await wait_until(pilot, lambda: blocks(lane) and "river" in blocks(lane)[0].text)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: pilot.app._exit)
    (path,) = (auditions_folder() / "transcripts" / "ada").glob("*.jsonl")
    assert read(path)[-1].type == "floor.paused"


async def test_one_question_of_those_that_ship_or_ones_own(server):
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+q")
        await picked(pilot, "hostile")
        await pilot.press("f8")
        await heard(pilot, screen, 1)
        await pilot.press("alt+q")
        await picked(pilot, "Where to?")
        await wait_until(pilot, lambda: screen.audition.question.question == "Where to?")
        await pilot.press("f8")
        await heard(pilot, screen, 2)
        await pilot.press("alt+q")
        await picked(pilot, "all questions")
        await wait_until(pilot, lambda: screen.audition.question is None)
    assert [a.probe for a in kept_answers("ada").answers] == ["hostile", "asked"]


async def test_a_draft_is_heard_beside_the_saved_card(server):
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+q")
        await picked(pilot, "Where to?")
        row = next(n for n, line in enumerate(CARD.splitlines()) if "rivers" in line)
        screen.editor.replace("ponds", (row, 11), (row, 17))
        await wait_until(pilot, lambda: screen.card and "ponds" in screen.card.summary)
        await pilot.press("f10")
        await picked(pilot, "saved")
        await wait_until(pilot, lambda: screen.audition.beside)
        assert screen.audition.other.display
        await pilot.press("f8")
        await heard(pilot, screen, 1)
        await heard(pilot, screen, 1, screen.audition.other)
        assert "pond" in said(screen.audition.one.record)
        assert "river" in said(screen.audition.other.record)
        # Not saved, and yet kept with the card that gave it.
        assert screen.is_unsaved
        assert len(kept_answers("ada").cards) == 2
        # What stands beside it now may be an earlier version, with what it answered then.
        screen.editor.undo()
        await wait_until(pilot, lambda: screen.card and "rivers" in screen.card.summary)
        await pilot.press("f10")
        await picked(pilot, "Version")
        await wait_until(pilot, lambda: "version" in screen.audition.beside.name)
        await wait_until(pilot, lambda: "pond" in said(screen.audition.other.record))
        await wait_until(pilot, lambda: "river" in said(screen.audition.one.record))
        await pilot.press("f10")
        await picked(pilot, "nobody")
        await wait_until(pilot, lambda: screen.audition.beside is None)
        assert not screen.audition.other.display


async def test_two_models_side_by_side(server):
    with ChatServer(Reply(["Otherwise."])) as second:
        async with studio(model=server.model) as (pilot, screen):
            await pilot.press("f10")
            await picked(pilot, "Another model")
            await picked(pilot, second.model)
            await wait_until(pilot, lambda: screen.audition.beside)
            await pilot.press("f8")
            await heard(pilot, screen, 8)
            await heard(pilot, screen, 8, screen.audition.other)
            assert "Otherwise." in said(screen.audition.other.record)
            assert "Otherwise." not in said(screen.audition.one.record)
    assert {a.model for a in kept_answers("ada").answers} == {server.model, second.model}


async def test_another_persona_beside_it_and_another_model_for_both(server):
    write("bo")
    async with studio() as (pilot, screen):
        await pilot.press("f10")
        await picked(pilot, "Another persona")
        await picked(pilot, "bo")
        await wait_until(pilot, lambda: screen.audition.beside)
        await pilot.press("alt+m")
        await picked(pilot, server.model)
        await wait_until(pilot, lambda: screen.audition.model == server.model)
        await pilot.press("alt+q")
        await picked(pilot, "Why?")
        await pilot.press("f8")
        await heard(pilot, screen, 1)
        await heard(pilot, screen, 1, screen.audition.other)
    assert len(kept_answers("bo").answers) == 1


async def test_what_was_kept_is_there_when_the_studio_opens_again(server):
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+a")
        await wait_until(pilot, lambda: UNHEARD in said(screen.audition.one.record))
        await pilot.press("f8")
        await heard(pilot, screen, 8)
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+a")
        await wait_until(pilot, lambda: len(blocks(screen.audition.one)) == 8)


async def test_widgets_do_not_grow_with_the_answers_kept(server):
    async def mounted():
        async with studio(model=server.model) as (pilot, screen):
            for key in ("alt+i", "alt+c", "alt+a"):
                await pilot.press(key)
                await pilot.pause()
            before = len(screen.query("*"))
            kept = len(blocks(screen.audition.one))
            await pilot.press("f8")
            await wait_until(pilot, lambda: len(blocks(screen.audition.one)) == kept + 8)
            await wait_until(pilot, lambda: not screen.is_listening)
            assert len(screen.query("*")) == before
            return before, len(blocks(screen.audition.one))

    first, second = await mounted(), await mounted()
    assert first[0] == second[0]
    assert (first[1], second[1]) == (8, 16)


async def test_a_scene_with_two_others_and_whom_and_what_one_chooses(server):
    write("bo")
    write("cem")
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+i")
        await pilot.press("alt+w")
        await picked(pilot, "bo")
        await picked(pilot, "cem")
        await wait_until(pilot, lambda: screen.scene.others == ("bo", "cem"))
        await pilot.press("alt+t")
        await picked(pilot, "Talk helps.")
        await wait_until(pilot, lambda: screen.scene.motion == "Talk helps.")
        await wait_until(pilot, lambda: not screen.is_asking)
        await pilot.press("f8")
        await wait_until(pilot, lambda: "The agenda is done" in said(screen.scene.record))
        await wait_until(pilot, lambda: not screen.is_listening)
        names = [b.name for b in screen.scene.record.blocks if b.kind == "turn"]
        assert names == ["Bo", "Cem", "Ada"] * 3
        assert "Talk helps." in said(screen.scene.record)
    assert [a.probe for a in kept_answers("ada").answers] == ["scene-1", "scene-2", "scene-3"]
    assert kept_answers("bo").answers == ()


async def test_counts_are_shown_by_version_and_called_counts(server):
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+c")
        await wait_until(pilot, lambda: "Nothing is kept" in said(screen.counts))
        await pilot.press("alt+a", "f8")
        await heard(pilot, screen, 8)
        await pilot.press("alt+c")
        await wait_until(pilot, lambda: "Counts, not scores" in said(screen.counts))
        shown = said(screen.counts)
        assert "as it is now" in shown
        assert "“I think” 8" in shown
        assert "Han" in shown


async def test_a_card_that_cannot_be_read_is_not_heard(server):
    async with studio(model=server.model) as (pilot, screen):
        screen.editor.insert("x: [\n")
        await wait_until(pilot, lambda: screen.findings.problems)
        await pilot.press("f8")
        await wait_until(pilot, lambda: "cannot be read" in told(pilot))
        assert not screen.is_listening
        assert server.requests == []


async def test_a_model_that_cannot_be_had_is_told(server, script):
    script.dead = True
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("f8")
        await wait_until(pilot, lambda: told(pilot) and not screen.is_listening)
        assert "Traceback" not in told(pilot)
        assert "fault in yalta" not in told(pilot)
        await pilot.press("f8")
        await wait_until(pilot, lambda: not screen.is_listening)


async def test_a_person_cannot_speak_for_a_card_here():
    async with studio() as (pilot, screen):
        await pilot.press("alt+m")
        question = await asked(pilot, PickScreen)
        await wait_until(pilot, lambda: question._shown)
        assert "me" not in [choice.value for choice in question._shown]
        await picked(pilot, "me")
        await wait_until(pilot, lambda: "take a seat in the lobby" in told(pilot))
        assert screen.audition.model == "local"


async def test_a_file_that_is_not_here_is_fetched_only_when_people_say_so():
    async with studio() as (pilot, screen):
        await pilot.press("f8")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DownloadScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await pilot.pause()
        assert not screen.is_listening


async def test_buttons_do_what_keys_do(server):
    async with studio(model=server.model) as (pilot, screen):
        await pilot.press("alt+a", "alt+q")
        await picked(pilot, "Why?")
        await wait_until(pilot, lambda: not screen.is_asking)
        screen.query_one("#put", Button).press()
        await heard(pilot, screen, 1)
