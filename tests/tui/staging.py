"""A stage on which a conference has begun, and what can be asked of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from itertools import count

from chat_server import Reply, speaker_of
from pilot import wait_until
from worlds import scenario

from debate import Wishes, read_transcript
from debate.verify import verify
from tui.app import YaltaApp
from tui.screens.stage import StageScreen
from tui.session import Opening

NAMES = ("Sam Altman", "Yang Zhilin", "Dario Amodei")
SEATS = ("altman", "yang", "amodei")


class Scripted:
    """Numbered replies; slow ones wait until they are let go, or the request ends."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.slow = False
        self.reasoning = ""

    def __call__(self, body):
        words = [f"Reply {next(self.numbers)} of {speaker_of(body, NAMES)}. "]
        words += ["And more. "] * (400 if self.slow else 3)
        chunks = None
        if self.reasoning:
            deltas = [{"reasoning_content": self.reasoning}, {"content": "".join(words)}]
            chunks = [{"choices": [{"delta": d, "finish_reason": None}]} for d in deltas]
            chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        return Reply(words, delay=0.05 * self.slow, chunks=chunks)


@asynccontextmanager
async def staged(
    server,
    tmp_path,
    phases=({"kind": "plenary", "rounds": 2},),
    size=(120, 40),
    seats=SEATS,
    **w,
):
    """A stage on which a conference has begun."""
    wishes = Wishes(model=server.model, seed=1, **w)
    what = Opening(scenario(seats, phases), wishes, tmp_path / "c.jsonl")
    app = YaltaApp(StageScreen(what))
    async with app.run_test(size=size) as pilot:
        stage = app.screen
        assert isinstance(stage, StageScreen)
        await wait_until(pilot, lambda: stage.session.conference)
        yield pilot, stage


def spoken(stage):
    """The seats of the turns in the record."""
    return [turn.seat for turn in stage.session.conference.state.record]


def over(stage):
    return stage.session.standing == "over"


def held(stage):
    return stage.session.standing == "held" and stage.session.conference.state.standing == "paused"


def in_air(stage):
    return any(block.live and "Reply" in block.text for block in stage.record.blocks)


def types(stage):
    return [event.type for event in read_transcript(stage.session.conference.path)]


def good(stage):
    assert verify(stage.session.conference.path).faults == ()
    return True


def shown(stage):
    """All that the record says."""
    return "\n".join(f"{b.name}\n{b.text}\n{b.aside}" for b in stage.record.blocks)


async def paused_at_first(pilot, stage, script):
    """Pause before anything is said, then let replies be fast."""
    await wait_until(pilot, lambda: in_air(stage))
    stage.session.conference.chair.halt()
    await wait_until(pilot, lambda: held(stage))
    script.slow = False


async def writing(pilot, stage):
    """Until a person can write."""
    await wait_until(pilot, lambda: stage._composer._words.has_focus)
