"""Whatever a transcript holds, `verify` says what is wrong with it, and never breaks down."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from test_state import ANY_EVENT
from worlds import CHAIR, Play, manifest, replier, scenario

from debate.events import AnyEvent, dump
from debate.transcript import GENESIS
from debate.transcript.chain import line_hash
from debate.verify import verify

PHASES = [
    {"kind": "plenary", "floor": {"rule": "chaired", "most": 1}},
    {"kind": "motions", "floor": "bidding"},
    {"kind": "amendments"},
    {"kind": "vote"},
    {"kind": "communique"},
]


def write(path: Path, events: list[AnyEvent]) -> None:
    """Events as a transcript whose chain holds."""
    prev, lines = GENESIS, []
    for seq, event in enumerate(events):
        line = dump(event.model_copy(update={"seq": seq, "prev": prev}))
        prev = line_hash(line)
        lines.append(line + b"\n")
    path.write_bytes(b"".join(lines))


@settings(max_examples=30)
@given(st.lists(ANY_EVENT, min_size=1, max_size=25), st.integers(0, 2**16), st.data())
def test_strange_events_break_nothing(tmp_path_factory, strange, seed, data):
    plan = scenario(["ada", "bo", CHAIR], PHASES)
    events = Play(manifest(plan, seed=seed), answer=replier(seed)).run().events
    at = data.draw(st.integers(1, len(events)))
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    write(path, [*events[:at], *strange])

    verdict = verify(path)
    assert verdict.lines == at + len(strange)
    prompted = any(event.type in ("turn.opened", "ask.opened") for event in events[:at])
    assert not (verdict.good and prompted)  # the prompts that `Play` names are none
