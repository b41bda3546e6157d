"""What the record shows of events that are no plain turns."""

from __future__ import annotations

from worlds import closed, manifest, scenario

from debate.events import MinutesTaken, PhaseOpened, Profile, Timing, TurnOpened
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record

BEGUN = [
    manifest(scenario(["ada", "bo"])),
    PhaseOpened(phase=0, kind="plenary", title="P"),
    TurnOpened(turn=1, seat="ada", phase=0, round=1, request="0" * 64),
]


def test_minutes_are_a_note_with_a_head_on_one_line():
    minutes = MinutesTaken(
        through=12,
        text="Ada spoke.\x1b[2J\n[b]Bo[/b] did not.",
        request="0" * 64,
        by=Profile(model="a\nmodel\x1b[31m", family="openai"),
        timing=Timing(total=1.0),
    )
    block = Feed(Record()).blocks_of([*BEGUN, closed(1, "ada", "So."), minutes])[-1]

    assert block.kind == "note"
    assert block.name == "Minutes, turns 1–12 (by the clerk, a model[31m)"
    assert block.text == "Ada spoke.[2J\n[b]Bo[/b] did not."


def test_what_is_wrong_with_a_turn_stands_below_it():
    wrong = {"warning": "the server read 2,048 tokens\x1b", "finish": "length"}
    blocks = Feed(Record()).blocks_of([*BEGUN, closed(1, "ada", "So.").model_copy(update=wrong)])

    assert blocks[-1].aside == "[ended by the token limit] [the server read 2,048 tokens]"
