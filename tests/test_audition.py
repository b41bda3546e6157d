"""An audition, against a scripted server: what is asked, what is kept, what verifies."""

from __future__ import annotations

import json
import multiprocessing

import pytest
from chat_server import ChatServer, Reply
from worlds import persona

from debate.audition import (
    SEED,
    Candidate,
    hear,
    play_scene,
    usual_others,
    wishes_for,
)
from debate.errors import LoadError, SpeakerError, UserError, YaltaError
from debate.kept_answers import kept_answers, kept_path
from debate.library import auditions_folder, config_folder, load_persona
from debate.probes import Probe, asked, probes, read_probes
from debate.seating import card_hash
from debate.speakers.registry import Registry
from debate.take import Delta
from debate.transcript import read
from debate.verify import verify

WHY = Probe(id="why", question="Why?")


@pytest.fixture
def server():
    with ChatServer(Reply(["Ada: I think ", "so. ", "\x1b[31m我们。"])) as running:
        yield running


async def heard(card, server, *put, **more):
    async with Registry() as registry:
        return [
            await hear(Candidate(card, server.model), probe, registry=registry, **more)
            for probe in put
        ]


def test_the_questions_that_ship_draw_out_unlike_things():
    found = probes()
    assert len(found) == 8
    assert all(probe.draws for probe in found)
    assert any(any("\u4e00" <= c <= "\u9fff" for c in probe.question) for probe in found)


def test_an_authors_own_questions_come_behind_them(tmp_path):
    config_folder().mkdir(parents=True)
    (config_folder() / "probes.yaml").write_text(
        "schema: yalta/probes/1\nprobes:\n"
        "  - {id: mine, question: Mine?}\n  - {id: plain, question: Otherwise?}\n"
    )
    found = probes()
    assert [p.id for p in found][-1] == "mine"
    assert found[0].question == "Otherwise?"


def test_a_mistake_in_a_file_of_questions_is_told_with_its_line(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("schema: yalta/probes/1\nprobes:\n  - id: a\n    questoin: Why?\n")
    with pytest.raises(LoadError, match=r"mine.yaml:4:5: probes\[0\].questoin: unknown field"):
        read_probes(path)
    path.write_text("schema: yalta/probes/1\nprobes:\n" + "  - {id: a, question: Why?}\n" * 2)
    with pytest.raises(LoadError, match="two questions have the id 'a'"):
        read_probes(path)


async def test_each_question_is_put_afresh_with_the_card_as_a_debate_sends_it(server):
    card = persona("ada", summary="She maps rivers.")
    deltas = []
    await heard(card, server, WHY, asked("And so?\nTell us."), watch=deltas.append)

    first, second = (request["messages"] for request in server.requests)
    assert first[0] == second[0]  # one head, which a cache reads once
    assert "She maps rivers." in first[0]["content"]
    assert "secret goal of ada" in first[1]["content"]
    assert "Why?" in first[1]["content"]
    assert "And so?\nTell us." in second[1]["content"]
    assert "I think so." not in second[1]["content"]  # no answer hears another
    assert any(isinstance(item, Delta) for item in deltas)


async def test_an_answer_is_kept_with_the_hash_of_its_card_and_verifies(server):
    card = persona("ada")
    (answer,) = await heard(card, server, WHY, seed=5)

    assert answer.reply == "I think so. 我们。"  # as hygiene leaves it
    assert answer.card == card_hash(card)
    assert (answer.seed, answer.probe, answer.question) == (5, "why", "Why?")
    assert answer.model == answer.profile.model == server.model
    assert answer.served == "served-model"
    assert (answer.usage.input, answer.usage.output) == (100, 10)
    path = auditions_folder() / answer.transcript
    assert verify(path).good
    opened = next(e for e in read(path) if e.type == "turn.opened")
    assert answer.prompt == opened.request
    assert read(path)[0].hashes["persona/ada"] == answer.card

    kept = kept_answers("ada")
    assert kept.answers == (answer,)
    assert kept.cards == {answer.card: card}


async def test_a_card_stands_once_in_the_file_and_each_version_has_its_answers(server):
    old, new = persona("ada"), persona("ada", summary="Another.")
    await heard(old, server, WHY, WHY)
    await heard(new, server, WHY)
    await heard(old, server, WHY)

    lines = [json.loads(line) for line in kept_path("ada").read_text().splitlines()]
    assert [line["type"] for line in lines] == [
        *("card", "answer", "answer"),
        *("card", "answer"),
        "answer",
    ]
    assert {line["schema"] for line in lines} == {"yalta/audition/1"}
    kept = kept_answers("ada")
    assert list(kept.cards) == [card_hash(old), card_hash(new)]
    assert len(kept.of(card_hash(old))) == 3


async def test_a_line_that_a_crash_cut_off_is_passed_over_and_then_replaced(server):
    await heard(persona("ada"), server, WHY)
    with kept_path("ada").open("ab") as file:
        file.write(b'{"schema":"yalta/audition/1","type":"ans')
    assert len(kept_answers("ada").answers) == 1
    await heard(persona("ada"), server, WHY)
    assert len(kept_answers("ada").answers) == 2


async def test_a_line_that_is_no_answer_is_told_with_its_place(server):
    await heard(persona("ada"), server, WHY)
    with kept_path("ada").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(YaltaError, match=r"ada.jsonl:3: not an answer"):
        kept_answers("ada")


def _hear_in_a_process(model):
    import asyncio

    async def main():
        async with Registry() as registry:
            await hear(Candidate(persona("ada"), model), WHY, registry=registry)

    asyncio.run(main())


def test_programs_that_keep_at_once_lose_nothing(server):
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_hear_in_a_process, args=(server.model,)) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0
    kept = kept_answers("ada")
    assert (len(kept.cards), len(kept.answers)) == (1, 3)


async def test_no_answer_is_an_error_and_keeps_nothing(tmp_path):
    with ChatServer(Reply([""])) as silent:
        with pytest.raises(SpeakerError, match="nothing that can be used"):
            await heard(persona("ada"), silent, WHY)
        assert len(silent.requests) == 2  # asked again once
    assert kept_answers("ada").answers == ()

    with ChatServer(Reply(status=401, body="no")) as closed, pytest.raises(SpeakerError):
        await heard(persona("ada"), closed, WHY)


async def test_a_scene_is_a_conference_in_which_the_persona_speaks_after_the_others(server):
    card = load_persona("altman")
    others = [load_persona(name) for name in usual_others(card)]
    assert [other.id for other in others] == ["amodei", "yang"]
    async with Registry() as registry:
        candidate = Candidate(card, server.model)
        answers = await play_scene(candidate, others, "Talk helps.", registry=registry)

    assert [answer.probe for answer in answers] == ["scene-1", "scene-2", "scene-3"]
    assert {answer.others for answer in answers} == {("amodei", "yang")}
    path = auditions_folder() / answers[0].transcript
    said = [event.seat for event in read(path) if event.type == "turn.closed"]
    assert said == ["amodei", "yang", "altman"] * 3
    assert verify(path).good
    assert len({answer.prompt for answer in answers}) == 3


async def test_a_scene_with_itself_is_refused(server):
    card = persona("ada")
    async with Registry() as registry:
        with pytest.raises(UserError, match="with itself"):
            await play_scene(Candidate(card, server.model), [card], registry=registry)


def test_a_draft_takes_the_place_of_the_file_of_that_name():
    draft = load_persona("altman").model_copy(update={"summary": "A draft."})
    wishes = wishes_for(Candidate(draft, "local"))
    assert wishes.personas["altman"] is draft
    assert wishes.seed == SEED


def test_nothing_is_kept_in_the_folder_of_personas(monkeypatch, tmp_path):
    monkeypatch.setenv("YALTA_AUDITIONS", str(tmp_path / "elsewhere"))
    assert kept_path("ada") == tmp_path / "elsewhere" / "ada.jsonl"
    monkeypatch.delenv("YALTA_AUDITIONS")
    assert auditions_folder() == tmp_path / "data" / "yalta" / "auditions"
