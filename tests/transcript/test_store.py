"""The store: what was written stays, what was torn goes, and nobody writes beside another."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from full_disk import full_at
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Play, closed, manifest, scenario

from debate.errors import CannotWrite, TranscriptError, TranscriptLocked
from debate.events import FloorPaused, dump
from debate.transcript import GENESIS, Transcript, line_hash, read, read_entries
from debate.verify import verify


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.jsonl"


def write(path, events):
    with Transcript.create(path) as transcript:
        return [transcript.append(event) for event in events]


EVENTS = Play(manifest(scenario(["ada", "bo"], [{"kind": "plenary"}]))).run().events


def test_events_come_back_as_they_were_stamped(path):
    written = write(path, EVENTS)

    assert read(path) == written
    assert [e.seq for e in written] == list(range(len(EVENTS)))


def test_each_line_names_the_hash_of_the_line_before(path):
    write(path, EVENTS)
    lines = path.read_bytes().split(b"\n")

    assert lines.pop() == b""
    before = GENESIS
    for entry, line in zip(read_entries(path), lines, strict=True):
        assert entry.event.prev == before
        before = entry.sha256
        assert before == line_hash(line)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_torn_last_line_is_dropped_and_the_rest_goes_on(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    written = write(path, EVENTS)
    whole = path.read_bytes()
    first = len(whole.split(b"\n")[0]) + 1
    cut = data.draw(st.integers(first, len(whole)))
    path.write_bytes(whole[:cut])
    kept = whole[:cut].count(b"\n")

    assert read(path) == written[:kept]
    transcript, events = Transcript.open(path)
    with transcript:
        assert events == written[:kept]
        more = transcript.append(FloorPaused(reason="later"))
    assert read(path) == [*written[:kept], more]


def test_zeros_that_a_power_cut_leaves_are_dropped(path):
    written = write(path, EVENTS)
    with path.open("ab") as file:
        file.write(b"\0" * 100 + b"\n")

    transcript, events = Transcript.open(path)
    transcript.close()
    assert events == written


def test_a_transcript_begins_in_a_new_file_only(path):
    write(path, EVENTS)
    before = path.read_bytes()

    with pytest.raises(TranscriptError, match="already"):
        Transcript.create(path)
    assert path.read_bytes() == before


def test_a_broken_chain_cannot_be_gone_on_with(path):
    write(path, EVENTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))

    with pytest.raises(TranscriptError, match="chain is broken"):
        Transcript.open(path)


@pytest.mark.parametrize("junk", [b"", b"not json\n", b"{}\n", b'{"type": "turn.sung"}\n'])
def test_what_is_no_transcript_is_refused(path, junk):
    path.write_bytes(junk)

    with pytest.raises(TranscriptError):
        Transcript.open(path)
    assert path.read_bytes() == junk


def test_an_unknown_event_is_named(path):
    path.write_bytes(b'{"type": "turn.sung"}\n')

    with pytest.raises(TranscriptError, match=r"turn\.sung.*not known"):
        read(path)


def test_two_handles_cannot_write_one_transcript(path):
    write(path, EVENTS)
    transcript, _ = Transcript.open(path)
    with transcript:
        other = subprocess.run(
            [
                *(sys.executable, "-c"),
                "import sys; from pathlib import Path; from debate.transcript import Transcript;"
                "Transcript.open(Path(sys.argv[1]))",
                str(path),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert "TranscriptLocked" in other.stderr
    Transcript.open(path)[0].close()  # free again


def test_the_same_process_cannot_open_it_twice_either(path):
    write(path, EVENTS)
    transcript, _ = Transcript.open(path)
    with transcript, pytest.raises(TranscriptLocked):
        Transcript.open(path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
def test_a_full_disk_is_an_error_and_leaves_no_half_line(path, monkeypatch):
    """A limit on the file's size does what a full disk does while a long turn is written."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from debate.transcript import Transcript; from debate.errors import TranscriptError\n"
        "from worlds import closed\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "t, _ = Transcript.open(Path(sys.argv[1]))\n"
        "size = Path(sys.argv[1]).stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, size + 1000))\n"
        "try: t.append(closed(9, 'ada', 'x' * 5000))\n"
        "except TranscriptError as e: print('refused')\n"
        "t.append(closed(9, 'ada', 'short'))\n"
        "t.close()\n"
    )
    write(path, EVENTS)
    tests = str(Path(__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([tests, *sys.path]))
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )

    assert done.stdout == "refused\n", done.stderr
    assert read(path)[-1].text == "short"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
def test_a_transcript_whose_first_line_finds_no_room_can_be_begun_again(path):
    with Transcript.create(path) as transcript, full_at(10), pytest.raises(CannotWrite):
        transcript.append(EVENTS[0])
    assert not path.exists()
    write(path, EVENTS)
    assert len(read(path)) == len(EVENTS)


def test_sync_brings_what_was_appended_to_the_disk(path):
    async def main():
        with Transcript.create(path) as transcript:
            transcript.append(EVENTS[0])
            await transcript.sync()

    asyncio.run(main())
    assert len(read(path)) == 1


class TestVerify:
    def test_a_changed_word_is_found(self, path):
        write(path, EVENTS)
        path.write_bytes(path.read_bytes().replace(b"words of ada", b"words of Ada", 1))

        verdict = verify(path)
        assert not verdict.good
        assert any("chain is broken" in f.message for f in verdict.faults)

    def test_a_prompt_that_was_not_the_one_recorded_is_found(self, path):
        write(path, EVENTS)  # made with a hash of zeros

        faults = verify(path).faults
        assert [f.message for f in faults] == [
            "the prompt of turn 1 is not the one recorded",
            "the prompt of turn 2 is not the one recorded",
        ]

    def test_a_persona_changed_with_its_chain_made_good_is_found(self, path):
        opened = EVENTS[0]
        changed = opened.personas["ada"].model_copy(update={"summary": "Someone else."})
        forged = opened.model_copy(update={"personas": {**opened.personas, "ada": changed}})
        write(path, [forged])

        assert [f.message for f in verify(path).faults] == [
            "the sha256 of persona/ada is not the one recorded"
        ]

    def test_a_turn_that_was_never_opened_is_found(self, path):
        write(path, [EVENTS[0], closed(7, "ada", "hello")])

        assert [f.message for f in verify(path).faults] == ["turn 7 of ada was not open"]

    def test_what_cannot_be_read_is_named_with_its_line(self, path):
        write(path, EVENTS)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + b"junk\n" + b"".join(lines[1:]))

        verdict = verify(path)
        assert [f.line for f in verdict.faults] == [2]
        assert "not an event" in verdict.faults[0].message

    def test_the_last_lines_hash_is_told(self, path):
        write(path, EVENTS[:1])

        assert verify(path).head == line_hash(path.read_bytes()[:-1])
        assert dump(read(path)[0]) == path.read_bytes()[:-1]

    def test_turns_that_the_agenda_does_not_give_are_found(self, path):
        swapped = [e for e in EVENTS if e.type != "turn.opened"]
        opened = [e for e in EVENTS if e.type == "turn.opened"]
        strange = opened[0].model_copy(update={"seat": opened[1].seat})
        write(path, [*swapped[:2], strange])

        messages = [f.message for f in verify(path).faults]
        assert "the agenda does not give the floor to bo here" in messages

    def test_an_early_end_is_found(self, path):
        write(path, [*EVENTS[:2], EVENTS[-1]])

        assert [f.message for f in verify(path).faults] == [
            "the agenda does not end the conference here, as 'agenda'"
        ]

    def test_a_notice_that_says_otherwise_is_found(self, path):
        write(path, [EVENTS[0].model_copy(update={"notice": "Real quotes."})])

        assert "notice" in verify(path).faults[0].message
