"""Three hundred seats at one table, against a real server on loopback. Work is counted."""

from __future__ import annotations

import asyncio

from dialects import Said
from minuted import Minuted
from model_server import ModelServer, Reply
from worlds import manifest, persona, scenario

from debate import Conference, Wishes, read_transcript
from debate.prompts.layouts import paragraph
from debate.transcript import Transcript
from debate.verify import verify

SEATS = [f"seat-{n}" for n in range(300)]
PHASES = [
    {"kind": "opening"},
    {"kind": "caucus", "rooms": "pairs"},
    {"kind": "plenary", "rounds": 2, "floor": {"rule": "addressed"}},
]


def name_of(n: int) -> str:
    return f"{('Ada', 'Bo', 'Cem', 'Dai')[n % 4]} Q{chr(97 + n % 26)}{chr(97 + n // 26)}o"


def test_a_table_of_three_hundred_opens_meets_in_pairs_and_talks(tmp_path):
    cards = {
        seat: persona(seat).model_copy(update={"name": name_of(n)}) for n, seat in enumerate(SEATS)
    }

    said = Said([f"I ask {name_of(7)}.\n", f"{name_of(8)}: and I answer."])
    plan = scenario(SEATS, PHASES, ends={"turns": 610})

    async def main():
        async with ModelServer(Reply("openai", said)) as server:
            asked = Wishes(model=f"openai-compatible@{server.url}#m", seed=1, personas=cards)
            async with Conference.begin(plan, asked, out=tmp_path) as conference:
                await conference.drive(lambda item: None)
                return conference.path

    path = asyncio.run(main())
    events = read_transcript(path)
    assert events[0].cards == "tail"
    turns = [e for e in events if e.type == "turn.closed"]
    assert len(turns) == 610
    # Nobody is let speak for another, however many others there are.
    others = [turn for turn in turns if turn.seat != "seat-8"]
    assert {turn.text for turn in others} == {f"I ask {name_of(7)}."}
    assert [turn.seat for turn in turns[600:]].count("seat-7") >= 4
    verdict = verify(path)
    assert (verdict.good, verdict.prompts) == (True, 610)


def test_a_long_transcript_is_verified_by_laying_each_turn_out_once(tmp_path):
    opened = manifest(scenario(["ada", "bo", "cem"], [{"kind": "plenary", "rounds": 300}]))
    play = Minuted(opened, lambda state, floors: None).run()
    with Transcript.create(tmp_path / "long.jsonl") as transcript:
        for event in play.events:
            transcript.append(event)
    before = paragraph.cache_info()
    verdict = verify(tmp_path / "long.jsonl")
    after = paragraph.cache_info()
    assert (verdict.good, verdict.prompts) == (True, 900)
    # The last turn stands in no prompt.
    assert after.hits + after.misses - before.hits - before.misses == 899
