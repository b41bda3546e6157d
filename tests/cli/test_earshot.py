"""A person at the table is shown no more than they may know, until they have given their own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from itertools import count
from types import MappingProxyType

import pytest
from dialects import Said
from model_server import ModelServer, Reply
from people import phase, table
from worlds import manifest, scenario

from debate.cli.earshot import Earshot
from debate.events import Profile, TurnClosed, VoteCast
from debate.state import fold
from debate.take import Delta
from debate.transcript import read

YALTA = (sys.executable, "-m", "debate")


@pytest.fixture
def held(tmp_path):
    """Holds a conference in which Yang is a person, and the others say words of their own."""

    def hold(phases, words: list[str]):
        number = count(1)
        plan = table(phases)
        file, path = tmp_path / "every.yaml", tmp_path / "talk.jsonl"
        file.write_text(json.dumps(plan.model_dump(mode="json", by_alias=True)))

        def answer(asked):
            n = next(number)
            if "response_format" in asked.body:
                return Reply("openai", Said([json.dumps({"vote": "yes", "reason": f"why{n}"})]))
            return Reply("openai", Said([f"word{n} ", "and more."]))

        with ModelServer(answer).in_thread() as server:
            model = f"openai-compatible@{server.url}#m"
            where = ("--out", str(path), "--seed", "1")
            done = subprocess.run(
                [*YALTA, "run", str(file), "--model", model, "--seat", "yang=me", *where],
                input="\n\n".join(words) + "\n",
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return read(path), done.stdout

    return hold


def test_openings_of_others_come_behind_ones_own(held):
    events, out = held([phase("first", "opening")], ["This is mine."])
    others = [e.text for e in events if isinstance(e, TurnClosed) and e.seat != "yang"]
    assert len(others) >= 2
    assert all(out.count(text) == 1 for text in others)
    assert all(out.index(text) > out.index("Yang Zhilin\n") for text in others)


def test_a_room_one_is_not_in_stays_closed(held):
    phases = [
        phase("apart", "caucus", rooms={"theirs": ["altman", "amodei"]}),
        phase("together", "caucus", rooms={"ours": ["yang", "altman"]}),
    ]
    events, out = held(phases, ["This is mine."])
    turns = [e for e in events if isinstance(e, TurnClosed) and e.seat != "yang"]
    assert [turn.seat for turn in turns] == ["altman", "amodei", "altman"]
    assert [turn.text in out for turn in turns] == [False, False, True]


def test_ballots_of_others_come_behind_ones_own(held):
    events, out = held([phase("count", "vote", vote={"on": "house"})], ["yes. It is mine."])
    reasons = [e.reason for e in events if isinstance(e, VoteCast) and e.seat != "yang"]
    assert len(reasons) >= 2
    assert all(out.index(reason) > out.index("It is mine") for reason in reasons)


class Counted(dict[str, Profile]):
    """Counts how often all profiles are gone through."""

    times = 0

    def items(self):
        self.times += 1
        return super().items()


def test_who_sits_at_a_large_table_is_not_asked_again_for_each_word():
    opened = manifest(scenario([f"seat-{n}" for n in range(300)]))
    state = fold([opened])
    profiles = Counted(state.profiles)
    state = replace(state, profiles=MappingProxyType(profiles))
    earshot = Earshot()
    words = [Delta(1, "seat-1", "text", f"word {n}") for n in range(500)]
    assert [shown for word in words for shown in earshot.of(word, state)] == words
    assert profiles.times == 1
