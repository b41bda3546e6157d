"""Prompts of a transcript, rendered again one at a time."""

from __future__ import annotations

from worlds import Play, manifest, scenario

from debate import read_transcript
from debate.events import TurnOpened
from debate.prompts.again import Prompts
from debate.verify import verify

# Made before there were minutes, motions and votes: what was written then is still good.
SAMPLE = "tests/early-yalta.jsonl"


def test_each_prompt_of_a_real_run_is_the_one_recorded():
    events = read_transcript(SAMPLE)
    prompts = Prompts(events)
    opened = [event for event in events if isinstance(event, TurnOpened)]
    assert len(opened) == 9
    for turn in opened:
        again = prompts.of(turn.turn)
        assert again is not None
        assert again.same
        assert again.opened == turn
        assert again.profile is not None
        assert again.error == ""


def test_a_prompt_with_another_hash_is_not_the_same():
    play = Play(manifest(scenario(["ada", "bo"]))).run()
    again = Prompts(play.events).of(3)
    assert again is not None
    assert again.messages
    assert not again.same


def test_there_is_no_prompt_of_a_turn_that_never_opened():
    assert Prompts(Play(manifest(scenario(["ada"]))).run().events).of(99) is None


def test_a_prompt_that_cannot_be_rendered_says_why():
    play = Play(manifest(scenario(["ada"]))).run()
    opened = play.events[0]
    bad = opened.model_copy(update={"templates": {}})
    again = Prompts([bad, *play.events[1:]]).of(1)
    assert again is not None
    assert "template" in again.error
    assert not again.same


def test_the_sample_that_ships_is_whole_and_came_to_a_communique():
    verdict = verify("transcripts/sample-yalta.jsonl")
    assert verdict.good
    kinds = {event.type for event in read_transcript("transcripts/sample-yalta.jsonl")}
    assert {"motion.tabled", "vote.cast", "communique.signed", "conference.closed"} <= kinds
